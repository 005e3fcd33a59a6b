package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import org.jspecify.annotations.Nullable;

/**
 * A line as the ledger keeps it.
 *
 * @param part of the usage that it is of, from 0
 * @param provider that was called
 * @param totalsModel the name its model has in totals
 * @param unitPicos null while unpriced
 * @param uncachedPicos what one token would have cost uncached; null where that is not known, and
 *     for what is not of a cache
 * @param costNanos null while unpriced
 * @param billed false for what the provider does not bill
 */
record BookedLine(
    int part,
    Provider provider,
    String model,
    String totalsModel,
    Kind kind,
    long quantity,
    @Nullable Long unitPicos,
    @Nullable Long uncachedPicos,
    @Nullable Long costNanos,
    boolean billed) {

  private static final long PICOS_PER_NANO = 1_000;

  /**
   * What a cache has saved here, in nano-dollars, half up: below zero where writing to it cost more
   * than plain input, and zero where that is not known. Never overflows: a quantity is at most 10⁹,
   * a price at most 10¹¹.
   */
  long cacheSavedNanos() {
    if (unitPicos == null || uncachedPicos == null) {
      return 0;
    }
    long each = uncachedPicos - unitPicos;
    return quantity * (each / PICOS_PER_NANO)
        + Money.ofPicosHalfUp(quantity * (each % PICOS_PER_NANO)).nanos();
  }
}
