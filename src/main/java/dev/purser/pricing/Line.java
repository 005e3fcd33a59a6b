package dev.purser.pricing;

import dev.purser.money.Money;
import org.jspecify.annotations.Nullable;

/**
 * One priced quantity of a call.
 *
 * @param unitPicos the price of one token (or request) in pico-dollars (10⁻¹² USD); null while the
 *     model has no price
 * @param cost rounded so that the lines of a call add up to its cost; null while the model has no
 *     price
 */
public record Line(
    String model, Kind kind, long quantity, @Nullable Long unitPicos, @Nullable Money cost) {}
