package dev.purser.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The database file and its two companions as this process opened them. A file that is deleted,
 * moved or replaced stays open and goes on taking what is written, but the next start does not find
 * it. So the files are compared by device and inode with those that were opened.
 *
 * <p>One connection stays open all the time: while it does, SQLite itself deletes neither
 * companion, and no other file gets an inode of theirs.
 */
final class SqliteFiles implements AutoCloseable {
  private final Connection anchor;
  private final List<Opened> opened;

  /**
   * A file.
   *
   * @param identity its device and inode; where the file system has none, only whether it exists is
   *     known
   */
  private record Opened(Path path, Object identity) {}

  /** The files are not those that were opened. */
  static final class Lost extends SQLException {
    private static final long serialVersionUID = 1;

    Lost(String message) {
      super(message);
    }
  }

  private SqliteFiles(Connection anchor, List<Opened> opened) {
    this.anchor = anchor;
    this.opened = List.copyOf(opened);
  }

  /** Opens a database file that exists. */
  static SqliteFiles open(Path file, String url, Properties properties)
      throws SQLException, IOException {
    Connection anchor = DriverManager.getConnection(url, properties);
    try (Statement statement = anchor.createStatement()) {
      // The companions are made by the first read.
      statement.executeQuery("SELECT COUNT(*) FROM sqlite_schema").close();
      List<Opened> opened = new ArrayList<>();
      for (String suffix : List.of("", "-wal", "-shm")) {
        Path path = Path.of(file + suffix);
        opened.add(new Opened(path, identity(path)));
      }
      return new SqliteFiles(anchor, opened);
    } catch (SQLException | IOException e) {
      anchor.close();
      throw e;
    }
  }

  private static Object identity(Path path) throws IOException {
    Object identity = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return identity == null ? "" : identity;
  }

  /** The connection that stays open; for one thread. */
  Connection anchor() {
    return anchor;
  }

  /** Why what is committed now would not be found at the next start; empty if it would. */
  Optional<String> lost() {
    for (Opened one : opened) {
      String what = whatBecameOf(one);
      if (what != null) {
        return Optional.of(
            "the database's file "
                + one.path.getFileName()
                + what
                + " while Purser runs: no call is admitted until it is put back or Purser is"
                + " restarted");
      }
    }
    return Optional.empty();
  }

  /** Whether the database file itself is the one that was opened. */
  boolean hasDatabase() {
    return whatBecameOf(opened.getFirst()) == null;
  }

  private static @Nullable String whatBecameOf(Opened file) {
    try {
      return identity(file.path).equals(file.identity) ? null : " was replaced";
    } catch (NoSuchFileException e) {
      return " was deleted or moved";
    } catch (IOException e) {
      return " cannot be looked at (" + e.getMessage() + ")";
    }
  }

  /**
   * Does nothing while the files are those that were opened.
   *
   * @throws Lost if they are not
   */
  void check() throws Lost {
    Optional<String> lost = lost();
    if (lost.isPresent()) {
      throw new Lost(lost.get());
    }
  }

  @Override
  public void close() {
    try {
      anchor.close();
    } catch (SQLException e) {
      throw new StorageException("the database file cannot be closed", e);
    }
  }
}
