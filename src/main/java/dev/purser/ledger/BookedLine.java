package dev.purser.ledger;

import dev.purser.pricing.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A line as the ledger keeps it.
 *
 * @param totalsModel the name its model has in totals
 * @param unitPicos null while unpriced
 * @param costNanos null while unpriced
 */
record BookedLine(
    String model,
    String totalsModel,
    Kind kind,
    long quantity,
    @Nullable Long unitPicos,
    @Nullable Long costNanos) {}
