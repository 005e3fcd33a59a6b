package dev.purser.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Whether others than its owner may use a file or directory, as far as the system keeps that. */
public final class OpenFiles {
  /** The setting that allows it. */
  public static final String SETTING = "PURSER_ALLOW_OPEN_FILES";

  private static final Set<PosixFilePermission> OF_OTHERS =
      EnumSet.complementOf(
          EnumSet.of(
              PosixFilePermission.OWNER_READ,
              PosixFilePermission.OWNER_WRITE,
              PosixFilePermission.OWNER_EXECUTE));

  private OpenFiles() {}

  /**
   * Why a file or directory will not do, in one sentence with what to do; empty if only its owner
   * may use it.
   *
   * @throws IOException if its permissions cannot be read
   */
  public static Optional<String> whyNot(Path path) throws IOException {
    if (!Files.getFileStore(path).supportsFileAttributeView("posix")) {
      return Optional.empty();
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    boolean open = permissions.stream().anyMatch(OF_OTHERS::contains);
    return open
        ? Optional.of(
            path
                + " can be used by others than its owner ("
                + PosixFilePermissions.toString(permissions)
                + "): run chmod go-rwx '"
                + path.toString().replace("'", "'\\''")
                + "', or set "
                + SETTING
                + "=true if that is meant")
        : Optional.empty();
  }
}
