package dev.purser.reports;

import dev.purser.money.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How all that an agent ever called stands at one moment, and its latest month.
 *
 * @param spent by this month's calls that have ended
 * @param held for those that run
 * @param doubt what estimates may have left out
 * @param open calls that run
 * @param settled calls that ended in whatever way but by Purser's own death
 * @param shortened open and ended calls whose output limit was lowered to what the budget had left
 * @param interrupted calls that Purser died over
 * @param interruptedCost what they are booked at
 * @param refused calls that were not forwarded, by reason
 */
public record AgentStanding(
    Money spent,
    Money held,
    Money doubt,
    long open,
    long settled,
    long shortened,
    long interrupted,
    Money interruptedCost,
    List<Refused> refused) {

  /** Of an agent that has not called yet. */
  public static final AgentStanding NONE =
      new AgentStanding(Money.ZERO, Money.ZERO, Money.ZERO, 0, 0, 0, 0, Money.ZERO, List.of());

  /**
   * Calls that were refused for one reason.
   *
   * @param errorCode as the API writes it
   * @param budgetOf whose budget it was: {@code space} or {@code agent}; null if it was none
   */
  public record Refused(String errorCode, @Nullable String budgetOf, long calls) {}

  /** Entries of calls that were let through to a provider. */
  public long forwarded() {
    return open + settled + interrupted;
  }

  /** All that were refused. */
  public long refusals() {
    return refused.stream().mapToLong(Refused::calls).sum();
  }

  /** What a strict budget counts. */
  public Money counted() {
    return spent.plus(held).plus(doubt);
  }
}
