package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.UsageSource;
import dev.purser.running.Await;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A call that the database does not take, for a reason that nobody knows, is alone in that. */
class FailsAloneTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What the database says is neither a constraint, nor that it is full, busy or gone. */
  private static void refuse(TestDatabase test, String when) {
    List<String> statements =
        switch (test.kind()) {
          case SQLITE ->
              List.of(
                  "CREATE TRIGGER strange BEFORE UPDATE ON entries WHEN "
                      + when
                      + " BEGIN SELECT json('not JSON'); END");
          case POSTGRESQL ->
              List.of(
                  """
                  CREATE FUNCTION strange() RETURNS TRIGGER LANGUAGE plpgsql AS \
                  $$ BEGIN RAISE EXCEPTION 'strange'; END $$\
                  """,
                  "CREATE TRIGGER strange BEFORE UPDATE ON entries FOR EACH ROW WHEN ("
                      + when
                      + ") EXECUTE FUNCTION strange()");
        };
    for (String statement : statements) {
      test.database().write(handle -> handle.execute(statement));
    }
  }

  private static void takeAgain(TestDatabase test) {
    String of = test.kind() == TestDatabase.Kind.SQLITE ? "" : " ON entries";
    test.database().write(handle -> handle.execute("DROP TRIGGER strange" + of));
  }

  private static Settlement strange(Admission call) {
    return new Settlement(
        call.spaceId(),
        call.entryId(),
        UsageSource.NONE,
        null,
        null,
        Instant.now(),
        418,
        "strange",
        1_200,
        null);
  }

  private static Ledger start(TestDatabase test) {
    return Ledger.start(
        test.database(),
        LedgerConfiguration.DEFAULT.withLease(Duration.ofMinutes(10)),
        InstantSource.system(),
        (provider, model) -> model);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theLedgerGoesOnAndTheStrangeCallIsBookedWhenTheDatabaseTakesIt(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger = start(test)) {
      Calls calls = Calls.of(test.database(), "space-1");
      List<Admission> open = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        open.add(calls.admission());
        assertThat(ledger.admit(open.getLast()).join()).isEqualTo(new Decision.Admitted());
      }
      refuse(test, "NEW.http_status = 418");

      List<CompletableFuture<Boolean>> strange = new ArrayList<>();
      List<CompletableFuture<Boolean>> plain = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        if (i % 5 == 2) {
          strange.add(ledger.settle(strange(open.get(i))));
        } else {
          plain.add(ledger.settle(Calls.reported(open.get(i))));
        }
      }
      assertThat(plain).allSatisfy(one -> assertThat(one.join()).isTrue());
      Await.until("calls are admitted", PATIENCE, () -> admits(ledger, calls));
      assertThat(ledger.health().ready()).isTrue();
      assertThat(strange).noneMatch(CompletableFuture::isDone);
      assertThat(ledger.health().waiting()).isEqualTo(2);

      takeAgain(test);
      assertThat(strange).allSatisfy(one -> assertThat(one.join()).isTrue());
      LedgerBooks.balance(test.database());
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anAdmissionThatIsStrangeIsTurnedAwayAndTheNextOneIsAdmitted(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger = start(test)) {
      Calls calls = Calls.of(test.database(), "space-1");
      Calls odd = Calls.of(test.database(), "space-2").by("odd");
      assertThat(admits(ledger, odd)).isTrue();
      // The month's row of an agent cannot be moved.
      refuseMonths(test);

      assertThat(ledger.admit(odd.admission()).join()).isEqualTo(new Decision.Unavailable());
      Await.until("calls are admitted", PATIENCE, () -> admits(ledger, calls));
      assertThat(ledger.admit(odd.admission()).join()).isEqualTo(new Decision.Unavailable());
      Await.until("calls are admitted", PATIENCE, () -> admits(ledger, calls));
      LedgerBooks.balance(test.database());
    }
  }

  private static void refuseMonths(TestDatabase test) {
    List<String> statements =
        switch (test.kind()) {
          case SQLITE ->
              List.of(
                  """
                  CREATE TRIGGER strange BEFORE UPDATE ON months WHEN NEW.agent_id = 'odd'
                  BEGIN SELECT json('not JSON'); END\
                  """);
          case POSTGRESQL ->
              List.of(
                  """
                  CREATE FUNCTION strange() RETURNS TRIGGER LANGUAGE plpgsql AS \
                  $$ BEGIN RAISE EXCEPTION 'strange'; END $$\
                  """,
                  """
                  CREATE TRIGGER strange BEFORE UPDATE ON months FOR EACH ROW
                  WHEN (NEW.agent_id = 'odd') EXECUTE FUNCTION strange()\
                  """);
        };
    for (String statement : statements) {
      test.database().write(handle -> handle.execute(statement));
    }
  }

  private static boolean admits(Ledger ledger, Calls calls) {
    Admission call = calls.admission();
    return ledger.admit(call).join() instanceof Decision.Admitted
        && ledger.settle(Calls.reported(call)).join();
  }
}
