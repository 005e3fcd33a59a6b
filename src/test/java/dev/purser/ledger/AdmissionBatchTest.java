package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Admissions that wait together share one transaction, whatever their budgets. */
class AdmissionBatchTest {
  private static final int WAL_HEADER_BYTES = 32;
  private static final int FRAME_HEADER_BYTES = 24;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aBatchOfAdmissionsIsOneTransactionInEveryMode(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT.withLease(Duration.ofMinutes(10)),
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls = Calls.of(test.database(), "space-1");
      assertThat(ledger.admit(calls.admission()).join()).isEqualTo(new Decision.Admitted());
      long before = transactions(test, calls);

      List<CompletableFuture<Decision>> asked =
          together(
              test,
              () ->
                  IntStream.range(0, 200)
                      .mapToObj(i -> calls.by("agent-" + i % 4).under(null, budget(i % 4)))
                      .map(agent -> ledger.admit(agent.admission()))
                      .toList());

      assertThat(asked)
          .allSatisfy(one -> assertThat(one.join()).isEqualTo(new Decision.Admitted()));
      assertThat(transactions(test, calls)).isEqualTo(before + 1);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void callsThatDoNotFitCostNoTransactionOfTheirOwn(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT
                    .withLease(Duration.ofMinutes(10))
                    .withWaitForHolds(Duration.ofMinutes(1)),
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls = Calls.of(test.database(), "space-1");
      // A call holds $1: this agent has room for one at a time.
      Calls crowded = calls.by("crowded").under(null, strict(150));
      Admission running = patient(crowded);
      together(
              test,
              () -> List.of(ledger.admit(running), ledger.admit(calls.by("idle").admission())))
          .forEach(one -> assertThat(one.join()).isEqualTo(new Decision.Admitted()));
      long before = transactions(test, calls);

      List<CompletableFuture<Decision>> refused = new ArrayList<>();
      List<CompletableFuture<Decision>> shortened = new ArrayList<>();
      List<CompletableFuture<Decision>> waiting = new ArrayList<>();
      Budget none = new Budget(Money.ZERO, Budget.Mode.STOP);
      CompletableFuture<Decision> last =
          together(
              test,
              () -> {
                for (int i = 0; i < 40; i++) {
                  refused.add(ledger.admit(patient(calls.by("poor").under(null, strict(50)))));
                  refused.add(ledger.admit(patient(calls.by("stopped").under(null, none))));
                  Calls cut = calls.by("cut-" + i).under(null, strict(50));
                  shortened.add(
                      ledger.admit(
                          cut.admission(new Bounded(Calls.worst(0, 10_000, 100_000), 100, false))));
                  waiting.add(ledger.admit(patient(crowded)));
                }
                return ledger.admit(calls.admission());
              });

      assertThat(last.join()).isEqualTo(new Decision.Admitted());
      assertThat(refused)
          .allSatisfy(one -> assertThat(one.join()).isInstanceOf(Decision.OverBudget.class));
      assertThat(shortened)
          .allSatisfy(one -> assertThat(one.join()).isEqualTo(new Decision.Admitted(5_000L)));
      assertThat(waiting).noneMatch(CompletableFuture::isDone);
      assertThat(transactions(test, calls)).isEqualTo(before + 1);

      // What a settlement gives back goes to the first of those who wait, in its transaction.
      assertThat(ledger.settle(Calls.reported(running)).join()).isTrue();
      assertThat(waiting.getFirst().join()).isEqualTo(new Decision.Admitted());
      assertThat(waiting).filteredOn(CompletableFuture::isDone).hasSize(1);
      assertThat(transactions(test, calls)).isEqualTo(before + 2);
    }
  }

  /** Keeps the writer busy until all of them wait. */
  private static <T> T together(TestDatabase test, Supplier<T> asking) {
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    test.database().writer().execute(goOn::join);
    try {
      return asking.get();
    } finally {
      goOn.complete(true);
    }
  }

  private static Budget strict(long cents) {
    return new Budget(Money.ofCents(cents), Budget.Mode.STRICT);
  }

  /** It waits for holds for half of the time until its deadline, longer than the test takes. */
  private static Admission patient(Calls calls) {
    return calls.admission(Instant.now().plus(Duration.ofMinutes(2)));
  }

  /** In each of the modes, or none. */
  private static @Nullable Budget budget(int number) {
    Budget.Mode[] modes = Budget.Mode.values();
    return number == modes.length ? null : new Budget(Money.ofCents(10_000), modes[number]);
  }

  /** How many have written entries so far: whatever else is written meanwhile does not count. */
  private static long transactions(TestDatabase test, Calls calls) {
    return switch (test.configuration()) {
      case DatabaseConfiguration.Sqlite(Path file) -> {
        Set<Long> pages =
            Set.copyOf(
                test.database()
                    .read(handle ->
                        handle
                            .createQuery("SELECT pageno FROM dbstat WHERE name = 'entries'")
                            .mapTo(Long.class)
                            .list()));
        yield commits(file.resolveSibling(file.getFileName() + "-wal"), pages);
      }
      case DatabaseConfiguration.Postgresql _ ->
          calls.number("SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM entries");
    };
  }

  /**
   * Counts the transactions of a write-ahead log that wrote any of the pages. A frame begins with
   * the number of its page, and the last of a transaction says how large it left the database.
   */
  private static long commits(Path log, Set<Long> pages) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
      int frameBytes = FRAME_HEADER_BYTES + bytes.getInt(8);
      long salt = bytes.getLong(16);
      long commits = 0;
      boolean wrote = false;
      for (int at = WAL_HEADER_BYTES;
          at + frameBytes <= bytes.limit() && bytes.getLong(at + 8) == salt;
          at += frameBytes) {
        wrote |= pages.contains(Integer.toUnsignedLong(bytes.getInt(at)));
        if (bytes.getInt(at + 4) != 0) {
          commits += wrote ? 1 : 0;
          wrote = false;
        }
      }
      return commits;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
