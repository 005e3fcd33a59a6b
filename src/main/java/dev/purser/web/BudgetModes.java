package dev.purser.web;

import dev.purser.money.Budget;
import java.util.List;

/** What can be chosen to happen when a budget is used up, and in which words. */
public final class BudgetModes {
  private BudgetModes() {}

  /**
   * A choice.
   *
   * @param title what happens
   * @param sentence what that means
   */
  public record Choice(Budget.Mode mode, String title, String sentence) {}

  /** All that are offered. */
  public static List<Choice> offered() {
    return List.of(
        new Choice(Budget.Mode.WARN, "Warn me.", "Calls are never refused."),
        new Choice(
            Budget.Mode.STOP, "Stop at the limit.", "Calls already running may go slightly over."));
  }

  /** The one that a form names; the present one if it names none that is offered. */
  static Budget.Mode read(String id, Budget.Mode present) {
    return offered().stream()
        .map(Choice::mode)
        .filter(mode -> mode.id().equals(id))
        .findFirst()
        .orElse(present);
  }
}
