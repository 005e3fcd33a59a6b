package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A process's right to admit calls, by the database's clock. A process that lets it run out may be
 * taken for dead: others end its open entries. Where no other process can, it never runs out.
 */
final class Lease {
  private static final String BEGIN =
      """
      INSERT INTO processes (epoch, started_at, lease_until)
      SELECT COALESCE(MAX(epoch), 0) + 1, (SELECT now_millis FROM clock),
        (SELECT now_millis FROM clock) + ?
      FROM processes
      RETURNING epoch, started_at\
      """;
  private static final String RENEW =
      """
      UPDATE processes SET lease_until = (SELECT now_millis FROM clock) + ?, ended_at = NULL
      WHERE epoch = ? AND started_at = ?\
      """;
  private static final String VALID =
      """
      SELECT CASE WHEN lease_until > (SELECT now_millis FROM clock) THEN 1 ELSE 0 END
      FROM processes WHERE epoch = ? AND started_at = ?\
      """;
  private static final String GIVE_UP =
      "UPDATE processes SET lease_until = 0 WHERE epoch = ? AND started_at = ?";
  private static final String EXPIRE_OTHERS =
      "UPDATE processes SET lease_until = 0 WHERE epoch <> ? AND ended_at IS NULL";

  private final Duration length;
  private final boolean shared;
  private volatile Row row;

  /**
   * The process's row. After a failover that lost it, another process may have taken its number,
   * but not at the same moment.
   */
  record Row(long epoch, long startedAt) {}

  /** The process's row is not in the database any more: {@link #renew} makes another one. */
  static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1;

    Gone() {
      super("this process's row is gone from the database");
    }
  }

  Lease(Row row, Duration length, boolean shared) {
    this.row = row;
    this.length = length;
    this.shared = shared;
  }

  /**
   * Begins a new epoch. Fails if another process does so at the same moment: try again.
   *
   * @param shared whether other processes could take this one for dead
   */
  static Lease begin(Session session, Duration length, boolean shared) throws SQLException {
    return new Lease(insert(session, length), length, shared);
  }

  private static Row insert(Session session, Duration length) throws SQLException {
    PreparedStatement begin = session.statement(BEGIN);
    begin.setLong(1, length.toMillis());
    try (ResultSet inserted = begin.executeQuery()) {
      inserted.next();
      return new Row(inserted.getLong(1), inserted.getLong(2));
    }
  }

  /** The number that the process's entries name. */
  long epoch() {
    return row.epoch;
  }

  /**
   * Extends it, in another epoch if the row is gone.
   *
   * @return to be {@linkplain #use used} once it is committed
   */
  Row renew(Session session) throws SQLException {
    if (extend(session)) {
      return row;
    }
    if (!shared) {
      throw new Gone();
    }
    return insert(session, length);
  }

  void use(Row committed) {
    row = committed;
  }

  /**
   * Makes sure that no other process can find this one to be dead until the transaction ends. One
   * that has run out, because the process stood still or a clock stepped, begins again with that.
   *
   * @throws Gone if the process's row is
   */
  void hold(Session session) throws SQLException {
    if (!shared) {
      return;
    }
    PreparedStatement valid = session.locking(VALID);
    valid.setLong(1, row.epoch);
    valid.setLong(2, row.startedAt);
    boolean runs;
    try (ResultSet found = valid.executeQuery()) {
      if (!found.next()) {
        throw new Gone();
      }
      runs = found.getLong(1) == 1;
    }
    if (!runs && !extend(session)) {
      throw new Gone();
    }
  }

  private boolean extend(Session session) throws SQLException {
    PreparedStatement renew = session.statement(RENEW);
    renew.setLong(1, length.toMillis());
    renew.setLong(2, row.epoch);
    renew.setLong(3, row.startedAt);
    return renew.executeUpdate() == 1;
  }

  /** Lets it run out now. */
  void giveUp(Session session) throws SQLException {
    PreparedStatement giveUp = session.statement(GIVE_UP);
    giveUp.setLong(1, row.epoch);
    giveUp.setLong(2, row.startedAt);
    giveUp.executeUpdate();
  }

  /** Takes every other process for dead: for a process that knows itself to be the only one. */
  void expireOthers(Session session) throws SQLException {
    PreparedStatement expire = session.statement(EXPIRE_OTHERS);
    expire.setLong(1, row.epoch);
    expire.executeUpdate();
  }
}
