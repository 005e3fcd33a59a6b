package dev.purser.pricing;

import dev.purser.money.Money;
import org.jspecify.annotations.Nullable;

/**
 * One priced quantity of a call.
 *
 * @param part of the usage that it is of: the answering model's is 0
 * @param unitPicos the price of one token (or request) in pico-dollars (10⁻¹² USD); null while the
 *     model has no price; zero for what is not billed
 * @param uncachedPicos what one token would have cost uncached, on the same card and terms; null
 *     for other kinds than {@link Kind#isCached cached} ones, and where either price is not known
 * @param cost rounded so that the lines of a call add up to its cost; null while the model has no
 *     price
 * @param billed false for what the provider reports and does not bill: it costs nothing, whether
 *     its model has a price or not
 */
public record Line(
    int part,
    String model,
    Kind kind,
    long quantity,
    @Nullable Long unitPicos,
    @Nullable Long uncachedPicos,
    @Nullable Money cost,
    boolean billed) {

  /** What is billed of the answering model. */
  public Line(
      String model,
      Kind kind,
      long quantity,
      @Nullable Long unitPicos,
      @Nullable Long uncachedPicos,
      @Nullable Money cost) {
    this(/* part= */ 0, model, kind, quantity, unitPicos, uncachedPicos, cost, /* billed= */ true);
  }
}
