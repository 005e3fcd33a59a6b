package dev.purser.web;

import dev.purser.agents.Agent;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.reports.AgentUsage;
import dev.purser.reports.BudgetOutlook;
import dev.purser.reports.MonthUsage;
import dev.purser.reports.StrictState;
import dev.purser.reports.UsageSummary;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * How a budget stands this month, a space's or an agent's.
 *
 * @param strict how far it keeps what it promises; null unless it is strict
 */
public record BudgetStanding(Budget budget, BudgetBar bar, @Nullable StrictState strict) {

  /** Of a space; null if it has no budget. */
  static @Nullable BudgetStanding of(UsageSummary usage, BudgetOutlook outlook) {
    return usage.budget() == null
        ? null
        : of(
            usage.budget(),
            usage.counted(),
            usage.held(),
            usage.doubt(),
            BudgetBar.Unpriced.of(usage.total(), usage.counted()),
            outlook);
  }

  /** The same. */
  static @Nullable BudgetStanding of(MonthUsage usage, BudgetOutlook outlook) {
    return usage.budget() == null
        ? null
        : of(
            usage.budget(),
            usage.counted(),
            usage.held(),
            usage.doubt(),
            BudgetBar.Unpriced.of(usage.total(), usage.counted()),
            outlook);
  }

  /** Of an agent; null if it has no budget of its own. */
  static @Nullable BudgetStanding of(Agent agent, AgentUsage usage, YearMonth month) {
    Budget budget = agent.budget();
    return budget == null
        ? null
        : new BudgetStanding(
            budget,
            new BudgetBar(
                "Budget of " + agent.name(),
                budget.limit(),
                usage.counted(),
                usage.held(),
                usage.doubt(),
                usage.marks().of(budget) != null,
                BudgetBar.Unpriced.of(usage.figures(), usage.counted()),
                CallLink.of(month).with("agent", agent.id())),
            usage.marks().of(budget));
  }

  private static BudgetStanding of(
      Budget budget,
      Money counted,
      Money held,
      Money doubt,
      BudgetBar.Unpriced unpriced,
      BudgetOutlook outlook) {
    return new BudgetStanding(
        budget,
        new BudgetBar(
            "Monthly budget",
            budget.limit(),
            counted,
            held,
            doubt,
            outlook.marks().of(budget) != null,
            unpriced,
            CallLink.of(outlook.month())),
        outlook.marks().of(budget));
  }

  /** The calls that have ended and count in it. */
  public CallLink calls() {
    return bar.calls();
  }

  /** Whether it is an agent's own. */
  public boolean ofAgent() {
    return calls().filter().containsKey("agent");
  }

  public boolean stopped() {
    return strict == StrictState.STOPPED;
  }

  /** Whether it will hold what it promises only when calls of before have ended. */
  public boolean pending() {
    return strict == StrictState.PENDING;
  }

  public boolean inDoubt() {
    return bar.doubt().nanos() > 0;
  }

  /** Whether what is in doubt counts as if it were spent. */
  public boolean countsDoubt() {
    return strict != null;
  }
}
