package dev.purser.web;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.reports.BudgetOutlook;
import dev.purser.reports.MonthUsage;
import dev.purser.reports.UsageSummary;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a month will have cost at its end, if it goes on like the last days.
 *
 * @param total what is spent, and the pace for every day that is left
 * @param perDay the mean of the last seven full days, or of as many as there are
 * @param daysLeft after today
 * @param aboveBudget by how much the budget will be passed; null if it will not, or there is none
 * @param unpriced what the budget counts for calls without a price, which are in no total
 */
public record Projection(
    Money total, Money perDay, long daysLeft, @Nullable Money aboveBudget, Money unpriced) {
  private static final int MIN_DAYS = 3;

  /** The projection of the month that today is in; none for others, or after too few days. */
  static Optional<Projection> of(MonthUsage usage) {
    LocalDate today = LocalDate.ofInstant(usage.asOf(), usage.zone());
    return of(
        usage.month(),
        today,
        usage.firstDay(),
        usage.between(today.minusDays(MonthUsage.DAYS_BEFORE), today.minusDays(1)).cost(),
        usage.total().cost(),
        usage.budget(),
        usage.counted());
  }

  /** The same of a summary, with what it does not say. */
  static Optional<Projection> of(UsageSummary usage, BudgetOutlook outlook) {
    return of(
        usage.month(),
        LocalDate.ofInstant(usage.asOf(), usage.zone()),
        outlook.firstDay(),
        outlook.lastDays(),
        usage.total().cost(),
        usage.budget(),
        usage.counted());
  }

  /**
   * The projection.
   *
   * @param recent what the last days cost, up to yesterday; there was no use before the first day
   * @param cost of the month so far
   * @param counted the same, as budgets count it
   */
  private static Optional<Projection> of(
      YearMonth month,
      LocalDate today,
      @Nullable LocalDate firstDay,
      Money recent,
      Money cost,
      @Nullable Budget budget,
      Money counted) {
    if (firstDay == null || !YearMonth.from(today).equals(month)) {
      return Optional.empty();
    }
    long days = Math.min(MonthUsage.DAYS_BEFORE, ChronoUnit.DAYS.between(firstDay, today));
    if (days < MIN_DAYS) {
      return Optional.empty();
    }
    long daysLeft = ChronoUnit.DAYS.between(today, month.atEndOfMonth());
    Money toCome = times(recent, daysLeft, days);
    return Optional.of(
        new Projection(
            cost.plus(toCome),
            times(recent, 1, days),
            daysLeft,
            budget == null ? null : above(counted.plus(toCome), budget.limit()),
            counted.minus(cost)));
  }

  private static @Nullable Money above(Money sum, Money limit) {
    return sum.compareTo(limit) > 0 ? sum.minus(limit) : null;
  }

  /** Times a fraction, rounded half up to a nano-dollar. */
  private static Money times(Money money, long numerator, long denominator) {
    BigInteger twice =
        BigInteger.valueOf(money.nanos()).multiply(BigInteger.valueOf(2 * numerator));
    BigInteger rounded =
        twice.add(BigInteger.valueOf(denominator)).divide(BigInteger.valueOf(2 * denominator));
    return new Money(rounded.longValueExact());
  }
}
