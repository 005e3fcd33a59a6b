package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.running.Await;
import dev.purser.running.RunningPurser;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads that would keep SQLite's write-ahead log from starting over. */
class LongReadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ENDLESS =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n";

  @TempDir private Path folder;

  @Test
  void aReadThatTakesTooLongIsCutAndItsConnectionGoesOn() throws Exception {
    LongReads reads = new LongReads();
    try (Sqlite sqlite = Sqlite.open(folder.resolve("purser.db"));
        Connection connection = sqlite.connect()) {
      CompletableFuture<Long> endless =
          CompletableFuture.supplyAsync(() -> ask(reads, connection, ENDLESS));
      assertThat(reads.cut(Duration.ofHours(1))).isZero();
      // Perhaps it had not begun yet.
      Await.until(
          "it is cut",
          PATIENCE,
          () -> {
            reads.cut(Duration.ZERO);
            return endless.isDone();
          });

      assertThatThrownBy(endless::join)
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("INTERRUPT");
      assertThat(reads.cut(Duration.ZERO)).as("what has ended").isZero();
      assertThat(ask(reads, connection, "SELECT 7")).isEqualTo(7);
    }
  }

  @Test
  void underALongReadTheLogGrowsToALimitAndThenTheReadIsCut() {
    Path file = folder.resolve("purser.db");
    try (Database database = Database.open(new DatabaseConfiguration.Sqlite(file))) {
      database.write(handle -> handle.execute("CREATE TABLE filler (bytes BLOB)"));
      CompletableFuture<Long> endless =
          CompletableFuture.supplyAsync(
              () -> database.read(handle -> handle.createQuery(ENDLESS).mapTo(Long.class).one()));
      while (database.logBytes() < 260L << 20) {
        database.write(handle -> handle.execute("INSERT INTO filler VALUES (zeroblob(2097152))"));
      }

      assertThatThrownBy(endless::join).hasCauseInstanceOf(StorageException.class);
      assertThat(
              database.<Long>read(handle ->
                  handle.createQuery("SELECT COUNT(*) FROM filler").mapTo(Long.class).one()))
          .isPositive();
    }
  }

  @Test
  void howLongTheLogIsCanBeWatched() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      String metrics = purser.newPerson().api().get("/metrics").text();
      assertThat(metrics).containsPattern("(?m)^purser_ledger_log_bytes [1-9]");
    }
  }

  private static long ask(LongReads reads, Connection connection, String sql) {
    try (LongReads.Read _ = reads.begin(connection);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
