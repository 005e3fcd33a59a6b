package dev.purser.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The reads that run on SQLite. While one does, what is written after it began stays in the
 * write-ahead log; so one that takes too long is cut.
 */
final class LongReads {
  private static final Logger log = LoggerFactory.getLogger(LongReads.class);

  private final Set<Read> running = ConcurrentHashMap.newKeySet();

  /** One that runs until it is closed. */
  final class Read implements AutoCloseable {
    private final SQLiteConnection connection;
    private final long startNanos = System.nanoTime();
    private boolean over;

    private Read(SQLiteConnection connection) {
      this.connection = connection;
    }

    /** Whether it was cut. */
    private synchronized boolean cut(Duration longest) throws SQLException {
      boolean tooLong = !over && System.nanoTime() - startNanos >= longest.toNanos();
      if (tooLong) {
        connection.getDatabase().interrupt();
      }
      return tooLong;
    }

    @Override
    public void close() {
      running.remove(this);
      synchronized (this) {
        // The connection is another read's from now on.
        over = true;
      }
    }
  }

  /** Says that a read begins on a connection of SQLite. */
  Read begin(Connection connection) throws SQLException {
    Read read = new Read(connection.unwrap(SQLiteConnection.class));
    running.add(read);
    return read;
  }

  /**
   * Ends the reads that have taken this long, with an error.
   *
   * @return how many
   */
  int cut(Duration longest) {
    int cut = 0;
    for (Read read : running) {
      try {
        if (read.cut(longest)) {
          cut++;
        }
      } catch (SQLException e) {
        log.debug("a read could not be cut: {}", e.getMessage());
      }
    }
    if (cut > 0) {
      log.warn(
          "{} reads of the database were cut after {} seconds: what is written meanwhile would only"
              + " pile up",
          cut,
          longest.toSeconds());
    }
    return cut;
  }
}
