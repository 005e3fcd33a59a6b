package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.running.Await;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import dev.purser.storage.Writer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Several processes on one PostgreSQL. */
class SharedRecoveryTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Ledger start(Database database, Duration lease) {
    return Ledger.start(
        database,
        LedgerConfiguration.DEFAULT.withLease(lease),
        InstantSource.system(),
        (provider, model) -> model);
  }

  /** Of the first process. */
  private static Lease lease(Writer.Session session) throws SQLException {
    try (ResultSet row =
        session
            .statement("SELECT epoch, started_at FROM processes WHERE epoch = 1")
            .executeQuery()) {
      assertThat(row.next()).isTrue();
      return new Lease(new Lease.Row(row.getLong(1), row.getLong(2)), Duration.ofMinutes(10), true);
    }
  }

  @Test
  void aLivingProcessEndsTheCallsOfOneThatDies() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Ledger living = start(test.openAnother(), Duration.ofMillis(600))) {
      Calls calls = Calls.of(test.database(), "space-1");
      Database dead = test.openAnother();
      Ledger dies = start(dead, Duration.ofSeconds(2));
      Admission call = calls.admission();
      assertThat(dies.admit(call).join()).isEqualTo(new Decision.Admitted());
      // From here on it cannot renew.
      dead.close();

      Instant until = Instant.now().plus(PATIENCE);
      while (!calls.state(call.entryId()).equals("interrupted") && Instant.now().isBefore(until)) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }

      assertThat(calls.state(call.entryId())).isEqualTo("interrupted");
      assertThat(living.health().ready()).isTrue();
      LedgerBooks.balance(test.database());
    }
  }

  @Test
  void aProcessThatAFailoverForgotGoesOnUnderANumberOfItsOwn() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL)) {
      Calls calls = Calls.of(test.database(), "space-1");
      test.leaveReplicaBehind();
      Ledger forgotten = start(test.openAnother(), Duration.ofMinutes(10));
      Admission call = calls.admission();
      assertThat(forgotten.admit(call).join()).isEqualTo(new Decision.Admitted());
      long number = forgotten.epoch();
      // Another process was faster with the server that took over, and has the number now.
      test.failOver(
          "INSERT INTO processes (epoch, started_at, lease_until) SELECT "
              + number
              + ", now_millis + 1, now_millis + 600000 FROM clock");

      Admission next = calls.admission();
      Await.until(
          "it admits again",
          PATIENCE,
          () -> forgotten.admit(next).join() instanceof Decision.Admitted);

      assertThat(forgotten.epoch()).isNotEqualTo(number);
      assertThat(calls.number("SELECT COUNT(*) FROM entries WHERE epoch = " + forgotten.epoch()))
          .isEqualTo(2);
      assertThat(calls.state(call.entryId())).isEqualTo("open");
      forgotten.close();
      assertThat(calls.state(call.entryId())).isEqualTo("interrupted");
      LedgerBooks.balance(test.openAnother());
    }
  }

  @Test
  void whatWasNeverForwardedIsNotChargedThoughItsProcessWasTakenForDead() throws Exception {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Ledger late = start(test.openAnother(), Duration.ofMinutes(10))) {
      Calls calls = Calls.of(test.database(), "space-1");
      Admission call = calls.admission();
      assertThat(late.admit(call).join()).isEqualTo(new Decision.Admitted());
      test.database()
          .transact(
              session -> session.statement("UPDATE processes SET lease_until = 0").executeUpdate());
      try (Ledger living = start(test.openAnother(), Duration.ofMinutes(10))) {
        assertThat(living.health().ready()).isTrue();
        assertThat(calls.state(call.entryId())).isEqualTo("interrupted");
        assertThat(calls.spent("")).isEqualTo(call.hold());
      }

      // Its caller had been told that it was not admitted.
      Operation.Withdraw withdrawal =
          new Operation.Withdraw(new Entries.Key(call.spaceId(), call.entryId()));
      test.database()
          .transact(session -> {
            new Posting(
                    session,
                    lease(session),
                    new Folding(60),
                    InstantSource.system(),
                    (provider, model) -> model)
                .post(List.of(withdrawal));
            return withdrawal;
          });

      assertThat(withdrawal.result()).isTrue();
      assertThat(calls.state(call.entryId())).isEqualTo("settled");
      assertThat(calls.spent("")).isEqualTo(Money.ZERO);
      LedgerBooks.balance(test.database());
    }
  }

  @Test
  void twoProcessesMoveTheSameMonthsAndTotalsExactly() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Ledger one = start(test.openAnother(), Duration.ofMinutes(10));
        Ledger two = start(test.openAnother(), Duration.ofMinutes(10))) {
      Calls calls = Calls.of(test.database(), "space-1");
      List<CompletableFuture<Boolean>> settled = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        Ledger ledger = i % 2 == 0 ? one : two;
        Admission call = calls.by("agent-" + i % 5).admission();
        settled.add(
            ledger.admit(call).thenCompose(decision -> ledger.settle(Calls.reported(call))));
      }

      assertThat(settled).allSatisfy(done -> assertThat(done.join()).isTrue());
      LedgerBooks.balance(test.database());
    }
  }
}
