package dev.purser.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A SQLite file that its connections may only read from a moment on, without closing one of them.
 * File permissions do not bind files that are open, nor root. The file's own header does: byte 18
 * is the write version of its format, and whoever finds one above 2 may only read it (SQLite's file
 * format, 1.3.3). Read-only or not, the file is whole.
 */
final class ReadOnlyFile {
  private static final int WRITE_VERSION_AT = 18;
  private static final int WRITE_AHEAD_LOG = 2;
  private static final int UNKNOWN = 3;

  private static final int MAX_ATTEMPTS = 1_000;

  /** A write that changes nothing, of a row that every database has. */
  private static final String TOUCH = "UPDATE flyway_schema_history SET success = success";

  private final Path file;

  ReadOnlyFile(Path file) {
    this.file = file;
  }

  void make(boolean readOnly) {
    try {
      if (readOnly) {
        forbid();
      } else {
        putWriteVersion(WRITE_AHEAD_LOG);
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException("the file does not turn read-only or writable", e);
    }
  }

  private void forbid() throws SQLException, IOException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      lockWithEmptyLog(statement);
      // The log holds no copy of the header, so that the one in the file is the one that is read
      // ...
      putWriteVersion(UNKNOWN);
      // ... and it is read again by all who have it in their caches, since something was written.
      statement.execute(TOUCH);
      statement.execute("COMMIT");
    }
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(TOUCH);
      throw new AssertionError("the file can still be written: " + file);
    } catch (SQLiteException e) {
      if (e.getResultCode() != SQLiteErrorCode.SQLITE_READONLY) {
        throw e;
      }
    }
  }

  /** Whoever writes meanwhile is waited for; it may be that the log is never empty at once. */
  private void lockWithEmptyLog(Statement statement) throws SQLException, IOException {
    Path log = Path.of(file + "-wal");
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      statement.execute("BEGIN IMMEDIATE");
      if (Files.size(log) == 0) {
        return;
      }
      statement.execute("ROLLBACK");
      LockSupport.parkNanos(1_000_000);
    }
    throw new IllegalStateException("the write-ahead log never was empty");
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=10000");
  }

  /** By another process: one that closes a file loses all locks that it has on it. */
  private void putWriteVersion(int version) throws IOException {
    Process dd =
        new ProcessBuilder(
                "dd", "of=" + file, "bs=1", "count=1", "seek=" + WRITE_VERSION_AT, "conv=notrunc")
            .redirectErrorStream(true)
            .start();
    try (OutputStream standardInput = dd.getOutputStream()) {
      standardInput.write(version);
    }
    String said = new String(dd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (dd.waitFor() != 0) {
        throw new IOException("dd: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
