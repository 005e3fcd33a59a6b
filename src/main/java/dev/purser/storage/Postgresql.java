package dev.purser.storage;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that several processes share. */
record Postgresql(DatabaseConfiguration.Postgresql configuration) implements Engine {
  private static final Logger log = LoggerFactory.getLogger(Postgresql.class);

  /** The oldest that its makers still mend. */
  private static final int OLDEST_MAJOR = 15;

  /** How long the writer waits for rows that another process holds. */
  private static final int WRITER_LOCK_WAIT_MILLIS = 3_000;

  /**
   * How long a process may stand still inside a transaction, whose rows others wait for, before the
   * server ends it.
   */
  private static final int STANDSTILL_MILLIS = 4_000;

  private static final String READER_SESSION =
      """
      SET default_transaction_read_only = on; SET statement_timeout = '30s';
      SET default_transaction_isolation = 'read committed'\
      """;

  /**
   * Whatever the server or the user is set to: a commit is told when it is on disk, there and on
   * the replicas that the server waits for, and a statement sees what was committed before it. The
   * writer reads by primary key. Its plans live as long as its connection, so that those made while
   * the tables were empty must not scan them once they have grown.
   */
  private static final String WRITER_SESSION =
      """
      SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') <> 'remote_apply';
      SET default_transaction_isolation = 'read committed';
      SET lock_timeout = '%dms'; SET statement_timeout = '15s';
      SET idle_in_transaction_session_timeout = '%dms';
      SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off\
      """
          .formatted(WRITER_LOCK_WAIT_MILLIS, STANDSTILL_MILLIS);

  private static final String READ_ONLY = "25006";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * Of errors that say nothing about the statement: the connection, the transaction's state, the
   * login, its end in favour of another, resources, what is in use, an operator's doing, the
   * system.
   */
  private static final Set<String> OF_DATABASE =
      Set.of("08", "25", "28", "3D", "40", "53", "55", "57", "58");

  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK = "40P01";

  /**
   * The server, if it is one that Purser can work with.
   *
   * @throws StorageException if it is not, or cannot be reached
   */
  static Postgresql open(DatabaseConfiguration.Postgresql configuration) {
    Postgresql server = new Postgresql(configuration);
    try (Connection connection = server.connect()) {
      whyTooOld(Integer.parseInt(setting(connection, "server_version_num")))
          .ifPresent(reason -> {
            throw new StorageException(reason);
          });
      for (String durable : List.of("fsync", "full_page_writes")) {
        if (setting(connection, durable).equals("off")) {
          log.warn(
              "PostgreSQL runs with {} = off: if its machine fails, calls that were forwarded may be"
                  + " missing from the ledger",
              durable);
        }
      }
      return server;
    } catch (SQLException e) {
      // Not the address itself, which may have a password in it.
      throw new StorageException(
          "the database of PURSER_DATABASE_URL cannot be opened: " + Database.rootMessage(e), e);
    }
  }

  private static String setting(Connection connection, String name) throws SQLException {
    try (PreparedStatement show = connection.prepareStatement("SELECT current_setting(?)")) {
      show.setString(1, name);
      try (ResultSet row = show.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  /**
   * Why a server is too old; empty if it is not.
   *
   * @param number as {@code server_version_num} has it: 150007 is 15.7
   */
  static Optional<String> whyTooOld(int number) {
    return number >= OLDEST_MAJOR * 10_000
        ? Optional.empty()
        : Optional.of(
            "PostgreSQL %d is too old: Purser needs %d or newer"
                .formatted(number / 10_000, OLDEST_MAJOR));
  }

  @Override
  public HikariConfig readers() {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(configuration.jdbcUrl());
    properties().forEach((name, value) -> pool.addDataSourceProperty((String) name, value));
    pool.setConnectionInitSql(READER_SESSION);
    return pool;
  }

  @Override
  public Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(configuration.jdbcUrl(), properties());
    try (Statement statement = connection.createStatement()) {
      statement.execute(WRITER_SESSION);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void begin(Connection connection) {
    // The driver begins with the first statement.
  }

  @Override
  public void committed() {}

  @Override
  public Optional<String> lost() {
    // The server keeps its own files.
    return Optional.empty();
  }

  @Override
  public boolean outlives(SQLException e) {
    // A server in recovery is read-only, and its connections may stay so.
    return !READ_ONLY.equals(e.getSQLState());
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    connection.rollback();
  }

  @Override
  public String rowLock() {
    return " FOR UPDATE";
  }

  @Override
  public boolean blamesStatement(SQLException e) {
    String state = e.getSQLState();
    // Data exceptions, and violated constraints.
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  @Override
  public boolean collided(SQLException e) {
    return SERIALIZATION_FAILURE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState());
  }

  @Override
  public boolean lockedOut(SQLException e) {
    return LOCK_NOT_AVAILABLE.equals(e.getSQLState());
  }

  @Override
  public boolean blamesDatabase(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.length() < 2 || OF_DATABASE.contains(state.substring(0, 2));
  }

  @Override
  public String brieflyLocked() {
    return "SET LOCAL lock_timeout = '100ms'";
  }

  @Override
  public boolean shared() {
    return true;
  }

  @Override
  public String[] migrations() {
    return new String[] {MIGRATIONS};
  }

  @Override
  public Map<String, String> words() {
    return Map.of(
        "clustered", "",
        "bytes", "BYTEA",
        "now_millis", "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");
  }

  @Override
  public <T extends @Nullable Object> T read(Handle handle, Function<Handle, T> work) {
    // The server ends it itself.
    return work.apply(handle);
  }

  @Override
  public long logBytes() {
    return 0;
  }

  @Override
  public Upkeep upkeep() {
    return () -> {};
  }

  @Override
  public void close() {}

  private Properties properties() {
    Properties properties = new Properties();
    configuration.user().ifPresent(user -> properties.setProperty("user", user));
    configuration
        .password()
        .ifPresent(password -> properties.setProperty("password", password.reveal()));
    // A server that is gone without saying so must not hold the writer for ever.
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "35");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("ApplicationName", "purser");
    return properties;
  }
}
