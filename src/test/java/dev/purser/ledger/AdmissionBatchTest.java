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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

      // The writer is busy until all of them wait.
      CompletableFuture<Boolean> goOn = new CompletableFuture<>();
      test.database().writer().execute(goOn::join);
      List<CompletableFuture<Decision>> asked = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Calls agent = calls.by("agent-" + i % 4);
        asked.add(ledger.admit(agent.under(null, budget(i % 4)).admission()));
      }
      goOn.complete(true);

      assertThat(asked)
          .allSatisfy(one -> assertThat(one.join()).isEqualTo(new Decision.Admitted()));
      assertThat(transactions(test, calls)).isEqualTo(before + 1);
    }
  }

  /** In each of the modes, or none. */
  private static @Nullable Budget budget(int number) {
    Budget.Mode[] modes = Budget.Mode.values();
    return number == modes.length ? null : new Budget(Money.ofCents(10_000), modes[number]);
  }

  /** How many there have been: on PostgreSQL of those that wrote entries. */
  private static long transactions(TestDatabase test, Calls calls) {
    return switch (test.configuration()) {
      case DatabaseConfiguration.Sqlite(Path file) ->
          commits(file.resolveSibling(file.getFileName() + "-wal"));
      case DatabaseConfiguration.Postgresql _ ->
          calls.number("SELECT COUNT(DISTINCT CAST(xmin AS TEXT)) FROM entries");
    };
  }

  /**
   * Counts the frames of a write-ahead log that end a transaction: they say how large it left it.
   */
  private static long commits(Path log) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(log));
      int frameBytes = FRAME_HEADER_BYTES + bytes.getInt(8);
      long salt = bytes.getLong(16);
      long commits = 0;
      for (int at = WAL_HEADER_BYTES;
          at + frameBytes <= bytes.limit() && bytes.getLong(at + 8) == salt;
          at += frameBytes) {
        commits += bytes.getInt(at + 4) == 0 ? 0 : 1;
      }
      return commits;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
