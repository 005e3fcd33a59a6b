package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCheckpointsTest {
  private static final int ROWS = 400;
  private static final int ROW_BYTES = 256 * 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void aLogThatHasGrownLargeIsStartedAnewAndItsFileKeepsItsLength()
      throws IOException, SQLException {
    Path file = directory.resolve("purser.db");
    Path log = directory.resolve("purser.db-wal");
    try (Database database = Database.open(new DatabaseConfiguration.Sqlite(file))) {
      write(database, "CREATE TABLE filler (bytes BLOB)");
      for (int row = 0; row < ROWS; row++) {
        write(database, "INSERT INTO filler VALUES (zeroblob(" + ROW_BYTES + "))");
      }
      long grown = Files.size(log);
      assertThat(grown).isGreaterThan(ROWS * (long) ROW_BYTES / 2);

      long until = System.nanoTime() + PATIENCE.toNanos();
      while (frames(file) > 1_000 && System.nanoTime() < until) {
        write(database, "UPDATE filler SET bytes = 'one page' WHERE rowid = 1");
      }
      assertThat(frames(file)).isLessThan(1_000);
      assertThat(Files.size(log)).isGreaterThanOrEqualTo(grown);
    }
  }

  private static void write(Database database, String sql) {
    database.write(handle -> handle.execute(sql));
  }

  private static long frames(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet outcome = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      assertThat(outcome.next()).isTrue();
      return outcome.getLong("log");
    }
  }
}
