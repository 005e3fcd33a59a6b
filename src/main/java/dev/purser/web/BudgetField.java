package dev.purser.web;

import dev.purser.money.Budget;
import dev.purser.people.Limits;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A monthly budget as people enter it: dollars, and what happens at the limit.
 *
 * @param typed dollars; empty for no limit
 * @param mode null if none is chosen
 * @param problem why the amount will not do; null if it will
 * @param modeProblem why the mode will not do; null if it will
 */
public record BudgetField(
    String typed,
    Budget.@Nullable Mode mode,
    @Nullable String problem,
    @Nullable String modeProblem) {
  private static final String AMOUNT = "budget";
  private static final String MODE = "mode";

  /** Longer than any amount that will do. */
  private static final int MAX_LENGTH = 40;

  private static final BigDecimal MAX_DOLLARS = BigDecimal.valueOf(Limits.MAX_BUDGET_CENTS, 2);

  /** A budget that is saved; null for no limit. */
  static BudgetField of(@Nullable Long cents, Budget.Mode mode) {
    return new BudgetField(cents == null ? "" : Figures.plain(cents), mode, null, null);
  }

  /** What a form says; it may be wrong. */
  static BudgetField read(Form form) {
    String typed = form.text(AMOUNT);
    Optional<Budget.Mode> mode =
        Budget.Mode.ofId(form.text(MODE)).filter(Budget.Mode.OFFERED::contains);
    return new BudgetField(
        typed.length() <= MAX_LENGTH ? typed : typed.substring(0, MAX_LENGTH),
        mode.orElse(null),
        whyNot(typed),
        mode.isPresent() ? null : "Choose what happens when the budget is used up.");
  }

  /** The amount in words. */
  String amountInWords() {
    return typed.isEmpty() ? "no limit" : "$" + typed;
  }

  /** What happens at the limit, in words. */
  String modeInWords() {
    return mode == null ? "nothing chosen" : title(mode).replace(".", "").toLowerCase(Locale.ROOT);
  }

  boolean good() {
    return problem == null && modeProblem == null;
  }

  /** Of what is {@linkplain #good good}: whole cents; null for no limit. */
  @Nullable Long cents() {
    return typed.isEmpty() ? null : new BigDecimal(typed).movePointRight(2).longValueExact();
  }

  /** Of what is {@linkplain #good good}. */
  Budget.Mode chosenMode() {
    if (mode == null) {
      throw new IllegalStateException("no mode was chosen");
    }
    return mode;
  }

  /** In a few words: what Purser does at the limit. */
  public static String title(Budget.Mode mode) {
    return switch (mode) {
      case WARN -> "Warn me.";
      case STOP -> "Stop at the limit.";
      case STRICT -> "Never exceed.";
    };
  }

  /** What that means for calls. */
  public static String sentence(Budget.Mode mode) {
    return switch (mode) {
      case WARN -> "Calls are never refused.";
      case STOP -> "Calls already running may go slightly over.";
      case STRICT ->
          "The most a call can cost is set aside first; long answers may be cut shorter.";
    };
  }

  private static @Nullable String whyNot(String typed) {
    if (typed.isEmpty()) {
      return null;
    }
    BigDecimal dollars;
    try {
      dollars =
          typed.length() <= MAX_LENGTH ? new BigDecimal(typed) : MAX_DOLLARS.add(BigDecimal.ONE);
    } catch (NumberFormatException e) {
      return "This is no amount in dollars, such as 20.50. Leave it empty for no limit.";
    }
    if (dollars.signum() < 0) {
      return "A budget cannot be below zero. Leave it empty for no limit.";
    }
    if (dollars.compareTo(MAX_DOLLARS) > 0) {
      return "A budget is at most $"
          + Figures.count(MAX_DOLLARS.longValueExact())
          + " a month. Leave it empty for no limit.";
    }
    return dollars.stripTrailingZeros().scale() > 2
        ? "A budget has at most two decimals, such as 20.50."
        : null;
  }
}
