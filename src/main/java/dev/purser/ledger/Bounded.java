package dev.purser.ledger;

import dev.purser.pricing.WorstCase;
import java.util.List;

/**
 * What strict budgets decide by: a call whose cost has a bound.
 *
 * @param worstCase the most it can cost, by how long its answer may be
 * @param leastOutputTokens an answer is not cut shorter than this
 * @param canBeCloser whether its caller can still find a closer bound, and so would rather hear
 *     {@link Decision.Tight} than have its answer cut short or be refused
 * @param wideningNames because of which it counts as the most that its model can cost: if it costs
 *     more nonetheless, they are {@linkplain StrictNameStore.Struck struck}
 */
public record Bounded(
    WorstCase worstCase, long leastOutputTokens, boolean canBeCloser, List<String> wideningNames) {
  public Bounded {
    wideningNames = wideningNames.stream().map(Texts::required).toList();
  }

  /** A call of which all is known. */
  public Bounded(WorstCase worstCase, long leastOutputTokens, boolean canBeCloser) {
    this(worstCase, leastOutputTokens, canBeCloser, List.of());
  }
}
