package dev.purser.ledger;

import dev.purser.pricing.Priced;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an ended entry says about its end, besides money and tokens.
 *
 * @param priceVersion null if it stays the one that the entry was admitted with
 */
record Ending(
    Instant settledAt,
    @Nullable String priceVersion,
    @Nullable String tier,
    boolean fast,
    @Nullable String geography,
    @Nullable SearchContext searchContext,
    @Nullable Integer httpStatus,
    @Nullable String errorCode,
    @Nullable Long durationMillis,
    @Nullable Long firstByteMillis) {

  static Ending of(Settlement settlement) {
    Usage usage = settlement.usage();
    Priced priced = settlement.priced();
    return new Ending(
        settlement.settledAt(),
        priced == null ? null : priced.priceVersion(),
        usage == null ? null : usage.tier(),
        usage != null && usage.fast(),
        usage == null ? null : usage.geography(),
        usage == null ? null : usage.searchContext(),
        settlement.httpStatus(),
        settlement.errorCode(),
        settlement.durationMillis(),
        settlement.firstByteMillis());
  }

  static Ending unanswered(Instant at, @Nullable Integer httpStatus, String errorCode) {
    return new Ending(at, null, null, false, null, null, httpStatus, errorCode, null, null);
  }
}
