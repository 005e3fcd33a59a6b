package dev.purser.storage;

import org.jspecify.annotations.Nullable;

/** The database cannot be opened, read or written just now. Nothing of the work was kept. */
public final class StorageException extends RuntimeException {
  public StorageException(String message) {
    this(message, null);
  }

  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
