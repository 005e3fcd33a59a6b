package dev.purser.web;

import dev.purser.money.Budget;
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
   * @param bar null without a budget
   */
  public record UsageCard(
      UsageSummary usage, ModelRows models, TrustLine trust, @Nullable BudgetBar bar) {

    static UsageCard of(UsageSummary usage) {
      Budget budget = usage.budget();
      return new UsageCard(
          usage,
          ModelRows.of(usage),
          new TrustLine(
              usage.total(), CallLink.of(usage.month()), usage.month(), usage.zone(), usage.asOf()),
          budget == null
              ? null
              : new BudgetBar(
                  "Monthly budget",
                  budget.limit(),
                  usage.counted(),
                  usage.held(),
                  usage.doubt(),
                  usage.total().unpriced()));
    }
  }
}
