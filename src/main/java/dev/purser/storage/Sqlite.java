package dev.purser.storage;

import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/**
 * One file with a write-ahead log, synchronized at every commit. The transactions that write begin
 * with the write lock, so that none fails half-way for having read before another process wrote.
 *
 * <p>The driver's own {@code transaction_mode=IMMEDIATE} is not used: the driver begins the next
 * transaction as soon as it has committed one, and so would keep other processes locked out for
 * ever.
 */
final class Sqlite implements Engine {
  /** The part of a result code that says what kind of failure it is. */
  private static final int PRIMARY = 0xff;

  private static final int WRITER_CACHE_KIBIBYTES = 32 * 1024;

  /** What a write-ahead log that had to grow beyond this keeps of its length when started anew. */
  static final long LOG_KEPT_BYTES = 128L << 20;

  private final Path file;
  private final SqliteFiles files;
  private final LongReads reads = new LongReads();

  private Sqlite(Path file, SqliteFiles files) {
    this.file = file;
    this.files = files;
  }

  /**
   * Opens the file.
   *
   * @throws StorageException if it cannot be opened
   */
  static Sqlite open(Path file) {
    create(file);
    try {
      return new Sqlite(file, SqliteFiles.open(file, url(file), properties()));
    } catch (SQLException | IOException e) {
      throw new StorageException(
          "the database " + file + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /** Makes the file, for its owner only; SQLite gives its companions the same permissions. */
  private static void create(Path file) {
    try {
      if (Files.notExists(file)) {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
          Files.createFile(
              file,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
          Files.createFile(file);
        }
      }
    } catch (IOException e) {
      throw new StorageException("the database file cannot be made: " + file, e);
    }
  }

  private static String url(Path file) {
    return "jdbc:sqlite:" + file;
  }

  String url() {
    return url(file);
  }

  @Override
  public HikariConfig readers() {
    SQLiteDataSource source = new CheckedSource(files);
    source.setUrl(url());
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(source);
    pool.setConnectionInitSql("PRAGMA query_only = 1");
    return pool;
  }

  /** Gives connections to the files that were opened at the start, and to no others. */
  private static final class CheckedSource extends SQLiteDataSource {
    private final SqliteFiles files;

    private CheckedSource(SqliteFiles files) {
      super(new SQLiteConfig(properties()));
      this.files = files;
    }

    @Override
    public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      files.check();
      SQLiteConnection connection = super.getConnection(user, password);
      try {
        files.check();
        return connection;
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    }
  }

  @Override
  public Connection connect() throws SQLException {
    files.check();
    Connection connection = DriverManager.getConnection(url(), properties());
    try (Statement statement = connection.createStatement()) {
      // Checkpoints are the upkeep's: a commit must not wait for one.
      statement.execute("PRAGMA wal_autocheckpoint = 0");
      statement.execute("PRAGMA journal_size_limit = " + LOG_KEPT_BYTES);
      statement.execute("PRAGMA cache_size = -" + WRITER_CACHE_KIBIBYTES);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void begin(Connection connection) throws SQLException {
    files.check();
    try (Statement statement = connection.createStatement()) {
      // The driver is always in a transaction that has not locked anything yet.
      statement.execute("COMMIT");
      statement.execute("BEGIN IMMEDIATE");
    }
  }

  @Override
  public void committed() throws SQLException {
    files.check();
  }

  @Override
  public Optional<String> lost() {
    return files.lost();
  }

  @Override
  public boolean outlives(SQLException e) {
    if (e instanceof SqliteFiles.Lost) {
      // It has the file that may be put back.
      return true;
    }
    // A connection that found its file read-only stays so when the file no longer is. One that
    // still reads for an ended transaction can begin none once another process has written.
    return e instanceof SQLiteException sqlite
        && sqlite.getResultCode() != SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT
        && (sqlite.getResultCode().code & PRIMARY) != SQLiteErrorCode.SQLITE_READONLY.code
        && (sqlite.getResultCode().code & PRIMARY) != SQLiteErrorCode.SQLITE_IOERR.code;
  }

  @Override
  public void rollback(Connection connection) throws SQLException {
    try {
      connection.rollback();
    } catch (SQLException nothingToRollBack) {
      // The lock was not got, or SQLite has rolled back by itself, as it does on a full disk.
      try (Statement statement = connection.createStatement()) {
        statement.execute("BEGIN");
      }
    }
  }

  @Override
  public String rowLock() {
    return "";
  }

  @Override
  public boolean blamesStatement(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return false;
    }
    int primary = sqlite.getResultCode().code & PRIMARY;
    return primary == SQLiteErrorCode.SQLITE_CONSTRAINT.code
        || primary == SQLiteErrorCode.SQLITE_TOOBIG.code
        || primary == SQLiteErrorCode.SQLITE_MISMATCH.code
        || primary == SQLiteErrorCode.SQLITE_RANGE.code;
  }

  @Override
  public boolean collided(SQLException e) {
    // The write lock is the only one.
    return false;
  }

  @Override
  public boolean lockedOut(SQLException e) {
    // Who holds the lock holds it on everything.
    return false;
  }

  @Override
  public boolean blamesDatabase(SQLException e) {
    if (!(e instanceof SQLiteException sqlite)) {
      return true;
    }
    return switch (SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & PRIMARY)) {
      case SQLITE_ERROR,
          SQLITE_INTERNAL,
          SQLITE_ABORT,
          SQLITE_SCHEMA,
          SQLITE_MISUSE,
          SQLITE_AUTH,
          SQLITE_FORMAT ->
          false;
      default -> true;
    };
  }

  @Override
  public String brieflyLocked() {
    return "";
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Override
  public String[] migrations() {
    return new String[] {MIGRATIONS, "classpath:db/sqlite"};
  }

  @Override
  public Map<String, String> words() {
    return Map.of(
        "clustered", "WITHOUT ROWID",
        "bytes", "BLOB",
        "now_millis", "CAST(unixepoch('subsec') * 1000 AS INTEGER)");
  }

  @Override
  public <T extends @Nullable Object> T read(Handle handle, Function<Handle, T> work) {
    try (LongReads.Read _ = reads.begin(handle.getConnection())) {
      return work.apply(handle);
    } catch (SQLException e) {
      throw new StorageException("the database cannot be used just now: " + e.getMessage(), e);
    }
  }

  @Override
  public long logBytes() {
    try {
      return Files.size(Path.of(file + "-wal"));
    } catch (IOException notThere) {
      return 0;
    }
  }

  @Override
  public Upkeep upkeep() {
    return new SqliteCheckpoints(file, files, reads);
  }

  @Override
  public void close() {
    files.close();
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("journal_mode", "WAL");
    properties.setProperty("synchronous", "FULL");
    properties.setProperty("busy_timeout", Integer.toString(LOCK_WAIT_MILLIS));
    properties.setProperty("foreign_keys", "true");
    // Of a file that is gone no empty one is made in its place.
    properties.setProperty(
        SQLiteConfig.Pragma.OPEN_MODE.pragmaName, Integer.toString(SQLiteOpenMode.READWRITE.flag));
    return properties;
  }
}
