package dev.purser.ledger;

import dev.purser.money.Money;
import java.time.Instant;
import java.util.Locale;

/** What became of an {@link Admission}. */
public sealed interface Decision {
  /** The open entry is committed: the call may be forwarded. */
  record Admitted() implements Decision {}

  /** Something the call depends on has changed since it was read: read again, and ask again. */
  record Stale() implements Decision {}

  /**
   * Refused by a budget; the refused entry is committed under the admission's id, or folded into an
   * earlier one.
   */
  record OverBudget(
      String entryId,
      BudgetOf budgetOf,
      Money budget,
      Money spent,
      Money held,
      Money doubt,
      Money needed,
      Instant resetsAt)
      implements Decision {}

  /** The ledger cannot write, or could not in time. Nothing may be forwarded. */
  record Unavailable() implements Decision {}

  /** Too many admissions are waiting. */
  record Overloaded() implements Decision {}

  /** Whose budget. */
  enum BudgetOf {
    SPACE,
    AGENT;

    /** As the database and the API write it. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    static BudgetOf ofId(String id) {
      return id.equals(SPACE.id()) ? SPACE : AGENT;
    }
  }
}
