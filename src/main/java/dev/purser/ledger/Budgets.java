package dev.purser.ledger;

import dev.purser.ledger.Decision.BudgetOf;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The one place where budgets, the space's and the agent's together, let a call pass or not. */
final class Budgets {
  private Budgets() {}

  /** What budgets say to a call. */
  sealed interface Verdict {}

  /**
   * It may be made.
   *
   * @param outputTokens what its output limit must be lowered to; null if it may stay as it is
   */
  record Granted(Money hold, @Nullable Long outputTokens) implements Verdict {}

  /** Not with this bound, but perhaps with a closer one. */
  record Tight() implements Verdict {}

  /**
   * It may not be made.
   *
   * @param largestOutputTokens the output limit that would have been granted; 0 if none
   * @param stopped whether that budget grants nothing until it is raised or released
   * @param onlyForHolds whether it might have been made if nothing else were running
   */
  record Denied(
      BudgetOf budgetOf,
      Budget budget,
      Months.Month month,
      long largestOutputTokens,
      boolean stopped,
      boolean onlyForHolds)
      implements Verdict {}

  /** A budget, and the month that it is for. */
  private record Side(BudgetOf of, Budget budget, Months.Month month) {
    long limit() {
      return budget.limit().nanos();
    }

    /** What is left to be set aside; below zero if the budget was lowered below what is. */
    long free() {
      return Math.subtractExact(freeOfHolds(), month.held());
    }

    /** What would be left if nothing were running. */
    long freeOfHolds() {
      return Math.subtractExact(Math.subtractExact(limit(), month.spent()), month.doubt());
    }

    /** How much of it a shortened call may take: it leaves half to those that run beside it. */
    long share() {
      return month.held() > 0 ? free() / 2 : free();
    }
  }

  /** The limit of a strict budget; null if it is none. */
  static @Nullable Long strictNanos(@Nullable Budget budget) {
    return budget != null && budget.mode() == Budget.Mode.STRICT ? budget.limit().nanos() : null;
  }

  /**
   * What the two budgets of a call say to it.
   *
   * @param space the month of its space
   * @param agent the month of its agent
   * @throws IllegalStateException if one of them is strict and the call has no bound: an estimate
   *     must not pass for one
   */
  static Verdict decide(Admission admission, Months.Month space, Months.Month agent) {
    List<Side> strict = new ArrayList<>(2);
    for (Side side : sides(admission.spaceBudget(), space, admission.agentBudget(), agent)) {
      Denied closed = closed(side);
      if (closed != null) {
        return closed;
      }
      if (side.budget.mode() == Budget.Mode.STRICT) {
        strict.add(side);
      }
    }
    if (strict.isEmpty()) {
      return new Granted(admission.hold(), null);
    }
    Bounded bounded = admission.bounded();
    if (bounded == null) {
      // Such an admission cannot be made, and must not pass if it could.
      throw new IllegalStateException(
          "a call without a bound under a strict budget: " + admission.entryId());
    }
    return decide(admission.hold(), bounded, strict);
  }

  /**
   * The budget that refuses every call that costs anything, whatever else is running; null if there
   * is none.
   *
   * @param space the month of the space
   * @param agent the month of the agent
   */
  static @Nullable Denied usedUp(
      @Nullable Budget spaceBudget,
      Months.Month space,
      @Nullable Budget agentBudget,
      Months.Month agent) {
    for (Side side : sides(spaceBudget, space, agentBudget, agent)) {
      Denied closed = closed(side);
      if (closed != null) {
        return closed;
      }
      if (side.budget.mode() == Budget.Mode.STRICT && side.freeOfHolds() <= 0) {
        return denied(side, /* stopped= */ false);
      }
    }
    return null;
  }

  /** Whether a budget lets no call pass, not even one that costs nothing; null if it may. */
  private static @Nullable Denied closed(Side side) {
    return switch (side.budget.mode()) {
      case WARN -> null;
      case STOP -> side.month.spent() >= side.limit() ? denied(side, /* stopped= */ false) : null;
      case STRICT -> side.month.stops(side.limit()) ? denied(side, /* stopped= */ true) : null;
    };
  }

  private static List<Side> sides(
      @Nullable Budget spaceBudget,
      Months.Month space,
      @Nullable Budget agentBudget,
      Months.Month agent) {
    List<Side> sides = new ArrayList<>(2);
    if (spaceBudget != null) {
      sides.add(new Side(BudgetOf.SPACE, spaceBudget, space));
    }
    if (agentBudget != null) {
      sides.add(new Side(BudgetOf.AGENT, agentBudget, agent));
    }
    return sides;
  }

  private static Denied denied(Side side, boolean stopped) {
    return new Denied(side.of, side.budget, side.month, 0, stopped, /* onlyForHolds= */ false);
  }

  private static Verdict decide(Money hold, Bounded bounded, List<Side> strict) {
    long free = least(strict, Side::free);
    if (hold.nanos() <= free) {
      return new Granted(hold, null);
    }
    if (bounded.canBeCloser()) {
      return new Tight();
    }
    OptionalLong shortened = shortened(bounded, least(strict, Side::share));
    if (shortened.isPresent()) {
      long output = shortened.getAsLong();
      return new Granted(bounded.worstCase().at(output), output);
    }
    long freeOfHolds = least(strict, Side::freeOfHolds);
    Side narrowest = strict.getFirst();
    for (Side side : strict) {
      narrowest = side.free() < narrowest.free() ? side : narrowest;
    }
    return new Denied(
        narrowest.of,
        narrowest.budget,
        narrowest.month,
        Math.max(0, largestOutput(bounded, free)),
        /* stopped= */ false,
        hold.nanos() <= freeOfHolds || shortened(bounded, freeOfHolds).isPresent());
  }

  private static long least(List<Side> sides, ToLongFunction<Side> ofSide) {
    long least = Long.MAX_VALUE;
    for (Side side : sides) {
      least = Math.min(least, ofSide.applyAsLong(side));
    }
    return least;
  }

  /** The longest answer for that much money, if it is worth having. */
  private static OptionalLong shortened(Bounded bounded, long nanos) {
    long output = largestOutput(bounded, nanos);
    return output >= bounded.leastOutputTokens() ? OptionalLong.of(output) : OptionalLong.empty();
  }

  /** Below zero if the money does not even pay for the input. */
  private static long largestOutput(Bounded bounded, long nanos) {
    return nanos < 0 ? -1 : bounded.worstCase().largestOutput(new Money(nanos));
  }
}
