package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.reports.Figures;
import dev.purser.reports.MonthUsage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What follows from a month's days: where it will end. */
class ProjectionTest {
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

  private static Figures cost(long cents) {
    return new Figures(1, 1, 0, 0, 0, 0, Map.of(), Money.ofCents(cents), Money.ZERO, Money.ZERO);
  }

  private static MonthUsage.OfModel day(LocalDate day, Figures figures) {
    return new MonthUsage.OfModel(day, Provider.ANTHROPIC, "claude-fable-5-2", figures);
  }

  private static MonthUsage usage(
      String now, LocalDate firstDay, @Nullable Budget budget, List<MonthUsage.OfModel> models) {
    Money counted =
        models.stream()
            .filter(part -> YearMonth.from(part.day()).equals(NOVEMBER))
            .map(part -> part.figures().cost())
            .reduce(Money.ZERO, Money::plus);
    return new MonthUsage(
        NOVEMBER,
        ZoneOffset.UTC,
        firstDay,
        budget,
        counted,
        Money.ZERO,
        Money.ZERO,
        models,
        List.of(),
        Instant.parse(now));
  }

  /** A dollar a day up to the 22nd, and fifty cents so far on that day. */
  private static List<MonthUsage.OfModel> dollarADay(LocalDate first) {
    LocalDate today = NOVEMBER.atDay(22);
    return IntStream.rangeClosed(0, (int) (today.toEpochDay() - first.toEpochDay()))
        .mapToObj(first::plusDays)
        .map(day -> day(day, cost(day.equals(today) ? 50 : 100)))
        .toList();
  }

  @Test
  void aMonthEndsAtWhatIsSpentAndTheLastSevenFullDaysPaceForEveryDayLeft() {
    LocalDate first = NOVEMBER.atDay(1);
    MonthUsage usage =
        usage(
            "2026-11-22T14:00:00Z",
            first,
            new Budget(Money.ofCents(2_500), Budget.Mode.STOP),
            dollarADay(first));
    Projection projection = Projection.of(usage).orElseThrow();
    assertThat(projection.total()).isEqualTo(Money.ofCents(2_150 + 800));
    assertThat(projection.perDay()).isEqualTo(Money.ofCents(100));
    assertThat(projection.daysLeft()).isEqualTo(8);
    assertThat(projection.aboveBudget()).isEqualTo(Money.ofCents(450));
  }

  @Test
  void earlyInAMonthTheDaysBeforeItCountForThePace() {
    LocalDate first = LocalDate.of(2026, 10, 26);
    List<MonthUsage.OfModel> days =
        IntStream.range(0, 7).mapToObj(number -> day(first.plusDays(number), cost(70))).toList();
    Projection projection =
        Projection.of(usage("2026-11-02T00:00:00Z", first, null, days)).orElseThrow();
    assertThat(projection.perDay()).isEqualTo(Money.ofCents(70));
    assertThat(projection.total()).isEqualTo(Money.ofCents(70 + 28 * 70));
    assertThat(projection.aboveBudget()).isNull();
  }

  @Test
  void thereIsNoneBeforeThreeFullDaysNorForAMonthThatIsOver() {
    LocalDate first = NOVEMBER.atDay(20);
    assertThat(Projection.of(usage("2026-11-22T23:00:00Z", first, null, dollarADay(first))))
        .isEmpty();
    LocalDate earlier = NOVEMBER.atDay(19);
    assertThat(Projection.of(usage("2026-11-22T23:00:00Z", earlier, null, dollarADay(earlier))))
        .isPresent();
    assertThat(Projection.of(usage("2026-12-01T00:00:00Z", earlier, null, dollarADay(earlier))))
        .isEmpty();
  }
}
