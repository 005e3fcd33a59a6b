package dev.purser.web;

import dev.purser.reports.BudgetOutlook;
import dev.purser.reports.UsageSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the page of settings shows, card by card. */
public record SettingsCards(List<KeyRow> keys, LlmForm llm, UsageCard usage) {
  public SettingsCards {
    keys = List.copyOf(keys);
  }

  /**
   * This month's usage.
   *
   * @param budget null without one
   * @param notices of the budget, to be told once each
   * @param budgetDone what was just done about the budget; empty for nothing
   */
  public record UsageCard(
      UsageSummary usage,
      ModelRows models,
      TrustLine trust,
      @Nullable BudgetStanding budget,
      List<BudgetNotice> notices,
      String budgetDone) {

    static UsageCard of(UsageSummary usage, BudgetOutlook outlook, String budgetDone) {
      BudgetStanding budget = BudgetStanding.of(usage, outlook);
      return new UsageCard(
          usage,
          ModelRows.of(usage),
          new TrustLine(
              usage.total(), CallLink.of(usage.month()), usage.month(), usage.zone(), usage.asOf()),
          budget,
          budget == null
              ? List.of()
              : BudgetNotices.of(
                  budget, Projection.of(usage, outlook).orElse(null), outlook, usage.zone()),
          budgetDone);
    }
  }
}
