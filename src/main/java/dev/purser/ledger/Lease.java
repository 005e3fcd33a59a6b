package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A process's right to admit calls, by the database's clock. A process that lets it run out may be
 * taken for dead: others end its open entries.
 *
 * @param epoch the number that the process's entries name
 */
record Lease(long epoch, Duration length) {
  private static final String BEGIN =
      """
      INSERT INTO processes (epoch, started_at, lease_until)
      SELECT COALESCE(MAX(epoch), 0) + 1, (SELECT now_millis FROM clock),
        (SELECT now_millis FROM clock) + ?
      FROM processes
      RETURNING epoch\
      """;
  private static final String RENEW =
      """
      UPDATE processes SET lease_until = (SELECT now_millis FROM clock) + ?, ended_at = NULL
      WHERE epoch = ?\
      """;
  private static final String VALID =
      """
      SELECT CASE WHEN lease_until > (SELECT now_millis FROM clock) THEN 1 ELSE 0 END
      FROM processes WHERE epoch = ?\
      """;
  private static final String GIVE_UP = "UPDATE processes SET lease_until = 0 WHERE epoch = ?";
  private static final String EXPIRE_OTHERS =
      "UPDATE processes SET lease_until = 0 WHERE epoch <> ? AND ended_at IS NULL";

  /** Begins a new epoch. Fails if another process does so at the same moment: try again. */
  static Lease begin(Session session, Duration length) throws SQLException {
    PreparedStatement begin = session.statement(BEGIN);
    begin.setLong(1, length.toMillis());
    try (ResultSet row = begin.executeQuery()) {
      row.next();
      return new Lease(row.getLong(1), length);
    }
  }

  void renew(Session session) throws SQLException {
    PreparedStatement renew = session.statement(RENEW);
    renew.setLong(1, length.toMillis());
    renew.setLong(2, epoch);
    if (renew.executeUpdate() != 1) {
      throw new IllegalStateException("this process's row is gone from the database");
    }
  }

  /**
   * Whether it still runs; until the transaction ends, no other process can find that it does not.
   */
  boolean valid(Session session) throws SQLException {
    PreparedStatement valid = session.locking(VALID);
    valid.setLong(1, epoch);
    try (ResultSet row = valid.executeQuery()) {
      return row.next() && row.getLong(1) == 1;
    }
  }

  /** Lets it run out now. */
  void giveUp(Session session) throws SQLException {
    PreparedStatement giveUp = session.statement(GIVE_UP);
    giveUp.setLong(1, epoch);
    giveUp.executeUpdate();
  }

  /** Takes every other process for dead: for a process that knows itself to be the only one. */
  void expireOthers(Session session) throws SQLException {
    PreparedStatement expire = session.statement(EXPIRE_OTHERS);
    expire.setLong(1, epoch);
    expire.executeUpdate();
  }
}
