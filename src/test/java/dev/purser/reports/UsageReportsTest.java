package dev.purser.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.EnumMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsageReportsTest {
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
  private static final Instant NOW = Instant.parse("2026-11-22T14:05:12Z");

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aMonthAddsUpByModelByProviderAndByAgent(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      UsageSummary summary = new UsageSummaryStore(test.database()).of(Books.SPACE, NOVEMBER, NOW);

      assertThat(summary.byModel())
          .extracting(UsageSummary.OfModel::model)
          .containsExactly("claude-opus-5", "gpt-6-luna", "claude-haiku-4-5");
      Figures opus = summary.byModel().getFirst().figures();
      assertThat(opus)
          .isEqualTo(
              figures(
                  5, 3, 2, 1, 1, 110, 220, 33, 44, 0, 0, 77, 8, 9, 5_000_000_001L, 9, 1_000_000));
      assertThat(opus.prompt()).isEqualTo(110 + 220 + 33 + 44);
      assertThat(opus.cacheWrite()).isEqualTo(77);

      assertThat(summary.byProvider()).containsOnlyKeys(Provider.ANTHROPIC, Provider.OPENAI);
      assertThat(summary.byProvider().get(Provider.ANTHROPIC))
          .extracting(Figures::cost)
          .isEqualTo(new Money(5_000_000_004L));
      assertThat(summary.byAgent())
          .extracting(UsageSummary.OfAgent::name)
          .containsExactly("The tidy one", "The eager one", null);
      Figures total = summary.total();
      assertThat(total.requests()).isEqualTo(13);
      assertThat(total.cost()).isEqualTo(new Money(5_000_000_011L));
      assertThat(total.cacheSaved()).isEqualTo(new Money(1_000_005));
      assertThat(
              summary.byAgent().stream()
                  .map(UsageSummary.OfAgent::figures)
                  .reduce(Figures.NONE, Figures::plus))
          .isEqualTo(total);
      assertThat(summary.byProvider().values().stream().reduce(Figures.NONE, Figures::plus))
          .isEqualTo(total);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aSummarySaysWhatBudgetsCountAndWhenItsMonthIs(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      UsageSummary summary = new UsageSummaryStore(test.database()).current(Books.SPACE, NOW);
      assertThat(summary.month()).isEqualTo(NOVEMBER);
      assertThat(summary.counted()).isEqualTo(new Money(6));
      assertThat(summary.held()).isEqualTo(new Money(7));
      assertThat(summary.doubt()).isEqualTo(new Money(8));
      assertThat(summary.budget()).isEqualTo(new Budget(Money.ofCents(2000), Budget.Mode.STOP));
      assertThat(summary.from()).isEqualTo(Instant.parse("2026-10-31T23:00:00Z"));
      assertThat(summary.until()).isEqualTo(Instant.parse("2026-11-30T23:00:00Z"));
      assertThat(summary.asOf()).isEqualTo(NOW);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void thisMonthIsThatOfTheSpacesTimeZone(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      UsageSummaryStore summaries = new UsageSummaryStore(test.database());
      Instant lastHourInUtc = Instant.parse("2026-11-30T23:30:00Z");
      UsageSummary december = summaries.current(Books.SPACE, lastHourInUtc);
      assertThat(december.month()).isEqualTo(YearMonth.of(2026, 12));
      assertThat(december.total().cost()).isEqualTo(new Money(40));
      assertThat(december.held()).isEqualTo(Money.ZERO);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aSpaceWithoutCallsHasASummaryOfNothingAndSeesNothingOfAnother(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      UsageSummaryStore summaries = new UsageSummaryStore(test.database());
      UsageSummary other = summaries.of(Books.OTHER_SPACE, NOVEMBER, NOW);
      assertThat(other.byModel()).hasSize(1);
      assertThat(other.total().requests()).isEqualTo(1000);
      UsageSummary empty = summaries.of(Books.OTHER_SPACE, YearMonth.of(2020, 1), NOW);
      assertThat(empty.byModel()).isEmpty();
      assertThat(empty.byAgent()).isEmpty();
      assertThat(empty.total()).isEqualTo(Figures.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatACorrectionEmptiedIsNotShown(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      assertThat(new UsageSummaryStore(test.database()).of(Books.SPACE, NOVEMBER, NOW).byModel())
          .extracting(UsageSummary.OfModel::model)
          .doesNotContain("unpriced");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void daysAreDividedByProviderByModelAndByAgent(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test);
      DailyUsageStore daily = new DailyUsageStore(test.database());
      LocalDate first = LocalDate.of(2026, 11, 1);
      LocalDate second = LocalDate.of(2026, 11, 2);
      LocalDate last = LocalDate.of(2026, 11, 30);

      assertThat(daily.read(Books.SPACE, first, last, DailyUsage.By.PROVIDER))
          .extracting(DailyUsage::day, DailyUsage::part, usage -> usage.figures().cost().nanos())
          .containsExactly(
              tuple(first, new DailyUsage.OfProvider(Provider.ANTHROPIC), 4_000_000_000L),
              tuple(second, new DailyUsage.OfProvider(Provider.ANTHROPIC), 1_000_000_004L),
              tuple(last, new DailyUsage.OfProvider(Provider.OPENAI), 7L));
      assertThat(daily.read(Books.SPACE, second, second, DailyUsage.By.MODEL))
          .extracting(DailyUsage::part, usage -> usage.figures().requests())
          .containsExactly(
              tuple(new DailyUsage.OfModel(Provider.ANTHROPIC, "claude-haiku-4-5"), 3L),
              tuple(new DailyUsage.OfModel(Provider.ANTHROPIC, "claude-opus-5"), 1L));
      assertThat(daily.read(Books.SPACE, second, last, DailyUsage.By.AGENT))
          .extracting(DailyUsage::day, DailyUsage::part, usage -> usage.figures().requests())
          .containsExactly(
              tuple(second, new DailyUsage.OfAgent("eager", "The eager one"), 1L),
              tuple(second, new DailyUsage.OfAgent("tidy", "The tidy one"), 3L),
              tuple(last, new DailyUsage.OfAgent("gone", null), 5L));
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aQuestionSpansAYearAtMost(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      DailyUsageStore daily = new DailyUsageStore(test.database());
      LocalDate day = LocalDate.of(2026, 11, 22);
      assertThat(daily.read(Books.SPACE, day.minusDays(365), day, DailyUsage.By.AGENT)).isEmpty();
      assertThatThrownBy(
              () -> daily.read(Books.SPACE, day.minusDays(366), day, DailyUsage.By.AGENT))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> daily.read(Books.SPACE, day, day.minusDays(1), DailyUsage.By.AGENT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /**
   * Figures of which all cost is that of output, in the order in which pages tell them: requests,
   * reported, estimated, interrupted, unpriced, input, cache read, cache writes of 5 minutes, 1
   * hour, 30 minutes and 12 hours, output, reasoning, web searches, cost, estimated cost, saved.
   */
  private static Figures figures(long... each) {
    EnumMap<Kind, Figures.Used> kinds = new EnumMap<>(Kind.class);
    Kind[] order = {
      Kind.INPUT,
      Kind.CACHE_READ,
      Kind.CACHE_WRITE_5M,
      Kind.CACHE_WRITE_1H,
      Kind.CACHE_WRITE_30M,
      Kind.CACHE_WRITE_12H,
      Kind.OUTPUT
    };
    for (int i = 0; i < order.length; i++) {
      kinds.put(order[i], new Figures.Used(each[5 + i], Money.ZERO));
    }
    kinds.put(Kind.OUTPUT, new Figures.Used(each[11], new Money(each[14])));
    kinds.put(Kind.WEB_SEARCH, new Figures.Used(each[13], Money.ZERO));
    return new Figures(
        each[0],
        each[1],
        each[2],
        each[3],
        each[4],
        each[12],
        kinds,
        new Money(each[14]),
        new Money(each[15]),
        new Money(each[16]));
  }

  private static void fill(TestDatabase test) {
    Books books = new Books(test.database());
    String opus = "claude-opus-5";
    books.totals(
        Books.SPACE,
        "2026-11-01",
        "tidy",
        "anthropic",
        opus,
        figures(4, 2, 2, 1, 1, 100, 200, 30, 40, 0, 0, 70, 7, 8, 4_000_000_000L, 9, -7));
    books.totals(
        Books.SPACE,
        "2026-11-02",
        "eager",
        "anthropic",
        opus,
        figures(1, 1, 0, 0, 0, 10, 20, 3, 4, 0, 0, 7, 1, 1, 1_000_000_001L, 0, 1_000_007));
    books.totals(
        Books.SPACE,
        "2026-11-02",
        "tidy",
        "anthropic",
        "claude-haiku-4-5",
        figures(3, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0));
    books.totals(
        Books.SPACE,
        "2026-11-30",
        "gone",
        "openai",
        "gpt-6-luna",
        figures(5, 5, 0, 0, 0, 1, 2, 0, 0, 3, 4, 5, 0, 0, 7, 0, 5));
    books.totals(
        Books.SPACE,
        "2026-11-30",
        "gone",
        "openai",
        "unpriced",
        figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    books.totals(
        Books.SPACE,
        "2026-10-31",
        "tidy",
        "openai",
        "gpt-6-luna",
        figures(1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 20, 0, 0));
    books.totals(
        Books.SPACE,
        "2026-12-01",
        "tidy",
        "openai",
        "gpt-6-luna",
        figures(1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 40, 0, 0));
    books.totals(
        Books.OTHER_SPACE,
        "2026-11-02",
        "theirs",
        "openai",
        "gpt-6-luna",
        figures(1000, 1000, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 80, 0, 0));
    books.month(Books.SPACE, "2026-11", "", new Money(6), new Money(7), new Money(8));
    books.month(Books.SPACE, "2026-11", "tidy", new Money(1), new Money(1), new Money(1));
    books.month(Books.OTHER_SPACE, "2026-11", "", new Money(2), new Money(2), new Money(2));
  }
}
