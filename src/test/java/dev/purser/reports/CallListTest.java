package dev.purser.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.Books.Entry;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallListTest {
  private static final Pattern PARAMETER = Pattern.compile(":(\\w+)");
  private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void pagesGoThroughEveryCallOnceNewestFirst(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      books.entries(books.series(START, 25));
      CallStore calls = new CallStore(test.database());

      List<Call> all = all(calls, CallFilter.ALL, 10);
      assertThat(all).hasSize(25);
      assertThat(all)
          .extracting(Call::createdAt)
          .isSortedAccordingTo(Comparator.reverseOrder())
          .doesNotHaveDuplicates();
      assertThat(calls.page(Books.SPACE, CallFilter.ALL, null, 25).before()).isNull();
      assertThat(calls.page(Books.SPACE, CallFilter.ALL, null, 24).before()).isNotNull();
      assertThat(calls.page(Books.OTHER_SPACE, CallFilter.ALL, null, 10))
          .isEqualTo(new CallPage(List.of(), null));
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallShowsWhatTheLedgerHas(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      Entry entry = books.series(START, 1).getFirst();
      entry.with("cache_read_tokens", 11L).with("cache_write_tokens", 12L);
      entry.with("reasoning_tokens", 3L).with("web_searches", 1L).with("tier", "flex");
      books.entries(List.of(entry));
      Call call =
          new CallStore(test.database())
              .page(Books.SPACE, CallFilter.ALL, null, 1)
              .items()
              .getFirst();
      assertThat(call.createdAt()).isEqualTo(START);
      assertThat(call.settledAt()).isEqualTo(START.plusMillis(900));
      assertThat(call.agentName()).isEqualTo("The tidy one");
      assertThat(call.model()).isEqualTo("gpt-6-luna-2026-09-22");
      assertThat(call.totalsModel()).isEqualTo("gpt-6-luna");
      assertThat(call.state()).isEqualTo(EntryState.SETTLED);
      assertThat(call.usageSource()).isEqualTo(UsageSource.REPORTED);
      assertThat(call.inputTokens()).isEqualTo(22);
      assertThat(call.cacheReadTokens()).isEqualTo(11);
      assertThat(call.cacheWriteTokens()).isEqualTo(12);
      assertThat(call.outputTokens()).isEqualTo(5);
      assertThat(call.reasoningTokens()).isEqualTo(3);
      assertThat(call.webSearches()).isEqualTo(1);
      assertThat(call.tier()).isEqualTo("flex");
      assertThat(call.cost()).isEqualTo(new Money(4_700));
      assertThat(call.unpriced()).isFalse();
      assertThat(call.count()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void filtersKeepWhatTheyName(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(START, 40);
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        entry.with("agent_id", i % 2 == 0 ? "tidy" : "eager");
        if (i % 4 == 0) {
          entry.with("model", "claude-opus-5").with("totals_model", "claude-opus-5");
        }
        if (i % 10 == 0) {
          entry.with("state", "refused").with("refused_count", 61L);
        }
        if (i == 39) {
          entry.with("state", "open").with("usage_source", null).with("cost_nanos", null);
          entry.with("settled_at", null).with("duration_millis", null);
        }
        if (i == 38) {
          entry.with("cost_nanos", null);
        }
      }
      books.entries(entries);
      CallStore calls = new CallStore(test.database());

      assertThat(all(calls, filter("eager", null, null), 3)).hasSize(20);
      assertThat(all(calls, filter(null, "claude-opus-5", null), 3)).hasSize(10);
      assertThat(all(calls, filter(null, "gpt-6-luna", null), 3)).hasSize(30);
      assertThat(all(calls, filter(null, "gpt-6-luna-2026-09-22", null), 3)).hasSize(30);
      assertThat(all(calls, filter("tidy", null, EntryState.REFUSED), 3))
          .hasSize(4)
          .allSatisfy(call -> assertThat(call.count()).isEqualTo(61));
      assertThat(all(calls, filter("eager", null, EntryState.REFUSED), 3)).isEmpty();
      assertThat(all(calls, filter(null, null, EntryState.INTERRUPTED), 3)).isEmpty();
      assertThat(all(calls, filter(null, null, EntryState.OPEN), 3))
          .singleElement()
          .satisfies(call -> {
            assertThat(call.settledAt()).isNull();
            assertThat(call.unpriced()).isFalse();
          });
      assertThat(all(calls, filter(null, null, EntryState.SETTLED), 3))
          .hasSize(35)
          .filteredOn(Call::unpriced)
          .hasSize(1);
      assertThat(all(calls, new CallFilter(null, null, null, Instant.MIN, Instant.MAX), 200))
          .hasSize(40);
      Instant from = START.plusSeconds(10);
      Instant to = START.plusSeconds(20);
      assertThat(all(calls, new CallFilter(null, null, null, from, to), 3))
          .hasSize(10)
          .allSatisfy(call -> assertThat(call.createdAt()).isBetween(from, to.minusMillis(1)));
    }
  }

  /** PostgreSQL looks at its rows by itself; SQLite is told how they are spread. */
  @Test
  void theFewCallsOfAnAgentAreFoundByAnIndexAndNotAmongThoseOfTheWholeSpace() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      assertThat(plan(test.database(), CallSearch.Index.AGENT.list(CallStore.CALL)))
          .contains("entries_of_agent (space_id=? AND agent_id=?");
    }
  }

  private static String plan(Database database, String sql) {
    return database.read(handle -> {
      Query query = handle.createQuery("EXPLAIN QUERY PLAN " + sql);
      PARAMETER.matcher(sql).results().forEach(named -> query.bind(named.group(1), ""));
      return String.join("\n", query.map((row, _) -> row.getString("detail")).list());
    });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aSearchThatFindsNothingEndsAfterABoundedNumberOfEntriesAndCanGoOn(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(START, 1_100);
      entries.getFirst().with("model", "needle");
      books.entries(entries);
      CallStore calls = new CallStore(test.database(), 1_000);

      CallPage first = calls.page(Books.SPACE, filter(null, "needle", null), null, 10);
      assertThat(first.items()).isEmpty();
      assertThat(first.before()).isNotNull();
      CallPage second = calls.page(Books.SPACE, filter(null, "needle", null), first.before(), 10);
      assertThat(second.items()).hasSize(1);
      assertThat(second.before()).isNull();
    }
  }

  /** SQLite says how it will read: never a table from end to end, never sorting what it read. */
  @Test
  void listsAreReadOffAnIndexInItsOrder() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      test.database();
      List<String> lists = new ArrayList<>(List.of(CallStore.ONE));
      for (CallSearch.Index index : CallSearch.Index.values()) {
        lists.add(index.list(CallStore.CALL));
        lists.add(index.floor());
      }
      for (String sql : lists) {
        List<String> plan =
            test.database()
                .read(handle ->
                    handle
                        .createQuery("EXPLAIN QUERY PLAN " + sql)
                        .bindMap(Map.of("space", "", "agent", "", "unusual", "refused"))
                        .bindMap(Map.of("before", "z", "first", "", "limit", 10, "most", 10))
                        .bindMap(Map.of("entry", "", "provider", "", "model", "", "source", ""))
                        .bindMap(Map.of("open", "", "settled", "", "interrupted", ""))
                        .bindMap(
                            Map.of("refused", "", "priced", "", "hold", "", "from", 0, "to", 1))
                        .bindMap(Map.of("firstDay", "", "lastDay", ""))
                        .map(row -> row.getColumn("detail", String.class))
                        .list());
        assertThat(plan)
            .isNotEmpty()
            .allSatisfy(step -> assertThat(step).matches("SEARCH .*|CORRELATED SCALAR SUBQUERY 1"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aModelsCallsAreAlsoThoseThatAnotherModelAnswered(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(START, 12);
      books.entries(entries);
      String id = (String) entries.get(5).columns().get("entry_id");
      books.write(handle -> {
        String line =
            """
            INSERT INTO entry_lines (space_id, entry_id, line_number, model, totals_model, provider,
              part, kind, quantity, unit_picos, cost_nanos, billed)
            VALUES (?, ?, ?, ?, ?, 'openai', 0, 'output', 5, 1, 1, 1)
            """;
        handle.execute(line, Books.SPACE, id, 1, "gpt-6-luna-2026-09-22", "gpt-6-luna");
        handle.execute(line, Books.SPACE, id, 2, "claude-opus-5-2", "claude-opus-5");
        handle.execute(line, Books.OTHER_SPACE, id, 3, "claude-of-others", "claude-of-others");
      });
      CallStore calls = new CallStore(test.database(), 10);
      for (String model : List.of("claude-opus-5", "claude-opus-5-2")) {
        assertThat(all(calls, filter(null, model, null), 3))
            .extracting(Call::id)
            .containsExactly(id);
        assertThat(all(calls, filter("tidy", model, null), 3)).hasSize(1);
      }
      assertThat(all(calls, filter(null, "gpt-6-luna", null), 3)).hasSize(12);
      assertThat(all(calls, filter(null, "claude-of-others", null), 3)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void oneCallShowsItsLinesAndWhatWasCorrectedSince(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(START, 1);
      entries.getFirst().with("counted_nanos", 4_701L).with("doubt_nanos", 5L).with("fast", 1L);
      entries.getFirst().with("geography", "us");
      books.entries(entries);
      CallStore calls = new CallStore(test.database());
      String id = calls.page(Books.SPACE, CallFilter.ALL, null, 1).items().getFirst().id();
      books.write(handle -> {
        String line =
            """
            INSERT INTO entry_lines (space_id, entry_id, line_number, model, totals_model, kind,
              quantity, unit_picos, cost_nanos, uncached_picos, provider, part, billed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'openai', 0, 1)
            """;
        String model = "gpt-6-luna";
        handle.execute(line, Books.SPACE, id, 2, model, model, "output", 5, 500_000, 2_500, null);
        handle.execute(line, Books.SPACE, id, 1, model, model, "input", 22, 100_000, 2_200, null);
        handle.execute(
            line, Books.SPACE, id, 3, "new", "unpriced", "cache_write_30m", 9, null, null, null);
        handle.execute(
            """
            INSERT INTO adjustments (space_id, entry_id, adjustment_number, reason, made_at,
              cost_before_nanos, cost_delta_nanos, counted_delta_nanos, doubt_delta_nanos, detail)
            VALUES (?, ?, 1, 'priced', ?, NULL, 4700, -9, -3, 'by 2026-11-22+1')
            """,
            Books.SPACE,
            id,
            START.toEpochMilli());
      });

      CallDetail detail = calls.find(Books.SPACE, id).orElseThrow();
      assertThat(detail.lines())
          .containsExactly(
              new Line("gpt-6-luna", Kind.INPUT, 22, 100_000L, null, new Money(2_200)),
              new Line("gpt-6-luna", Kind.OUTPUT, 5, 500_000L, null, new Money(2_500)),
              new Line("new", Kind.CACHE_WRITE_30M, 9, null, null, null));
      assertThat(detail.adjustments())
          .containsExactly(
              new CallDetail.Adjustment(
                  "priced",
                  START,
                  null,
                  new Money(4_700),
                  new Money(-9),
                  new Money(-3),
                  "by 2026-11-22+1"));
      assertThat(detail.priceVersion()).isEqualTo("2026-11-22");
      assertThat(detail.counted()).isEqualTo(new Money(4_701));
      assertThat(detail.call().doubt()).isEqualTo(new Money(5));
      assertThat(detail.fast()).isTrue();
      assertThat(detail.geography()).isEqualTo("us");
      assertThat(detail.budgetRefusal()).isNull();
      assertThat(calls.find(Books.OTHER_SPACE, id)).isEmpty();
      assertThat(calls.find(Books.SPACE, "no-such-call")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallThatABudgetRefusedShowsTheMoneyThen(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(START, 1);
      entries
          .getFirst()
          .with("state", "refused")
          .with("usage_source", null)
          .with("cost_nanos", null)
          .with("http_status", 402L)
          .with("error_code", "budget_exhausted")
          .with("refused_count", 1L)
          .with("refused_budget_of", "agent")
          .with("refused_budget_nanos", 1L)
          .with("refused_spent_nanos", 2L)
          .with("refused_held_nanos", 3L)
          .with("refused_doubt_nanos", 4L)
          .with("refused_needed_nanos", 5L);
      books.entries(entries);
      CallStore calls = new CallStore(test.database());
      Call call = calls.page(Books.SPACE, CallFilter.ALL, null, 1).items().getFirst();
      assertThat(call.httpStatus()).isEqualTo(402);
      assertThat(call.errorCode()).isEqualTo("budget_exhausted");
      assertThat(calls.find(Books.SPACE, call.id()).orElseThrow().budgetRefusal())
          .isEqualTo(
              new CallDetail.BudgetRefusal(
                  "agent",
                  new Money(1),
                  new Money(2),
                  new Money(3),
                  new Money(4),
                  new Money(5),
                  null,
                  null));
    }
  }

  @Test
  void aPageHasALimit() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      CallStore calls = new CallStore(test.database());
      for (int limit : List.of(0, CallStore.MAX_ITEMS + 1)) {
        assertThatThrownBy(() -> calls.page(Books.SPACE, CallFilter.ALL, null, limit))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  private static List<Call> all(CallStore calls, CallFilter filter, int limit) {
    List<Call> all = new ArrayList<>();
    @Nullable String before = null;
    do {
      CallPage page = calls.page(Books.SPACE, filter, before, limit);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page.items());
      before = page.before();
    } while (before != null);
    return all;
  }

  private static CallFilter filter(
      @Nullable String agentId, @Nullable String model, @Nullable EntryState state) {
    return new CallFilter(agentId, model, state, null, null);
  }
}
