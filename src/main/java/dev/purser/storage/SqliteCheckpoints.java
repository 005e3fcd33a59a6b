package dev.purser.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies SQLite's write-ahead log into the database file, from a thread and connection of its own,
 * so that no commit waits for it. Under a steady load the log is never copied to its end; once it
 * has grown large, writing is held up for the moment that it takes to start it anew.
 */
final class SqliteCheckpoints implements Engine.Upkeep {
  private static final Logger log = LoggerFactory.getLogger(SqliteCheckpoints.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final long COPY_FROM_BYTES = 4L << 20;
  private static final long START_ANEW_FROM_BYTES = 64L << 20;

  /** While the log is started anew, commits wait for its readers; at most so long. */
  private static final int START_ANEW_WAIT_MILLIS = 100;

  private final Path writeAheadLog;
  private final String url;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("purser-checkpoints").daemon(true).factory());
  private final Future<?> everyInterval;
  private long copiedAtBytes;

  SqliteCheckpoints(Path file, String url) {
    this.writeAheadLog = Path.of(file + "-wal");
    this.url = url;
    this.everyInterval =
        thread.scheduleWithFixedDelay(
            this::checkpoint, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void checkpoint() {
    try {
      long bytes = Files.exists(writeAheadLog) ? Files.size(writeAheadLog) : 0;
      if (bytes < COPY_FROM_BYTES || bytes == copiedAtBytes) {
        return;
      }
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = " + START_ANEW_WAIT_MILLIS);
        statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
        if (bytes >= START_ANEW_FROM_BYTES) {
          statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
      }
      copiedAtBytes = Files.exists(writeAheadLog) ? Files.size(writeAheadLog) : 0;
    } catch (SQLException | IOException | RuntimeException e) {
      log.warn("the write-ahead log could not be copied, and will be later: {}", e.getMessage());
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
