package dev.purser.ledger;

import dev.purser.money.Budget;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A call of which only the head has been read: who makes it is known, what it asks for is not.
 *
 * @param revision the space's revision that everything here was read at
 * @param zone where the space's months begin
 * @param spaceBudget null for no limit
 * @param agentBudget null for no limit
 * @param fingerprint of what is known of the body, by which a repeat of a refused call is known;
 *     null if nothing is
 */
public record UnreadCall(
    String entryId,
    String spaceId,
    long revision,
    String agentId,
    String virtualKeyId,
    Provider provider,
    String dialect,
    Instant createdAt,
    ZoneId zone,
    @Nullable Budget spaceBudget,
    @Nullable Budget agentBudget,
    @Nullable Long fingerprint) {}
