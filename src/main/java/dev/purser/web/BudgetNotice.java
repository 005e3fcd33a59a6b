package dev.purser.web;

import dev.purser.money.Budget;
import java.time.YearMonth;

/**
 * Something that people are told of their budget once.
 *
 * @param news what of it: percent that are used, or {@link #PROJECTION}
 * @param month whose budget it is
 * @param cents the budget's limit
 * @param title what there is to know
 * @param sentence what happens next
 */
public record BudgetNotice(
    String news, YearMonth month, long cents, Budget.Mode mode, String title, String sentence) {
  /** That the budget will be passed at this month's pace. */
  static final String PROJECTION = "projection";

  /** That it is used up. */
  static final String USED_UP = "100";

  public String tone() {
    return news.equals(USED_UP) ? "danger" : "warn";
  }
}
