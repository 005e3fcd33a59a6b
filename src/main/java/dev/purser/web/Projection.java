package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.reports.MonthUsage;
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
 */
public record Projection(Money total, Money perDay, long daysLeft, @Nullable Money aboveBudget) {
  private static final int FEWEST_DAYS = 3;

  /** The projection of the month that today is in; none for others, or after too few days. */
  static Optional<Projection> of(MonthUsage usage) {
    LocalDate today = LocalDate.ofInstant(usage.asOf(), usage.zone());
    if (usage.firstDay() == null || !YearMonth.from(today).equals(usage.month())) {
      return Optional.empty();
    }
    long days = Math.min(MonthUsage.DAYS_BEFORE, ChronoUnit.DAYS.between(usage.firstDay(), today));
    if (days < FEWEST_DAYS) {
      return Optional.empty();
    }
    Money recent = usage.between(today.minusDays(days), today.minusDays(1)).cost();
    long daysLeft = ChronoUnit.DAYS.between(today, usage.month().atEndOfMonth());
    Money toCome = times(recent, daysLeft, days);
    Money total = usage.total().cost().plus(toCome);
    return Optional.of(
        new Projection(total, times(recent, 1, days), daysLeft, above(usage, toCome)));
  }

  private static @Nullable Money above(MonthUsage usage, Money toCome) {
    if (usage.budget() == null) {
      return null;
    }
    Money above = usage.counted().plus(toCome).minus(usage.budget().limit());
    return above.nanos() > 0 ? above : null;
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
