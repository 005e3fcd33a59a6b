package dev.purser.storage;

import com.zaxxer.hikari.HikariConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** A server that several processes share. */
record Postgresql(DatabaseConfiguration.Postgresql configuration) implements Engine {
  private static final String READER_SESSION =
      "SET default_transaction_read_only = on; SET statement_timeout = '30s'";

  /**
   * The writer reads by primary key. Its plans live as long as its connection, so that those made
   * while the tables were empty must not scan them once they have grown.
   */
  private static final String WRITER_SESSION =
      """
      SET lock_timeout = '%dms'; SET statement_timeout = '15s';
      SET idle_in_transaction_session_timeout = '30s';
      SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off\
      """
          .formatted(LOCK_WAIT_MILLIS);

  private static final String READ_ONLY = "25006";
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK = "40P01";

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
