package dev.purser.ledger;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import org.jspecify.annotations.Nullable;

/** The one place where a budget lets a call pass or not. */
final class Budgets {
  private Budgets() {}

  /** Whether a budget, none if null, has room for a call with this hold. */
  static boolean allows(@Nullable Budget budget, Months.Month month, Money hold) {
    if (budget == null) {
      return true;
    }
    long limit = budget.limit().nanos();
    return switch (budget.mode()) {
      case WARN -> true;
      case STOP -> month.spent() < limit;
      case STRICT -> {
        long set = Math.addExact(Math.addExact(month.spent(), month.held()), month.doubt());
        yield Math.addExact(set, hold.nanos()) <= limit;
      }
    };
  }
}
