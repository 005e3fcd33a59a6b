package dev.purser.reports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.reports.Books.Entry;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the calls of one agent stand. */
class AgentStandingTest {
  private static final String AGENT = "tidy";

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void everyCallIsCountedAsWhatBecameOfItAndOfEachSortTheNewestAreShown(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Books books = new Books(test.database());
      List<Entry> entries = books.series(Instant.parse("2026-11-20T10:00:00Z"), 7);
      entries.get(0).with("granted_output_tokens", 100L);
      entries.get(1).with("state", "interrupted");
      entries.get(2).with("state", "refused").with("error_code", "budget_exceeded");
      entries.get(2).with("refused_budget_of", "agent").with("refused_count", 40L);
      entries.get(3).with("state", "refused").with("error_code", "cost_unbounded");
      entries.get(3).with("refused_count", 2L);
      entries.get(4).with("state", "open").with("usage_source", null).with("cost_nanos", null);
      entries.get(6).with("agent_id", "eager");
      entries.forEach(entry -> entry.columns().putIfAbsent("granted_output_tokens", null));
      books.entries(entries);
      books.month(Books.SPACE, "2026-10", AGENT, new Money(900), Money.ZERO, Money.ZERO);
      books.month(Books.SPACE, "2026-11", AGENT, new Money(9), new Money(20), new Money(300));
      AgentStandingStore store = new AgentStandingStore(test.database());

      assertThat(store.read(Books.SPACE, AGENT))
          .isEqualTo(
              new AgentStanding(
                  new Money(9),
                  new Money(20),
                  new Money(300),
                  1,
                  2,
                  1,
                  1,
                  new Money(4_700),
                  List.of(
                      new AgentStanding.Refused("budget_exceeded", "agent", 40),
                      new AgentStanding.Refused("cost_unbounded", null, 2))));
      assertThat(store.counted(Books.SPACE, AGENT)).isEqualTo(new Money(329));
      assertThat(store.sample(Books.SPACE, AGENT, 1))
          .containsExactlyInAnyOrder(id(entries, 3), id(entries, 0), id(entries, 5));
      assertThat(store.sample(Books.SPACE, AGENT, 10)).hasSize(6);
      assertThat(store.read(Books.OTHER_SPACE, AGENT)).isEqualTo(AgentStanding.NONE);
      assertThat(store.counted(Books.OTHER_SPACE, AGENT)).isEqualTo(Money.ZERO);
    }
  }

  private static String id(List<Entry> entries, int number) {
    return String.valueOf(entries.get(number).columns().get("entry_id"));
  }
}
