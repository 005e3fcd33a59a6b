package dev.purser.storage;

import static org.flywaydb.core.api.CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SQLite or PostgreSQL: the same tables, the same SQL. Reads have a pool of connections that cannot
 * write; every write of the process goes through the one {@link Writer}.
 */
public final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);

  private static final int READERS = 8;

  /** Each of their reads takes a moment: a few rows by their keys. */
  private static final int CALL_READERS = 4;

  private final Engine engine;
  private final HikariDataSource readers;
  private final HikariDataSource callReaders;
  private final Jdbi jdbi;
  private final Jdbi callJdbi;
  private final Writer writer;
  private final Engine.Upkeep upkeep;

  private Database(Engine engine, HikariDataSource readers, HikariDataSource callReaders) {
    this.engine = engine;
    this.readers = readers;
    this.callReaders = callReaders;
    this.jdbi = Jdbi.create(readers).setSqlLogger(new Trace());
    this.callJdbi = Jdbi.create(callReaders).setSqlLogger(new Trace());
    this.writer = new Writer(engine);
    this.upkeep = engine.upkeep();
  }

  /**
   * Opens the database and brings its tables up to date.
   *
   * @throws StorageException if it cannot be opened, saying why in one line
   */
  public static Database open(DatabaseConfiguration configuration) {
    // Tables of a newer version are not passed over either.
    FluentConfiguration migrations =
        Flyway.configure().loggers("slf4j").ignoreMigrationPatterns(new String[0]);
    Engine engine =
        switch (configuration) {
          case DatabaseConfiguration.Sqlite(var file) -> {
            Sqlite sqlite = Sqlite.open(file);
            migrations.dataSource(sqlite.url(), null, null);
            yield sqlite;
          }
          case DatabaseConfiguration.Postgresql server -> {
            migrations.dataSource(
                server.jdbcUrl(),
                server.user().orElse(null),
                server.password().map(password -> password.reveal()).orElse(null));
            yield Postgresql.open(server);
          }
        };
    try {
      migrations.locations(engine.migrations()).placeholders(engine.words()).load().migrate();
      HikariDataSource readers = pool(engine, "purser-readers", READERS);
      try {
        return new Database(engine, readers, pool(engine, "purser-call-readers", CALL_READERS));
      } catch (PoolInitializationException e) {
        readers.close();
        throw e;
      }
    } catch (FlywayException | PoolInitializationException e) {
      engine.close();
      throw new StorageException("the database " + name(configuration) + why(configuration, e), e);
    }
  }

  private static String why(DatabaseConfiguration configuration, RuntimeException e) {
    if (e instanceof FlywayValidateException) {
      return " was made by an unreleased or a newer version of Purser: start that version, or"
          + anotherWay(configuration);
    }
    return e instanceof FlywayException flyway
            && flyway.getErrorCode() == NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE
        ? " has tables of another program:" + anotherWay(configuration)
        : " cannot be opened: " + rootMessage(e);
  }

  /** What else can be done about a database that is not this version's. */
  private static String anotherWay(DatabaseConfiguration configuration) {
    return switch (configuration) {
      case DatabaseConfiguration.Sqlite(var file) ->
          " name another directory with PURSER_DATA_DIR, or remove "
              + file.toAbsolutePath().getParent()
              + " with all that is in it";
      case DatabaseConfiguration.Postgresql _ ->
          " name another, empty database with PURSER_DATABASE_URL";
    };
  }

  private static String name(DatabaseConfiguration configuration) {
    return switch (configuration) {
      case DatabaseConfiguration.Sqlite(var file) -> file.toString();
      // Not the address itself, which may have a password in it.
      case DatabaseConfiguration.Postgresql _ -> "of PURSER_DATABASE_URL";
    };
  }

  private static HikariDataSource pool(Engine engine, String name, int size) {
    HikariConfig pool = engine.readers();
    pool.setPoolName(name);
    pool.setMaximumPoolSize(size);
    pool.setMinimumIdle(1);
    pool.setConnectionTimeout(Engine.LOCK_WAIT_MILLIS);
    return new HikariDataSource(pool);
  }

  /**
   * Reads on a connection of its own; a second time if that turns out to be lost. Long reads belong
   * in pages.
   *
   * @throws StorageException if the database cannot be read just now
   */
  public <T extends @Nullable Object> T read(Function<Handle, T> work) {
    return read(jdbi, work);
  }

  /**
   * Reads what a call waits for: a few rows by their keys, on a connection that pages and reports
   * never hold.
   *
   * @throws StorageException if the database cannot be read just now
   */
  public <T extends @Nullable Object> T readForCall(Function<Handle, T> work) {
    return read(callJdbi, work);
  }

  private <T extends @Nullable Object> T read(Jdbi pool, Function<Handle, T> work) {
    try {
      return readOnce(pool, work);
    } catch (JdbiException e) {
      if (!lostConnection(e)) {
        throw unavailable(e);
      }
    }
    // The pool had not noticed yet that the server was gone for a moment.
    try {
      return readOnce(pool, work);
    } catch (JdbiException e) {
      throw unavailable(e);
    }
  }

  /** Says at level TRACE what is read, on the thread that reads: the SQL, never its values. */
  private static final class Trace implements SqlLogger {
    @Override
    public void logBeforeExecution(StatementContext context) {
      log.trace("{}", context.getRenderedSql());
    }
  }

  private <T extends @Nullable Object> T readOnce(Jdbi pool, Function<Handle, T> work) {
    try (Handle handle = pool.open()) {
      return engine.read(handle, work);
    }
  }

  private static boolean lostConnection(JdbiException e) {
    // Of PostgreSQL: connection exceptions, and a server that is told to stop.
    return e.getCause() instanceof SQLException sql
        && sql.getSQLState() != null
        && (sql.getSQLState().startsWith("08") || sql.getSQLState().startsWith("57P"));
  }

  /**
   * Writes in one transaction, and waits for its commit. Never to be called on an event loop or on
   * the writer's thread. What the work throws rolls back and is thrown here.
   *
   * @throws StorageException if the database cannot be written just now
   */
  public <T extends @Nullable Object> T write(Function<Handle, T> work) {
    return transact(session -> work.apply(session.handle()));
  }

  /** Like {@link #write}, for work that needs prepared statements beside, or instead of, Jdbi. */
  public <T extends @Nullable Object> T transact(Writer.Work<T> work) {
    if (writer.isCurrentThread()) {
      throw new IllegalStateException("waiting for the writer on the writer's own thread");
    }
    log.trace("a transaction");
    CompletableFuture<T> done = new CompletableFuture<>();
    writer.submit(
        work,
        new Writer.Outcome<T>() {
          @Override
          public void committed(T result) {
            done.complete(result);
          }

          @Override
          public void failed(Throwable cause) {
            done.completeExceptionally(cause);
          }
        });
    try {
      return done.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException thrown && !(thrown instanceof JdbiException)) {
        throw thrown;
      }
      throw unavailable(e.getCause());
    }
  }

  public Writer writer() {
    return writer;
  }

  /** Why what is committed now would not be found at the next start; empty if it would. */
  public Optional<String> lost() {
    return engine.lost();
  }

  /** How long SQLite's write-ahead log is; 0 where there is none. */
  public long logBytes() {
    return engine.logBytes();
  }

  /** Whether processes on several machines may use this database at a time. */
  public boolean shared() {
    return engine.shared();
  }

  @Override
  public void close() {
    writer.close();
    upkeep.close();
    callReaders.close();
    readers.close();
    engine.close();
  }

  private static StorageException unavailable(@Nullable Throwable cause) {
    Throwable known = cause == null ? new SQLException("unknown") : cause;
    String what = cause instanceof ConnectionException ? "no connection" : rootMessage(known);
    return new StorageException("the database cannot be used just now: " + what, known);
  }

  static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
