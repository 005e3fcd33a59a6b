package dev.purser.vault;

import dev.purser.config.Settings;
import dev.purser.secret.Secret;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Where the master key is.
 *
 * @param masterKey 32 bytes in base 64, if it was given as a setting
 * @param masterKeyFile where it lies otherwise; made there on the first start
 * @param allowOpenFile whether others than its owner may use that file
 */
public record VaultConfiguration(
    Optional<Secret> masterKey, Path masterKeyFile, boolean allowOpenFile) {
  public static final Set<String> NAMES = Set.of("PURSER_MASTER_KEY");

  /** Those of {@link #NAMES} that have a {@code _FILE} twin. */
  public static final Set<String> SECRETS = NAMES;

  /** With a file that only its owner may use. */
  public VaultConfiguration(Optional<Secret> masterKey, Path masterKeyFile) {
    this(masterKey, masterKeyFile, /* allowOpenFile= */ false);
  }

  public static VaultConfiguration of(
      Settings settings, Path dataDirectory, boolean allowOpenFile) {
    return new VaultConfiguration(
        settings.secret("PURSER_MASTER_KEY"), dataDirectory.resolve("master.key"), allowOpenFile);
  }
}
