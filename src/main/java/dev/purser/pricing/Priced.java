package dev.purser.pricing;

import dev.purser.money.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a call and what they add up to.
 *
 * @param lines those whose quantity is above zero
 * @param cost null if some line's model has no price: unpriced is never counted as zero
 * @param counted what a budget counts: the cost; for an unpriced call, what of it has no price at
 *     the provider's dearest list price
 * @param priceVersion of the list that priced it
 */
public record Priced(List<Line> lines, @Nullable Money cost, Money counted, String priceVersion) {
  public Priced {
    lines = List.copyOf(lines);
  }
}
