package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class RecoveryTest {
  @Parameter TestDatabase.Kind kind = TestDatabase.Kind.SQLITE;

  private final List<Ledger> ledgers = new ArrayList<>();
  private TestDatabase test;
  private Calls calls;

  @BeforeEach
  void start() {
    test = TestDatabase.fresh(kind);
    calls = Calls.of(test.database(), "space-1");
  }

  @AfterEach
  void stop() {
    ledgers.forEach(Ledger::close);
    test.close();
  }

  private Ledger startLedger(Duration lease) {
    Ledger ledger =
        Ledger.start(
            test.openAnother(),
            LedgerConfiguration.DEFAULT.withLease(lease),
            InstantSource.system(),
            (provider, model) -> model);
    ledgers.add(ledger);
    return ledger;
  }

  private Admission admitted(Ledger ledger) {
    Admission call = calls.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    return call;
  }

  /** As if the process had been stopped for so long that its lease ran out. */
  private void letLeaseRunOut(Ledger ledger) {
    test.database()
        .write(handle ->
            handle.execute("UPDATE processes SET lease_until = 1 WHERE epoch = ?", ledger.epoch()));
  }

  @Test
  void theCallsOfAProcessThatDiedAreChargedAtTheirHold() {
    Ledger died = startLedger(Duration.ofMinutes(10));
    List<Admission> open = new ArrayList<>();
    List<CompletableFuture<Decision>> admitted = new ArrayList<>();
    for (int i = 0; i < Recovery.PAGE + 10; i++) {
      open.add(calls.admission());
      admitted.add(died.admit(open.getLast()));
    }
    admitted.forEach(one -> assertThat(one.join()).isEqualTo(new Decision.Admitted()));
    died.settle(Calls.reported(open.removeFirst())).join();
    letLeaseRunOut(died);

    startLedger(Duration.ofMinutes(10));

    assertThat(calls.number("SELECT COUNT(*) FROM entries WHERE state = 'interrupted'"))
        .isEqualTo(open.size());
    assertThat(calls.held()).isEqualTo(Money.ZERO);
    assertThat(calls.spent("")).isEqualTo(Calls.COST.plus(Money.ofCents(100L * open.size())));
    LedgerBooks.balance(test.database());
  }

  @Test
  void aProcessThatComesBackReplacesTheChargeOnce() {
    Ledger slow = startLedger(Duration.ofMinutes(10));
    Admission call = admitted(slow);
    letLeaseRunOut(slow);
    startLedger(Duration.ofMinutes(10));
    assertThat(calls.state(call.entryId())).isEqualTo("interrupted");

    assertThat(slow.settle(Calls.reported(call)).join()).isTrue();
    assertThat(slow.settle(Calls.reported(call)).join()).isFalse();

    assertThat(calls.state(call.entryId())).isEqualTo("settled");
    assertThat(calls.spent("")).isEqualTo(Calls.COST);
    assertThat(calls.number("SELECT cost_delta_nanos FROM adjustments"))
        .isEqualTo(Calls.COST.minus(Calls.HOLD).nanos());
    assertThat(calls.number("SELECT SUM(interrupted_count) FROM totals")).isZero();
    LedgerBooks.balance(test.database());
  }

  @Test
  void aProcessWhoseLeaseHasRunOutBeginsItAgainWithItsNextCall() {
    Ledger slow = startLedger(Duration.ofMinutes(10));
    Admission call = admitted(slow);
    letLeaseRunOut(slow);

    Admission next = calls.admission();
    assertThat(slow.admit(next).join()).isEqualTo(new Decision.Admitted());
    assertThat(slow.settle(Calls.reported(call)).join()).isTrue();
    if (test.kind() == TestDatabase.Kind.POSTGRESQL) {
      // Another process finds it alive.
      startLedger(Duration.ofMinutes(10));
      assertThat(calls.state(next.entryId())).isEqualTo("open");
    }
  }

  @Test
  void aProcessThatStopsInOrderLeavesNothingOpen() {
    Ledger ledger = startLedger(Duration.ofMinutes(10));
    admitted(ledger);
    ledger.close();

    assertThat(calls.number("SELECT COUNT(*) FROM processes WHERE ended_at IS NULL")).isZero();
    assertThat(calls.number("SELECT COUNT(*) FROM entries WHERE state = 'open'")).isZero();
    assertThat(ledger.admit(calls.admission()).join()).isEqualTo(new Decision.Unavailable());
    assertThat(ledger.health().state()).isEqualTo(Health.State.STOPPED);
    LedgerBooks.balance(test.database());
  }
}
