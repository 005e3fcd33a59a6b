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
 * @param calls that count in it
 */
public record BudgetStanding(
    Budget budget, BudgetBar bar, @Nullable StrictState strict, CallLink calls) {

  /** Of a space; null if it has no budget. */
  static @Nullable BudgetStanding of(UsageSummary usage, BudgetOutlook outlook) {
    return usage.budget() == null
        ? null
        : of(
            usage.budget(),
            usage.counted(),
            usage.held(),
            usage.doubt(),
            usage.total().unpriced(),
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
            usage.total().unpriced(),
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
                usage.figures().unpriced()),
            usage.marks().of(budget),
            CallLink.of(month).with("agent", agent.id()));
  }

  private static BudgetStanding of(
      Budget budget, Money counted, Money held, Money doubt, long unpriced, BudgetOutlook outlook) {
    return new BudgetStanding(
        budget,
        new BudgetBar(
            "Monthly budget",
            budget.limit(),
            counted,
            held,
            doubt,
            outlook.marks().of(budget) != null,
            unpriced),
        outlook.marks().of(budget),
        CallLink.of(outlook.month()));
  }

  /** Whether it is an agent's own. */
  public boolean ofAgent() {
    return calls.filter().containsKey("agent");
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
