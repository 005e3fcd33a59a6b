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
   * Is told that entries were charged at their holds, or written again, whatever has become of the
   * prices that these were made by.
   */
  default void bookedUnseen() {}
}
