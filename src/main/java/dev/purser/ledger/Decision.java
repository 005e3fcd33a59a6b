package dev.purser.ledger;

import dev.purser.money.Money;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of an {@link Admission}. */
public sealed interface Decision {
  /**
   * The open entry is committed: the call may be forwarded.
   *
   * @param outputTokens what its output limit must be lowered to; null if it may stay as it is
   */
  record Admitted(@Nullable Long outputTokens) implements Decision {
    /** As it was asked. */
    public Admitted() {
      this(null);
    }
  }

  /** Something the call depends on has changed since it was read: read again, and ask again. */
  record Stale() implements Decision {}

  /**
   * With the bound that it has now a strict budget does not admit it as it was asked. Nothing was
   * written: find a {@linkplain Bounded#canBeCloser closer bound}, and ask again.
   */
  record Tight() implements Decision {}

  /**
   * Refused by a budget; the refused entry is committed under the admission's id, or folded into an
   * earlier one.
   *
   * @param needed for the call as it was asked; null if its body was not read
   * @param largestOutputTokens the output limit that would have been admitted at that moment; 0 if
   *     none
   * @param stopped whether a strict budget admits nothing because a call has cost more than what
   *     was set aside for it
   */
  record OverBudget(
      String entryId,
      BudgetOf budgetOf,
      Money budget,
      Money spent,
      Money held,
      Money doubt,
      @Nullable Money needed,
      long largestOutputTokens,
      boolean stopped,
      Instant resetsAt)
      implements Decision {

    OverBudget under(String otherEntryId) {
      return new OverBudget(
          otherEntryId,
          budgetOf,
          budget,
          spent,
          held,
          doubt,
          needed,
          largestOutputTokens,
          stopped,
          resetsAt);
    }
  }

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
