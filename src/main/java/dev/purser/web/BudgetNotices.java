package dev.purser.web;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.reports.BudgetOutlook;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be told of a budget, as far as nobody has put it away. */
record BudgetNotices(BudgetStanding standing, BudgetOutlook outlook, ZoneId zone) {
  /** How much of a budget must be used for people to be told, in percent, the most first. */
  static final List<Integer> PERCENTS = List.of(100, 90, 75);

  private static final int ALL = 100;

  /**
   * The highest of the marks that were crossed, and that the budget will be passed.
   *
   * @param projection null if there is none
   */
  static List<BudgetNotice> of(
      BudgetStanding standing,
      @Nullable Projection projection,
      BudgetOutlook outlook,
      ZoneId zone) {
    BudgetNotices notices = new BudgetNotices(standing, outlook, zone);
    List<BudgetNotice> told = new ArrayList<>();
    int used =
        PERCENTS.stream().filter(percent -> standing.bar().reached(percent)).findFirst().orElse(0);
    if (used > outlook.usedPercentTold()) {
      told.add(notices.used(used));
    }
    // Once all of it is used there is nothing left to be foreseen.
    Money above = projection == null ? null : projection.aboveBudget();
    if (projection != null && above != null && used < ALL && !outlook.projectionTold()) {
      told.add(notices.projected(projection, above, told.isEmpty()));
    }
    return told;
  }

  private BudgetNotice used(int percent) {
    BudgetBar bar = standing.bar();
    String figures = Figures.sum(bar.spent()) + " of " + Figures.sum(bar.limit());
    String month = Figures.month(outlook.month());
    return percent == ALL
        ? notice(
            BudgetNotice.USED_UP,
            "The " + month + " budget is used up: " + figures + ".",
            fromNowOn())
        : notice(
            Integer.toString(percent),
            Figures.percent(bar.spent().nanos(), bar.limit().nanos())
                + " of the "
                + month
                + " budget is used: "
                + figures
                + ".",
            atTheLimit());
  }

  private BudgetNotice projected(Projection projection, Money above, boolean alone) {
    String pace =
        "The last days cost "
            + Figures.sum(projection.perDay())
            + " each on average."
            + (projection.unpriced().nanos() > 0
                ? " The budget also counts "
                    + Figures.sum(projection.unpriced())
                    + " for unpriced calls."
                : "");
    return notice(
        BudgetNotice.PROJECTION,
        "At this pace "
            + Figures.month(outlook.month())
            + " needs "
            + Figures.sum(above)
            + " more than its budget of "
            + Figures.sum(standing.bar().limit())
            + ".",
        alone ? pace + " " + atTheLimit() : pace);
  }

  private BudgetNotice notice(String news, String title, String sentence) {
    Budget budget = standing.budget();
    return new BudgetNotice(
        news, outlook.month(), wholeCents(budget.limit()), budget.mode(), title, sentence);
  }

  /** Budgets are set in whole cents. */
  private static long wholeCents(Money limit) {
    return limit.nanos() / Money.ofCents(1).nanos();
  }

  private String atTheLimit() {
    return switch (standing.budget().mode()) {
      case WARN -> "At the limit nothing is refused: this budget only warns.";
      case STOP -> "At the limit calls are refused; those already running may go slightly over it.";
      case STRICT ->
          "It is never exceeded: towards the limit answers are cut shorter, then calls are refused.";
    };
  }

  private String fromNowOn() {
    return switch (standing.budget().mode()) {
      case WARN -> "Calls go on all the same: this budget only warns.";
      case STOP, STRICT ->
          "Calls are refused until it is raised, or begins anew on "
              + Figures.moment(
                  outlook.month().plusMonths(1).atDay(1).atStartOfDay(zone).toInstant(), zone)
              + " "
              + zone.getId()
              + ".";
    };
  }
}
