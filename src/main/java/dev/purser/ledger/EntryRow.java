package dev.purser.ledger;

import dev.purser.pricing.Provider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger must know of an entry to end it.
 *
 * @param holdPriceVersion of the price list that the hold was made by
 * @param grantedOutputTokens what its output limit was lowered to, null if it was not
 * @param spaceStrictNanos the strict budget of its space that it was admitted under, null if none
 * @param agentStrictNanos the same of its agent
 * @param wideningNames because of which it counted as the most that its model can cost
 */
record EntryRow(
    String spaceId,
    String entryId,
    EntryState state,
    String agentId,
    Provider provider,
    String model,
    String totalsModel,
    Days days,
    long holdNanos,
    String holdPriceVersion,
    @Nullable Long grantedOutputTokens,
    @Nullable Long spaceStrictNanos,
    @Nullable Long agentStrictNanos,
    List<String> wideningNames) {

  Entries.Key key() {
    return new Entries.Key(spaceId, entryId);
  }

  EntryRow ended(EntryState newState, String newModel, String newTotalsModel) {
    return new EntryRow(
        spaceId,
        entryId,
        newState,
        agentId,
        provider,
        newModel,
        newTotalsModel,
        days,
        holdNanos,
        holdPriceVersion,
        grantedOutputTokens,
        spaceStrictNanos,
        agentStrictNanos,
        wideningNames);
  }

  /** The same with another hold, made by this price list. */
  EntryRow holding(long newHoldNanos, String newHoldPriceVersion) {
    return new EntryRow(
        spaceId,
        entryId,
        state,
        agentId,
        provider,
        model,
        totalsModel,
        days,
        newHoldNanos,
        newHoldPriceVersion,
        grantedOutputTokens,
        spaceStrictNanos,
        agentStrictNanos,
        wideningNames);
  }
}
