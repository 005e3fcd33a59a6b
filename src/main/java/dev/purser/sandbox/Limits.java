package dev.purser.sandbox;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.util.Optional;

/** How much models take and give: what the price list says, so that the sandbox is never behind. */
final class Limits {
  private static final PriceList PRICES = PriceList.shipped();

  private Limits() {}

  /**
   * The most that a model answers with.
   *
   * @param otherwise where the list does not know the model, or says nothing of it
   */
  static long outputTokens(Provider provider, String model, long otherwise) {
    return price(provider, model)
        .flatMap(price -> Optional.ofNullable(price.outputTokens()))
        .orElse(otherwise);
  }

  /** The most that it takes, its answer among it. */
  static long contextTokens(Provider provider, String model, long otherwise) {
    return price(provider, model)
        .flatMap(price -> Optional.ofNullable(price.contextTokens()))
        .orElse(otherwise);
  }

  /** On whatever day: prices change, and limits stay. */
  private static Optional<ModelPrice> price(Provider provider, String model) {
    return PRICES.find(provider, model, Instant.EPOCH);
  }
}
