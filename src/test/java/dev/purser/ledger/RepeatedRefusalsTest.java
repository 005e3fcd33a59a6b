package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client repeats after a refusal is one entry with a count. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class RepeatedRefusalsTest {
  private static final Instant FIRST = Instant.parse("2026-11-23T12:00:30Z");
  private static final String MESSAGES = "anthropic_messages";
  private static final String MISSING = "provider_key_missing";
  private static final String UNBOUNDED = "cost_unbounded";

  @Parameter TestDatabase.Kind kind = TestDatabase.Kind.SQLITE;

  private TestDatabase test;
  private Ledger ledger;
  private Calls calls;

  @BeforeEach
  void start() {
    test = TestDatabase.fresh(kind);
    ledger =
        Ledger.start(
            test.database(),
            LedgerConfiguration.DEFAULT,
            InstantSource.system(),
            (provider, model) -> model);
    calls = Calls.of(test.database(), "space-1").at(FIRST, ZoneOffset.UTC);
  }

  @AfterEach
  void stop() {
    ledger.close();
    test.close();
  }

  private String refused(Refusal refusal) {
    return ledger.refuse(refusal).join().orElseThrow();
  }

  private String refusedAfter(Duration later) {
    return refused(calls.at(FIRST.plus(later), ZoneOffset.UTC).refusal(MISSING, MESSAGES, null, 1));
  }

  private long count(String entryId) {
    return calls.number("SELECT refused_count FROM entries WHERE entry_id = '" + entryId + "'");
  }

  @Test
  void whatIsRepeatedWithinTenSecondsCountsOnTheFirstEntry() {
    String first = refusedAfter(Duration.ZERO);
    for (int second = 1; second < 10; second++) {
      assertThat(refusedAfter(Duration.ofSeconds(second))).isEqualTo(first);
    }
    assertThat(count(first)).isEqualTo(10);

    String later = refusedAfter(Duration.ofSeconds(10));
    assertThat(later).isNotEqualTo(first);
    assertThat(refusedAfter(Duration.ofSeconds(19))).isEqualTo(later);
    assertThat(count(first)).isEqualTo(10);
    assertThat(count(later)).isEqualTo(2);
    LedgerBooks.balance(test.database());
  }

  @Test
  void whatDiffersInAnythingThatMattersHasAnEntryOfItsOwn() {
    Calls elsewhere = Calls.of(test.database(), "space-2").at(FIRST, ZoneOffset.UTC);
    List<Supplier<Refusal>> all =
        List.of(
            () -> calls.refusal(UNBOUNDED, MESSAGES, "a", 1),
            () -> calls.refusal(UNBOUNDED, MESSAGES, "a", 2),
            () -> calls.refusal(UNBOUNDED, MESSAGES, "b", 1),
            () -> calls.refusal(UNBOUNDED, "openai_chat", "a", 1),
            () -> calls.refusal(MISSING, MESSAGES, null, 1),
            () -> calls.by("agent-2").refusal(UNBOUNDED, MESSAGES, "a", 1),
            () -> elsewhere.refusal(UNBOUNDED, MESSAGES, "a", 1));
    for (int round = 0; round < 2; round++) {
      Set<String> entries = new HashSet<>();
      all.forEach(refusal -> entries.add(refused(refusal.get())));
      assertThat(entries).hasSize(all.size());
    }
    assertThat(calls.number("SELECT COUNT(*) FROM entries")).isEqualTo(all.size());
    assertThat(calls.number("SELECT MIN(refused_count) FROM entries")).isEqualTo(2);
  }

  @Test
  void whatABudgetRefusesIsFoldedToo() {
    Calls broke = calls.under(new Budget(Money.ZERO, Budget.Mode.STOP), null);
    Set<String> entries = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      entries.add(overBudget(Calls.withBody(broke.admission(), 7)));
    }
    assertThat(entries).hasSize(1);
    assertThat(count(entries.iterator().next())).isEqualTo(6);
    assertThat(entries).doesNotContain(overBudget(Calls.withBody(broke.admission(), 8)));
    Calls brokeAgent = calls.under(null, new Budget(Money.ZERO, Budget.Mode.STOP));
    assertThat(entries).doesNotContain(overBudget(Calls.withBody(brokeAgent.admission(), 7)));
    LedgerBooks.balance(test.database());
  }

  private String overBudget(Admission admission) {
    if (ledger.admit(admission).join() instanceof Decision.OverBudget refused) {
      return refused.entryId();
    }
    throw new AssertionError("admitted without a budget");
  }

  @Test
  void repeatsUseUpNothingOfWhatIsAllowedInAMinute() {
    for (int i = 0; i < 100; i++) {
      refused(calls.refusal(MISSING, MESSAGES, null, 1));
    }
    Set<String> others = new HashSet<>();
    for (int body = 2; body < 102; body++) {
      others.add(refused(calls.refusal(MISSING, MESSAGES, null, body)));
    }
    assertThat(others).hasSize(60);
    assertThat(calls.number("SELECT SUM(refused_count) FROM entries")).isEqualTo(200);
  }
}
