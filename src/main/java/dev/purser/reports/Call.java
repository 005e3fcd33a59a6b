package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the ledger, as the list of calls shows it.
 *
 * @param settledAt null while it is open
 * @param agentName as it is now; null if there is no such agent any more
 * @param dialect by its id: {@code openai_chat}
 * @param requestedModel null if the caller named none
 * @param model the one that answered, else the one sent; null if it did not come to that
 * @param totalsModel the name under which summaries have the model
 * @param usageSource null while it is open, and of a refused call
 * @param inputTokens uncached
 * @param tier that the answer named
 * @param cost null if unpriced, or not known yet
 * @param held set aside for it while it is open
 * @param doubt the part of its hold that its estimate does not cover
 * @param boundedHold whether {@code held} is the most that it can cost, and not only an estimate
 * @param grantedOutputTokens what its output limit was lowered to, because a strict budget had no
 *     more left; null if it was not
 * @param aboveHold whether it has cost more than that bound, which must not happen
 * @param httpStatus that the caller got; null if it had gone before there was one
 * @param errorCode what went wrong; null if nothing did
 * @param durationMillis null while it is open
 * @param firstByteMillis null if the provider sent none
 * @param count of a refused call: for how many alike this one stands; else 1
 */
public record Call(
    String id,
    Instant createdAt,
    @Nullable Instant settledAt,
    String agentId,
    @Nullable String agentName,
    Provider provider,
    String dialect,
    @Nullable String requestedModel,
    @Nullable String model,
    @Nullable String totalsModel,
    EntryState state,
    @Nullable UsageSource usageSource,
    long inputTokens,
    long cacheReadTokens,
    long cacheWriteTokens,
    long outputTokens,
    long reasoningTokens,
    long webSearches,
    @Nullable String tier,
    @Nullable Money cost,
    Money held,
    Money doubt,
    boolean boundedHold,
    @Nullable Long grantedOutputTokens,
    boolean aboveHold,
    @Nullable Long httpStatus,
    @Nullable String errorCode,
    @Nullable Long durationMillis,
    @Nullable Long firstByteMillis,
    long count) {

  /** Whether it used something that has no price yet: then no total has its cost. */
  public boolean unpriced() {
    return cost == null && usageSource != null;
  }
}
