package dev.purser.ledger;

import dev.purser.pricing.Provider;

/** Who keeps the prices, as the ledger needs them. Called on the writer's thread, among others. */
@FunctionalInterface
public interface PriceKeeper {
  /**
   * The name under which totals count a provider's model: many names that nobody knows must share
   * one.
   */
  String totalsModel(Provider provider, String model);

  /**
   * Called when entries were charged at their holds, or written again, without looking at prices:
   * the price that a hold was made by may have been replaced since.
   */
  default void bookedUnseen() {}
}
