package dev.purser.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies SQLite's write-ahead log into the database file, from a thread and connection of its own,
 * so that no commit waits for it, and says when the files are lost. Under a steady load the log is
 * never copied to its end; once it has grown large, writing is held up for the moment that it takes
 * to start it anew. Its file keeps its length then: a commit that overwrites costs two thirds of
 * one that lets a file grow.
 */
final class SqliteCheckpoints implements Engine.Upkeep {
  private static final Logger log = LoggerFactory.getLogger(SqliteCheckpoints.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** As PostgreSQL's readers have it, too. */
  private static final Duration MAX_READ = Duration.ofSeconds(30);

  private static final Duration MAX_READ_OF_LARGE_LOG = Duration.ofSeconds(5);

  /** Above what a log keeps of its length when it starts again, or it would stay large for ever. */
  private static final long LARGE_LOG_BYTES = 2 * Sqlite.LOG_KEPT_BYTES;

  private static final long COPY_FROM_BYTES = 4L << 20;

  /** Of a page of 4 KiB each: 64 MiB. */
  private static final long START_ANEW_FROM_FRAMES = 16 * 1024;

  /** While the log is started anew, commits wait for its readers; at most so long. */
  private static final int START_ANEW_WAIT_MILLIS = 100;

  private final Path writeAheadLog;
  private final SqliteFiles files;
  private final LongReads reads;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("purser-checkpoints").daemon(true).factory());
  private final Future<?> everyInterval;
  private @Nullable FileTime copied;
  private Optional<String> lost = Optional.empty();
  private long saidFromBytes = LARGE_LOG_BYTES;

  SqliteCheckpoints(Path file, SqliteFiles files, LongReads reads) {
    this.reads = reads;
    this.writeAheadLog = Path.of(file + "-wal");
    this.files = files;
    this.everyInterval =
        thread.scheduleWithFixedDelay(
            this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    Optional<String> nowLost = files.lost();
    if (nowLost.isEmpty()) {
      checkpoint();
      boundLog();
    } else if (files.hasDatabase()) {
      rescue();
    }
    if (!nowLost.equals(lost)) {
      nowLost.ifPresentOrElse(log::error, () -> log.info("the database's files are back"));
      lost = nowLost;
    }
  }

  /** While a read goes on, the log cannot start over: no read may go on for ever. */
  private void boundLog() {
    reads.cut(MAX_READ);
    try {
      if (Files.notExists(writeAheadLog)) {
        return;
      }
      long bytes = Files.size(writeAheadLog);
      if (bytes >= LARGE_LOG_BYTES) {
        reads.cut(MAX_READ_OF_LARGE_LOG);
      }
      if (bytes >= saidFromBytes) {
        log.warn(
            "SQLite's write-ahead log has grown to {} MB: somebody reads the database for so long"
                + " that it cannot start over",
            bytes >> 20);
        saidFromBytes = 2 * bytes;
      }
    } catch (IOException e) {
      log.debug("the write-ahead log cannot be looked at: {}", e.getMessage());
    }
  }

  /**
   * The log is gone by name only: what was committed to it is copied while it is still open, so
   * that the next start finds it.
   */
  private void rescue() {
    try (Statement statement = files.anchor().createStatement()) {
      frames(statement);
    } catch (SQLException e) {
      log.warn("what the lost log holds could not be copied: {}", e.getMessage());
    }
  }

  private void checkpoint() {
    try {
      if (Files.notExists(writeAheadLog) || Files.size(writeAheadLog) < COPY_FROM_BYTES) {
        return;
      }
      FileTime written = Files.getLastModifiedTime(writeAheadLog);
      if (written.equals(copied)) {
        return;
      }
      try (Statement statement = files.anchor().createStatement()) {
        statement.execute("PRAGMA busy_timeout = " + START_ANEW_WAIT_MILLIS);
        if (frames(statement) >= START_ANEW_FROM_FRAMES) {
          statement.execute("PRAGMA wal_checkpoint(RESTART)");
        }
      }
      copied = written;
    } catch (SQLException | IOException | RuntimeException e) {
      log.warn("the write-ahead log could not be copied, and will be later: {}", e.getMessage());
    }
  }

  /** Copies what can be copied without waiting; gives the log's length. */
  private static long frames(Statement statement) throws SQLException {
    try (ResultSet outcome = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      return outcome.next() ? outcome.getLong("log") : 0;
    }
  }

  @Override
  public void close() {
    everyInterval.cancel(false);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("a checkpoint is still running");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
