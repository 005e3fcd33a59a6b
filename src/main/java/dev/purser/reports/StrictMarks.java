package dev.purser.reports;

import dev.purser.money.Budget;
import org.jspecify.annotations.Nullable;

/**
 * What can keep a strict budget from holding what it promises.
 *
 * @param stoppedLimitNanos the largest strict budget of this month under which a call has cost more
 *     than its hold; null if none has
 * @param unbounded whether calls are running that were admitted without a bound
 */
public record StrictMarks(@Nullable Long stoppedLimitNanos, boolean unbounded) {
  /** Of a month in which nothing has happened. */
  public static final StrictMarks NONE = new StrictMarks(null, false);

  /** How far this budget keeps it; null unless it is strict. */
  public @Nullable StrictState of(@Nullable Budget budget) {
    if (budget == null || budget.mode() != Budget.Mode.STRICT) {
      return null;
    }
    if (stoppedLimitNanos != null && budget.limit().nanos() <= stoppedLimitNanos) {
      return StrictState.STOPPED;
    }
    return unbounded ? StrictState.PENDING : StrictState.IN_FORCE;
  }
}
