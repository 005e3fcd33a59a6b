package dev.purser.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a process that writes, with the one connection it writes on. What is handed to
 * it runs in the order in which it came, each piece in a transaction of its own: committed as a
 * whole, or not at all. A connection that broke is replaced at the next piece.
 */
public final class Writer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Writer.class);

  private final Engine engine;
  private final ExecutorService executor;

  /** Another one after an error that the last one did not survive. */
  private volatile @Nullable Thread thread;

  private @Nullable Session session;
  private final AtomicLong connections = new AtomicLong();

  Writer(Engine engine) {
    this.engine = engine;
    ThreadFactory threads = Thread.ofPlatform().name("purser-writer").daemon(true).factory();
    this.executor =
        Executors.newSingleThreadExecutor(task -> {
          Thread next = threads.newThread(task);
          thread = next;
          return next;
        });
  }

  /** A piece of work in one transaction. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T in(Session session) throws SQLException;
  }

  /** What becomes of a piece of work; called on the writer's thread and so must not block. */
  public interface Outcome<T extends @Nullable Object> {
    void committed(T result);

    /** Rolled back; or, if the connection broke during the commit, perhaps committed. */
    void failed(Throwable cause);
  }

  /** A connection with its prepared statements, which live as long as it does. */
  public static final class Session {
    private final Connection connection;
    private final String rowLock;
    private final String brieflyLocked;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Session(Connection connection, Engine engine) {
      this.connection = connection;
      this.rowLock = engine.rowLock();
      this.brieflyLocked = engine.brieflyLocked();
    }

    /** Keeps this transaction from waiting for other processes' rows for more than a moment. */
    public void waitBriefly() throws SQLException {
      if (!brieflyLocked.isEmpty()) {
        statement(brieflyLocked).execute();
      }
    }

    /** The statement for this SQL, prepared once; its parameters are whatever the last use left. */
    public PreparedStatement statement(String sql) throws SQLException {
      PreparedStatement statement = statements.get(sql);
      if (statement == null) {
        statement = connection.prepareStatement(sql);
        statements.put(sql, statement);
      }
      return statement;
    }

    /** The statement for a SELECT that keeps other processes from changing the rows it reads. */
    public PreparedStatement locking(String select) throws SQLException {
      return statement(select + rowLock);
    }

    /** This transaction as Jdbi sees it: not to be committed or closed by the one who uses it. */
    public Handle handle() {
      return Jdbi.open(UnclosableConnection.of(this, connection));
    }

    /** The transaction that a handle of {@link #handle} is in. */
    public static Session of(Handle handle) {
      if (handle.getConnection() instanceof UnclosableConnection.OfSession writers) {
        return writers.session();
      }
      throw new IllegalArgumentException("not a handle of the writer");
    }
  }

  /** Runs work after all that was handed over before it. */
  public <T extends @Nullable Object> void submit(Work<T> work, Outcome<T> outcome) {
    try {
      executor.execute(() -> run(work, outcome));
    } catch (RejectedExecutionException closed) {
      outcome.failed(new SQLException("the database is closed", closed));
    }
  }

  /**
   * Runs work and says what came of it; only for code that is on the writer's thread already. After
   * an SQLException the work may have been committed, if the connection broke during the commit.
   */
  public <T extends @Nullable Object> T transact(Work<T> work) throws SQLException {
    if (!isCurrentThread()) {
      throw new IllegalStateException("not the writer's thread");
    }
    Session open = begin();
    try {
      T result = work.in(open);
      open.connection.commit();
      engine.committed();
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      abandon(open, e);
      throw e;
    }
  }

  /** Begins a transaction; on another connection if the one there is turns out to be of no use. */
  private Session begin() throws SQLException {
    Session known = session;
    if (known != null) {
      try {
        engine.begin(known.connection);
        return known;
      } catch (SQLException | RuntimeException | Error e) {
        abandon(known, e);
        if (session != null) {
          throw e;
        }
        log.debug("another connection after: {}", e.getMessage());
      }
    }
    Session fresh = new Session(engine.connect(), engine);
    session = fresh;
    connections.incrementAndGet();
    try {
      engine.begin(fresh.connection);
      return fresh;
    } catch (SQLException | RuntimeException | Error e) {
      abandon(fresh, e);
      throw e;
    }
  }

  /**
   * Hands the thread a task that manages its own transactions with {@link #transact}.
   *
   * @throws RejectedExecutionException once the database is closed
   */
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** Whether a piece of work failed for what it wrote, and would fail again on any good day. */
  public boolean blames(SQLException e) {
    return engine.blamesStatement(e);
  }

  /** Whether a piece of work failed because another process's stood against it just then. */
  public boolean collided(SQLException e) {
    return engine.collided(e);
  }

  /** Whether a piece of work failed because it waited too long for another process's rows. */
  public boolean lockedOut(SQLException e) {
    return engine.lockedOut(e);
  }

  /** Whether a piece of work failed for the state of the database, whatever it wrote. */
  public boolean blamesDatabase(SQLException e) {
    return engine.blamesDatabase(e);
  }

  /**
   * Whether the connection outlived its last transaction; only for code on the writer's thread. If
   * not, the next transaction opens another.
   */
  public boolean connected() {
    return session != null;
  }

  /** How many connections it has had. */
  public long connections() {
    return connections.get();
  }

  boolean isCurrentThread() {
    return Thread.currentThread() == thread;
  }

  private <T extends @Nullable Object> void run(Work<T> work, Outcome<T> outcome) {
    T result;
    try {
      result = transact(work);
    } catch (SQLException | RuntimeException | Error e) {
      outcome.failed(e);
      return;
    }
    outcome.committed(result);
  }

  /** After a failure the connection is rolled back if it still answers, else thrown away. */
  private void abandon(Session broken, Throwable cause) {
    try {
      for (PreparedStatement statement : broken.statements.values()) {
        statement.clearBatch();
      }
      engine.rollback(broken.connection);
      SQLException said = ofDatabase(cause);
      boolean usable = said == null || engine.outlives(said);
      if (usable && broken.connection.isValid(1)) {
        return;
      }
    } catch (SQLException e) {
      log.debug("rollback failed: {}", e.getMessage());
    }
    session = null;
    try {
      broken.connection.close();
    } catch (SQLException e) {
      log.debug("closing a broken connection failed: {}", e.getMessage());
    }
  }

  /** What the database said, whoever passed it on; null if it was not the database that failed. */
  private static @Nullable SQLException ofDatabase(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException said) {
        return said;
      }
    }
    return null;
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("the writer is still at work");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Session open = session;
    if (open != null) {
      try {
        open.connection.close();
      } catch (SQLException e) {
        log.debug("closing the writer's connection failed: {}", e.getMessage());
      }
    }
  }
}
