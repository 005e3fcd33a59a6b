package dev.purser.storage;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A fresh, empty database of the kind that a test names, gone when it is closed: a SQLite file in a
 * directory of its own, or a database of a real PostgreSQL server, one per JVM and started when the
 * first test needs it.
 *
 * <p>A test on both is a {@code ParameterizedTest} with {@code EnumSource(TestDatabase.Kind.class)}
 * that opens one of these in a try-with-resources.
 */
public final class TestDatabase implements AutoCloseable {
  /** On which of the two. */
  public enum Kind {
    SQLITE,
    POSTGRESQL
  }

  /** Started by the first test that asks, stopped when the JVM ends. */
  private static final class Server {
    private static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder().start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Kind kind;
  private final String name;
  private final DatabaseConfiguration configuration;
  private final Optional<Path> directory;
  private final Deque<Database> opened = new ArrayDeque<>();

  private TestDatabase(
      Kind kind, String name, DatabaseConfiguration configuration, Optional<Path> directory) {
    this.kind = kind;
    this.name = name;
    this.configuration = configuration;
    this.directory = directory;
  }

  /** Makes an empty database. */
  public static TestDatabase fresh(Kind kind) {
    String name = "test_" + UUID.randomUUID().toString().replace("-", "");
    return switch (kind) {
      case SQLITE -> {
        try {
          Path directory = Files.createTempDirectory("purser-test-");
          yield new TestDatabase(
              kind,
              name,
              new DatabaseConfiguration.Sqlite(directory.resolve("purser.db")),
              Optional.of(directory));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      case POSTGRESQL -> {
        // With a collation as most servers have one: letters, digits and signs do not come in the
        // order of their bytes.
        onServer(
            "CREATE DATABASE "
                + name
                + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'");
        yield new TestDatabase(
            kind,
            name,
            new DatabaseConfiguration.Postgresql(
                Server.POSTGRES.getJdbcUrl("postgres", name), Optional.empty(), Optional.empty()),
            Optional.empty());
      }
    };
  }

  public Kind kind() {
    return kind;
  }

  /** How a program would be told to use this database. */
  public DatabaseConfiguration configuration() {
    return configuration;
  }

  /**
   * The database, opened and with its tables at the first call; the same one at each later call.
   */
  public Database database() {
    return opened.isEmpty() ? openAnother() : opened.getFirst();
  }

  /** The same database, opened once more, as another process would. Closed with this. */
  public Database openAnother() {
    Database another = Database.open(configuration);
    opened.addLast(another);
    return another;
  }

  /** On PostgreSQL: cuts every connection to this database, as a server that restarts does. */
  public void cutConnections() {
    onServer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
  }

  /**
   * On PostgreSQL: makes a replica that gets nothing of what is committed from now on. All
   * connections are cut for that.
   */
  public void leaveReplicaBehind() {
    onServer("DROP DATABASE IF EXISTS " + replica());
    close(true);
    onServer("CREATE DATABASE " + replica() + " TEMPLATE " + name);
    close(false);
  }

  /**
   * On PostgreSQL: the replica that was left behind takes over, as after a failover: what was
   * committed since is lost.
   *
   * @param alsoThere what the replica is given before anybody connects to it
   */
  public void failOver(String... alsoThere) {
    for (String sql : alsoThere) {
      on(replica(), sql);
    }
    close(true);
    onServer("DROP DATABASE " + name);
    onServer("ALTER DATABASE " + replica() + " RENAME TO " + name);
  }

  private String replica() {
    return name + "_replica";
  }

  /** Cuts all connections and takes no more, or takes them again. */
  private void close(boolean closed) {
    onServer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + !closed);
    cutConnections();
  }

  /** Whether all connections can only read from now on. On PostgreSQL, those there are are cut. */
  public void makeReadOnly(boolean readOnly) {
    switch (configuration) {
      case DatabaseConfiguration.Sqlite(Path file) -> new ReadOnlyFile(file).make(readOnly);
      case DatabaseConfiguration.Postgresql _ -> {
        onServer("ALTER DATABASE " + name + " SET default_transaction_read_only = " + readOnly);
        cutConnections();
      }
    }
  }

  /** On PostgreSQL: what connections begin with from now on, if they say nothing else. */
  public void set(String setting, String value) {
    onServer("ALTER DATABASE " + name + " SET " + setting + " = '" + value + "'");
  }

  /** Keeps all others from writing until it is closed. */
  public AutoCloseable holdWrites() {
    try {
      return switch (configuration) {
        case DatabaseConfiguration.Sqlite(Path file) ->
            held("jdbc:sqlite:" + file + "?busy_timeout=10000", "BEGIN IMMEDIATE");
        case DatabaseConfiguration.Postgresql postgresql ->
            held(postgresql.jdbcUrl(), "BEGIN; LOCK TABLE entries IN SHARE MODE");
      };
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its transaction ends with the connection. */
  private static Connection held(String url, String begin) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    try (Statement statement = connection.createStatement()) {
      statement.execute(begin);
    }
    return connection;
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.removeLast().close();
    }
    directory.ifPresentOrElse(
        TestDatabase::delete,
        () -> {
          onServer("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
          onServer("DROP DATABASE IF EXISTS " + replica() + " WITH (FORCE)");
        });
  }

  private static void onServer(String sql) {
    on("postgres", sql);
  }

  private static void on(String database, String sql) {
    try (Connection connection = Server.POSTGRES.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> paths = Files.walk(directory)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
