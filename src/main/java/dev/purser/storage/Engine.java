package dev.purser.storage;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

/** What differs between the two databases; the tables and the SQL of the rooms do not. */
sealed interface Engine extends AutoCloseable permits Sqlite, Postgresql {
  /** Where the migrations of both databases are. */
  String MIGRATIONS = "classpath:db/migration";

  /** How long a statement waits for another process's lock before it fails. */
  int LOCK_WAIT_MILLIS = 5_000;

  /** A pool of connections that cannot write. */
  HikariConfig readers();

  /** A connection that can, not in auto-commit mode. */
  Connection connect() throws SQLException;

  /** Starts a transaction that will write. */
  void begin(Connection connection) throws SQLException;

  /**
   * Does nothing if what was just committed will be found at the next start.
   *
   * @throws SQLException if it will not
   */
  void committed() throws SQLException;

  /** Why what is committed now would not be found at the next start; empty if it would. */
  Optional<String> lost();

  /** Whether a connection is worth keeping after a statement failed like this. */
  boolean outlives(SQLException e);

  /** Ends a transaction that failed, so that another one can begin on the connection. */
  void rollback(Connection connection) throws SQLException;

  /**
   * What a SELECT ends with to lock the rows it reads, where the transaction does not do so by
   * itself.
   */
  String rowLock();

  /**
   * Whether a statement failed for what it said (a constraint, a value), not for the database's
   * state.
   */
  boolean blamesStatement(SQLException e);

  /**
   * Whether a transaction was ended in favour of another process's, so that the same work may
   * succeed at once.
   */
  boolean collided(SQLException e);

  /** Whether a statement failed because it waited too long for rows that another process holds. */
  boolean lockedOut(SQLException e);

  /** Whether a statement failed for the state of the database, whatever it said. */
  boolean blamesDatabase(SQLException e);

  /** What keeps a transaction from waiting for locks for more than a moment; empty for nothing. */
  String brieflyLocked();

  /** Whether processes on several machines may write at a time. */
  boolean shared();

  /** Where the migrations are. */
  String[] migrations();

  /** What the migrations are filled in with. */
  Map<String, String> words();

  /** After all else that uses it. */
  @Override
  void close();

  /** Starts whatever the database needs beside its work, until closed. */
  Upkeep upkeep();

  /** Work beside the work. */
  @FunctionalInterface
  interface Upkeep extends AutoCloseable {
    @Override
    void close();
  }
}
