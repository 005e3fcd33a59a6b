package dev.purser.storage;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has SQLite look at how rows are spread, as PostgreSQL does by itself, whenever a table has grown
 * tenfold. Without that it takes every index for about as good as any other, and walks through a
 * whole space to find an agent's few calls. Connections know it from when they are opened.
 */
final class SqliteStatistics implements Engine.Upkeep {
  private static final Logger log = LoggerFactory.getLogger(SqliteStatistics.class);

  private static final Duration INTERVAL = Duration.ofHours(1);

  /** It writes; somebody else who does goes first. */
  private static final int LOCK_WAIT_MILLIS = 100;

  /** Of each index it looks at so many rows: some milliseconds, whatever the table's size. */
  private static final int MOST_ROWS = 1_000;

  /** Only what needs it (2), of all tables and not only those this connection has used (65536). */
  private static final int WHAT_NEEDS_IT = 0x10002;

  private final String url;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("purser-statistics").daemon(true).factory());

  @SuppressWarnings("FutureReturnValueIgnored") // The task catches what it throws.
  SqliteStatistics(String url) {
    this.url = url;
    thread.scheduleWithFixedDelay(this::gather, 0, INTERVAL.toMinutes(), TimeUnit.MINUTES);
  }

  private void gather() {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + LOCK_WAIT_MILLIS);
      statement.execute("PRAGMA analysis_limit = " + MOST_ROWS);
      statement.execute("PRAGMA optimize = " + WHAT_NEEDS_IT);
    } catch (SQLException | RuntimeException e) {
      log.debug("how rows are spread could not be looked at: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("the database's statistics are still being gathered");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
