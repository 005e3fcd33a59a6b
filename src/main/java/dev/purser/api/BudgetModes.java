package dev.purser.api;

import dev.purser.money.Budget;
import java.util.List;

/** Which budget modes can be chosen. */
final class BudgetModes {
  private BudgetModes() {}

  /** The mode that the body names, else the current one. */
  static Budget.Mode read(JsonBody body, Budget.Mode current) {
    Budget.Mode mode = body.oneOf("budgetMode", List.of(Budget.Mode.values()), Budget.Mode::id);
    if (mode != null && !Budget.Mode.OFFERED.contains(mode)) {
      throw new Problem(
              ProblemCode.MODE_NOT_AVAILABLE,
              "the mode strict is not there yet; choose stop or warn. Nothing was changed",
              "budgetMode")
          .refused();
    }
    return mode == null ? current : mode;
  }
}
