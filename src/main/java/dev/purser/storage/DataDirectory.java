package dev.purser.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a process keeps its files: for its owner only, and for one serving process at a time. The
 * operating system ends the lock with the process, however that ends.
 */
public record DataDirectory(Path path) {
  /** Its name in the directory. It stays when nobody holds it. */
  public static final String LOCK_FILE = "purser.lock";

  /**
   * The directory, made if it is not there.
   *
   * @param allowOpen whether others than its owner may use it
   * @throws StorageException if it cannot be made, or others may use it
   */
  public static DataDirectory open(Path path, boolean allowOpen) {
    try {
      if (Files.notExists(path)) {
        Files.createDirectories(path, forOwnerOnly(path, "rwx------"));
      }
      Optional<String> whyNot = allowOpen ? Optional.empty() : OpenFiles.whyNot(path);
      if (whyNot.isPresent()) {
        throw new StorageException("the data directory " + whyNot.get());
      }
      return new DataDirectory(path);
    } catch (IOException e) {
      throw new StorageException("the data directory cannot be made: " + path, e);
    }
  }

  /** Held until closed. */
  public static final class Lock implements AutoCloseable {
    private final FileChannel channel;

    private Lock(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public void close() {
      try {
        // The file stays: deleting it could take it from under a process that just locked it.
        channel.close();
      } catch (IOException e) {
        throw new StorageException("the data directory's lock cannot be released", e);
      }
    }
  }

  /**
   * Makes this the one process that serves from the directory.
   *
   * @throws StorageException if another one does
   */
  public Lock lock() {
    Path file = path.resolve(LOCK_FILE);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              forOwnerOnly(file, "rw-------"));
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new Lock(channel);
      }
    } catch (OverlappingFileLockException heldByThisProcess) {
      // Told below.
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StorageException("the data directory cannot be locked: " + file, e);
    }
    closeQuietly(channel);
    throw new StorageException(
        "another process serves from " + path + ": stop it, or set PURSER_DATA_DIR to another one");
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException ignored) {
      // It held nothing.
    }
  }

  private static FileAttribute<?>[] forOwnerOnly(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
