package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.storage.Database;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import dev.purser.storage.Writer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of calls while the database does not take what is written. */
class LedgerFailureTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Ledger start(Database database) {
    return Ledger.start(
        database, LedgerConfiguration.DEFAULT, InstantSource.system(), (provider, model) -> model);
  }

  private static Admission admitted(Ledger ledger, Calls calls) {
    Admission call = calls.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    return call;
  }

  private static void await(BooleanSupplier condition) {
    Instant until = Instant.now().plus(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("patience").isBefore(until);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void whileAnotherProcessLocksTheDatabaseCallsAreRefusedAndNoSettlementIsLost()
      throws SQLException {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Ledger ledger = start(test.database())) {
      Calls calls = Calls.of(test.database(), "space-1");
      Admission open = admitted(ledger, calls);
      Admission late = calls.admission(Instant.now().plusMillis(300));
      CompletableFuture<Boolean> settled;
      try (Connection other = connection(test);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        CompletableFuture<Decision> asked = ledger.admit(late);
        settled = ledger.settle(Calls.reported(open));
        assertThat(asked.join()).isEqualTo(new Decision.Unavailable());
        assertThat(settled).isNotDone();
        statement.execute("COMMIT");
      }

      assertThat(settled.join()).isTrue();
      await(() -> ledger.health().ready());
      admitted(ledger, calls);
      assertThat(calls.state(late.entryId())).isIn("missing", "settled");
      LedgerBooks.balance(test.database());
    }
  }

  @Test
  void whileTheLockOutlastsTheWaitAdmissionIsClosedAndOpensAfterwards() throws SQLException {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Ledger ledger = start(test.database())) {
      Calls calls = Calls.of(test.database(), "space-1");
      Admission open = admitted(ledger, calls);
      CompletableFuture<Boolean> settled;
      try (Connection other = connection(test);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        settled = ledger.settle(Calls.reported(open));
        await(() -> !ledger.health().ready());
        assertThat(ledger.health().state()).isEqualTo(Health.State.CANNOT_WRITE);
        assertThat(ledger.admit(calls.admission()))
            .isCompletedWithValue(new Decision.Unavailable());
        assertThat(ledger.refuse(calls.refusal("model_not_available")))
            .isCompletedWithValue(Optional.empty());
        statement.execute("COMMIT");
      }

      assertThat(settled.join()).isTrue();
      await(() -> ledger.health().ready());
      admitted(ledger, calls);
      LedgerBooks.balance(test.database());
    }
  }

  @Test
  void aFullDatabaseRefusesCallsAndLosesNoSettlement() throws SQLException {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Ledger ledger = start(test.database())) {
      Calls calls = Calls.of(test.database(), "space-1");
      List<Admission> open = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        open.add(admitted(ledger, calls));
      }
      onWriter(test.database(), "PRAGMA max_page_count = 1");
      int refused = 0;
      List<CompletableFuture<Boolean>> settled = new ArrayList<>();
      for (Admission call : open) {
        settled.add(ledger.settle(Calls.reported(call)));
        for (int i = 0; i < 20; i++) {
          Admission more = calls.admission();
          if (ledger.admit(more).join() instanceof Decision.Admitted) {
            settled.add(ledger.settle(Calls.reported(more)));
          } else {
            refused++;
          }
        }
      }
      onWriter(test.database(), "PRAGMA max_page_count = 1000000");

      assertThat(settled).allSatisfy(done -> assertThat(done.join()).isTrue());
      assertThat(refused).as("refused while the database was full").isPositive();
      await(() -> ledger.health().ready());
      LedgerBooks.balance(test.database());
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aDatabaseThatMayOnlyBeReadRefusesCallsAndLosesNoSettlement(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger = start(test.database())) {
      Calls calls = Calls.of(test.database(), "space-1");
      Admission open = admitted(ledger, calls);
      test.makeReadOnly(true);

      CompletableFuture<Boolean> settled = ledger.settle(Calls.reported(open));
      await(() -> !ledger.health().ready());
      assertThat(ledger.admit(calls.admission()).join()).isEqualTo(new Decision.Unavailable());
      assertThat(settled).isNotDone();
      test.makeReadOnly(false);

      assertThat(settled.join()).isTrue();
      await(() -> ledger.health().ready());
      LedgerBooks.balance(test.database());
    }
  }

  @Test
  void connectionsThatAreCutUnderLoadLoseNothingAndCountNothingTwice() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Ledger ledger = start(test.database())) {
      Calls calls = Calls.of(test.database(), "space-1");
      admitted(ledger, calls);
      long done = 0;
      for (int wave = 0; wave < 5; wave++) {
        List<CompletableFuture<Boolean>> settled = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
          if (i == 200) {
            test.cutConnections();
          }
          Admission call = calls.admission();
          settled.add(
              ledger
                  .admit(call)
                  .thenCompose(decision ->
                      decision instanceof Decision.Admitted
                          ? ledger.settle(Calls.reported(call))
                          : CompletableFuture.completedFuture(false)));
        }
        done += settled.stream().filter(CompletableFuture::join).count();
        await(() -> ledger.health().ready() && ledger.health().waiting() == 0);
      }

      admitted(ledger, calls);
      assertThat(done).isPositive();
      assertThat(calls.spent("").nanos()).isEqualTo(done * Calls.COST.nanos());
      LedgerBooks.balance(test.database());
    }
  }

  private static Connection connection(TestDatabase test) throws SQLException {
    DatabaseConfiguration.Sqlite sqlite = (DatabaseConfiguration.Sqlite) test.configuration();
    return DriverManager.getConnection("jdbc:sqlite:" + sqlite.file());
  }

  /** A pragma of the writer's connection, set between two transactions. */
  private static void onWriter(Database database, String pragma) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    database
        .writer()
        .submit(
            session -> {
              session.statement(pragma).execute();
              return true;
            },
            new Writer.Outcome<Boolean>() {
              @Override
              public void committed(Boolean result) {
                done.complete(result);
              }

              @Override
              public void failed(Throwable cause) {
                done.completeExceptionally(cause);
              }
            });
    done.join();
  }
}
