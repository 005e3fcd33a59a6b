package dev.purser.providers;

import dev.purser.money.Money;
import dev.purser.pricing.WorstCase;
import org.jspecify.annotations.Nullable;

/**
 * The most that a call can cost.
 *
 * @param worst in money, by how long an answer may be
 * @param inputTokens the most it can be billed as input
 * @param outputTokens the most it can be billed as output, all answers and passes together
 * @param unboundedField what of the request is the reason why {@code worst} is an estimate and no
 *     bound; null if it is one
 */
public record Bound(
    WorstCase worst, long inputTokens, long outputTokens, @Nullable String unboundedField) {

  /** The money to set aside, rounded up. */
  public Money hold() {
    return worst.most();
  }

  /** The bound of the same call when one answer may have at most so many tokens. */
  public Bound lowered(long answerTokens) {
    if (answerTokens >= worst.outputTokens()) {
      return this;
    }
    long answers = worst.outputTokens() == 0 ? 0 : outputTokens / worst.outputTokens();
    return new Bound(
        new WorstCase(worst.ways(), answerTokens),
        inputTokens,
        answerTokens * answers,
        unboundedField);
  }
}
