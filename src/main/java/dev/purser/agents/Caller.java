package dev.purser.agents;

import dev.purser.money.Budget;
import dev.purser.pricing.Provider;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The agent and virtual key behind a call, as they stood at one revision of the space.
 *
 * @param expiresAt null for never
 * @param revoked whether the key was revoked, or its agent archived
 * @param preferredModel null for the space's default
 * @param budget null for no limit of its own
 */
public record Caller(
    String spaceId,
    String agentId,
    String agentName,
    String virtualKeyId,
    @Nullable Instant expiresAt,
    boolean revoked,
    @Nullable Provider preferredProvider,
    @Nullable String preferredModel,
    ModelPolicy modelPolicy,
    @Nullable Budget budget) {}
