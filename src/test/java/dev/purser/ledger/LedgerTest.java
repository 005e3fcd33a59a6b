package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class LedgerTest {
  @Parameter TestDatabase.Kind kind = TestDatabase.Kind.SQLITE;

  private TestDatabase test;
  private Ledger ledger;
  private Calls calls;

  @BeforeEach
  void start() {
    test = TestDatabase.fresh(kind);
    ledger = startLedger();
    calls = Calls.of(test.database(), "space-1");
  }

  private Ledger startLedger() {
    return Ledger.start(
        test.database(),
        LedgerConfiguration.DEFAULT,
        InstantSource.system(),
        (provider, model) -> model.startsWith("model-") ? model : "(other)");
  }

  @AfterEach
  void stop() {
    ledger.close();
    test.close();
  }

  @Test
  void anAdmittedCallHasAnOpenEntryAndItsHoldIsSetAside() {
    Admission call = calls.admission();

    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());

    assertThat(calls.state(call.entryId())).isEqualTo("open");
    assertThat(calls.held()).isEqualTo(Calls.HOLD);
    LedgerBooks.balance(test.database());
  }

  @Test
  void aSettledCallReleasesItsHoldAndCounts() {
    Admission call = admitted();

    assertThat(ledger.settle(Calls.reported(call)).join()).isTrue();

    assertThat(calls.state(call.entryId())).isEqualTo("settled");
    assertThat(calls.held()).isEqualTo(Money.ZERO);
    assertThat(calls.spent("")).isEqualTo(Calls.COST);
    assertThat(calls.spent("agent-1")).isEqualTo(Calls.COST);
    LedgerBooks.balance(test.database());
  }

  @Test
  void aRepeatedSettlementMovesNothing() {
    Admission call = admitted();
    ledger.settle(Calls.reported(call)).join();

    assertThat(ledger.settle(Calls.reported(call)).join()).isFalse();

    assertThat(calls.spent("")).isEqualTo(Calls.COST);
    LedgerBooks.balance(test.database());
  }

  @Test
  void aRepeatedAdmissionHoldsItsMoneyOnce() {
    Admission call = admitted();

    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    assertThat(calls.held()).isEqualTo(Calls.HOLD);

    ledger.settle(Calls.reported(call)).join();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Unavailable());
    LedgerBooks.balance(test.database());
  }

  @Test
  void aSettlementOfNoCallFailsAlone() {
    Admission call = admitted();
    CompletableFuture<Boolean> stray = ledger.settle(Calls.reported(calls.admission()));
    CompletableFuture<Boolean> good = ledger.settle(Calls.reported(call));

    assertThat(good.join()).isTrue();
    assertThatThrownBy(stray::join).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(ledger.health().ready()).isTrue();
  }

  @Test
  void oneSettlementThatCannotBeWrittenIsChargedAtItsHoldAndFailsAlone() {
    List<Admission> admitted = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      admitted.add(admitted());
    }
    List<CompletableFuture<Boolean>> settled = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      // The sum of its month would overflow.
      Money cost = i == 7 ? new Money(Long.MAX_VALUE) : Calls.COST;
      settled.add(
          ledger.settle(
              Calls.settlement(admitted.get(i), UsageSource.REPORTED, Calls.MODEL, cost)));
    }
    for (int i = 0; i < 20; i++) {
      if (i == 7) {
        CompletableFuture<Boolean> bad = settled.get(i);
        assertThatThrownBy(bad::join).hasCauseInstanceOf(ArithmeticException.class);
      } else {
        assertThat(settled.get(i).join()).isTrue();
      }
    }
    // Whatever comes next comes after the second attempt.
    admitted();
    assertThat(calls.state(admitted.get(7).entryId())).isEqualTo("interrupted");
    assertThat(calls.spent("")).isEqualTo(Money.ofCents(19 + 100));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aCallThatUsedNothingIsCountedAndCostsNothing() {
    Admission call = admitted();

    ledger.settle(Calls.nothing(call)).join();

    assertThat(calls.spent("")).isEqualTo(Money.ZERO);
    assertThat(calls.number("SELECT SUM(request_count) FROM totals")).isEqualTo(1);
    assertThat(calls.number("SELECT SUM(reported_count + estimated_count) FROM totals")).isZero();
    LedgerBooks.balance(test.database());
  }

  @Test
  void anEstimateLeavesTheRestOfItsHoldInDoubt() {
    Admission call = admitted();

    ledger.settle(Calls.estimated(call)).join();

    assertThat(calls.number("SELECT doubt_nanos FROM months WHERE agent_id = ''"))
        .isEqualTo(Calls.HOLD.minus(Calls.COST).nanos());
    assertThat(calls.number("SELECT SUM(estimated_cost_nanos) FROM totals"))
        .isEqualTo(Calls.COST.nanos());
    LedgerBooks.balance(test.database());
  }

  @Test
  void anUnpricedCallIsInNoCostButBudgetsCountIt() {
    Admission call = admitted();

    ledger.settle(Calls.settlement(call, UsageSource.REPORTED, "strange-9", null)).join();

    assertThat(calls.spent("")).isEqualTo(Money.ofCents(7));
    assertThat(
            calls.number(
                "SELECT SUM(unpriced_count) FROM totals WHERE model = '(other)' AND cost_nanos = 0"))
        .isEqualTo(1);
    LedgerBooks.balance(test.database());
  }

  @Test
  void aSpaceThatChangedSinceItWasReadMakesAdmissionsStale() {
    test.database().write(handle -> handle.execute("UPDATE spaces SET revision = revision + 1"));

    assertThat(ledger.admit(calls.admission()).join()).isEqualTo(new Decision.Stale());
    assertThat(ledger.admit(calls.readAt(2).admission()).join()).isEqualTo(new Decision.Admitted());
  }

  @Test
  void aBudgetThatStopsRefusesOnceItIsSpent() {
    Calls limited = calls.under(new Budget(Calls.COST, Budget.Mode.STOP), null);
    Admission first = admitted(limited);
    admitted(limited);
    ledger.settle(Calls.reported(first)).join();

    Decision decision = ledger.admit(limited.admission()).join();

    assertThat(decision).isInstanceOf(Decision.OverBudget.class);
    Decision.OverBudget refused = (Decision.OverBudget) decision;
    assertThat(refused.budgetOf()).isEqualTo(Decision.BudgetOf.SPACE);
    assertThat(refused.spent()).isEqualTo(Calls.COST);
    assertThat(refused.held()).isEqualTo(Calls.HOLD);
    assertThat(refused.needed()).isEqualTo(Calls.HOLD);
    assertThat(calls.state(refused.entryId())).isEqualTo("refused");
    LedgerBooks.balance(test.database());
  }

  @Test
  void anAgentsBudgetStopsThatAgentOnly() {
    Calls limited = calls.under(null, new Budget(Calls.COST, Budget.Mode.STOP));
    ledger.settle(Calls.reported(admitted(limited))).join();

    assertThat(ledger.admit(limited.admission()).join())
        .isInstanceOfSatisfying(
            Decision.OverBudget.class,
            refused -> assertThat(refused.budgetOf()).isEqualTo(Decision.BudgetOf.AGENT));
    assertThat(ledger.admit(limited.by("agent-2").admission()).join())
        .isEqualTo(new Decision.Admitted());
  }

  @Test
  void aBudgetOfZeroRefusesEveryCallAndOneThatWarnsNone() {
    assertThat(
            ledger
                .admit(calls.under(new Budget(Money.ZERO, Budget.Mode.STOP), null).admission())
                .join())
        .isInstanceOf(Decision.OverBudget.class);
    assertThat(
            ledger
                .admit(calls.under(new Budget(Money.ZERO, Budget.Mode.WARN), null).admission())
                .join())
        .isEqualTo(new Decision.Admitted());
  }

  @Test
  void aStrictBudgetCountsHoldsOfTheSameBatch() {
    Calls strict = calls.under(new Budget(Money.ofCents(250), Budget.Mode.STRICT), null);
    List<CompletableFuture<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      asked.add(ledger.admit(strict.admission()));
    }

    assertThat(asked.stream().map(CompletableFuture::join))
        .filteredOn(Decision.Admitted.class::isInstance)
        .hasSize(2);
    LedgerBooks.balance(test.database());
  }

  @Test
  void refusalsBeyondSixtyAMinuteShareOneEntry() {
    Set<String> entryIds = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      entryIds.add(ledger.refuse(calls.refusal("model_not_available")).join().orElseThrow());
    }
    String other = ledger.refuse(calls.refusal("provider_key_missing")).join().orElseThrow();

    assertThat(entryIds).hasSize(61).doesNotContain(other);
    assertThat(calls.number("SELECT COUNT(*) FROM entries")).isEqualTo(62);
    assertThat(calls.number("SELECT SUM(refused_count) FROM entries")).isEqualTo(101);
    assertThat(calls.number("SELECT COUNT(*) FROM totals")).isZero();
    LedgerBooks.balance(test.database());
  }

  @Test
  void refusalsOfCallsThatBeganBeforeTheMinuteTurnedShareItToo() {
    Calls before = calls.at(Instant.parse("2026-11-23T12:00:59Z"), ZoneOffset.UTC);
    Calls after = calls.at(Instant.parse("2026-11-23T12:01:00Z"), ZoneOffset.UTC);
    Set<String> entryIds = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      entryIds.add(ledger.refuse(after.refusal("model_not_available")).join().orElseThrow());
      entryIds.add(ledger.refuse(before.refusal("model_not_available")).join().orElseThrow());
    }

    assertThat(entryIds).hasSize(61);
    assertThat(calls.number("SELECT SUM(refused_count) FROM entries")).isEqualTo(200);
  }

  @Test
  void anAdmissionThatIsTooLateIsNotWritten() {
    Admission late = calls.admission(Instant.now().minusMillis(1));

    assertThat(ledger.admit(late).join()).isEqualTo(new Decision.Unavailable());

    assertThat(calls.state(late.entryId())).isEqualTo("missing");
  }

  @Test
  void anAdmissionThatItsCallerGaveUpIsEndedAtOnce() {
    // The writer is busy until the caller has given up.
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    Admission call = calls.admission();
    CompletableFuture<Decision> asked = ledger.admit(call);
    List<CompletableFuture<Decision>> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(ledger.admit(calls.admission()));
    }
    asked.cancel(false);
    goOn.complete(true);

    others.forEach(other -> assertThat(other.join()).isEqualTo(new Decision.Admitted()));
    assertThat(calls.state(call.entryId())).isEqualTo("missing");
    assertThat(calls.held()).isEqualTo(Money.ofCents(300));
  }

  @Test
  void tooManyWaitingAdmissionsAreTurnedAwayButNoSettlementIs() {
    ledger.close();
    ledger =
        Ledger.start(
            test.database(),
            LedgerConfiguration.DEFAULT.withWaitingAdmissions(5),
            InstantSource.system(),
            (provider, model) -> model);
    Admission open = admitted();
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    List<CompletableFuture<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      asked.add(ledger.admit(calls.admission()));
    }

    assertThat(asked.getLast()).isCompletedWithValue(new Decision.Overloaded());
    CompletableFuture<Boolean> settled = ledger.settle(Calls.reported(open));
    goOn.complete(true);
    assertThat(settled.join()).isTrue();
    assertThat(asked.getFirst().join()).isEqualTo(new Decision.Admitted());
  }

  @Test
  void callsCountOnTheDayThatTheyHadWhereTheSpaceIs() {
    ZoneId auckland = ZoneId.of("Pacific/Auckland");
    // 30 November, 23:30 and 1 December, 00:30 in Auckland; both are 30 November in UTC.
    Calls before = calls.at(Instant.parse("2026-11-30T10:30:00Z"), auckland);
    Calls after = calls.at(Instant.parse("2026-11-30T11:30:00Z"), auckland);
    ledger.settle(Calls.reported(admitted(before))).join();
    ledger.settle(Calls.reported(admitted(after))).join();

    assertThat(
            calls.number(
                "SELECT COUNT(*) FROM totals WHERE utc_day = '2026-11-30' AND request_count = 1"))
        .isEqualTo(2);
    assertThat(calls.number("SELECT SUM(request_count) FROM totals WHERE local_day = '2026-12-01'"))
        .isEqualTo(1);
    assertThat(
            calls.number(
                "SELECT spent_nanos FROM months WHERE local_month = '2026-12' AND agent_id = ''"))
        .isEqualTo(Calls.COST.nanos());
    Decision refused =
        ledger
            .admit(after.under(new Budget(Money.ZERO, Budget.Mode.STOP), null).admission())
            .join();
    assertThat(((Decision.OverBudget) refused).resetsAt())
        .isEqualTo(Instant.parse("2026-12-31T11:00:00Z"));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aThousandConcurrentCallsAddUp() {
    Calls others = Calls.of(test.database(), "space-2");
    List<CompletableFuture<Boolean>> settled = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Calls of = (i % 3 == 0 ? others : calls).by("agent-" + i % 7);
      Admission call = of.admission();
      boolean estimated = i % 10 == 0;
      settled.add(
          ledger
              .admit(call)
              .thenCompose(decision ->
                  ledger.settle(estimated ? Calls.estimated(call) : Calls.reported(call))));
    }

    assertThat(settled).allSatisfy(done -> assertThat(done.join()).isTrue());
    assertThat(calls.spent("").plus(others.spent(""))).isEqualTo(Money.ofCents(1_000));
    assertThat(calls.held()).isEqualTo(Money.ZERO);
    LedgerBooks.balance(test.database());
  }

  private Admission admitted() {
    return admitted(calls);
  }

  private Admission admitted(Calls of) {
    Admission call = of.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    return call;
  }
}
