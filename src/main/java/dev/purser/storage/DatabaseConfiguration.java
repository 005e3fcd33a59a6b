package dev.purser.storage;

import dev.purser.config.Settings;
import dev.purser.secret.Secret;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Where the database is. */
public sealed interface DatabaseConfiguration {
  Set<String> NAMES =
      Set.of("PURSER_DATABASE_URL", "PURSER_DATABASE_USER", "PURSER_DATABASE_PASSWORD");

  /** Those of {@link #NAMES} that have a {@code _FILE} twin. */
  Set<String> SECRETS = Set.of("PURSER_DATABASE_PASSWORD");

  /** SQLite in the data directory, unless {@code PURSER_DATABASE_URL} names a server. */
  static DatabaseConfiguration of(Settings settings, Path dataDirectory) {
    Optional<String> url = settings.text("PURSER_DATABASE_URL");
    if (url.isEmpty()) {
      return new Sqlite(dataDirectory.resolve("purser.db"));
    }
    if (!url.get().startsWith("jdbc:postgresql:")) {
      throw new Settings.InvalidSetting(
          "PURSER_DATABASE_URL must begin with jdbc:postgresql:// (leave it empty for SQLite)");
    }
    return new Postgresql(
        url.get(),
        settings.text("PURSER_DATABASE_USER"),
        settings.secret("PURSER_DATABASE_PASSWORD"));
  }

  /** One file in the data directory. */
  record Sqlite(Path file) implements DatabaseConfiguration {}

  /** A server that several processes may share. */
  record Postgresql(String jdbcUrl, Optional<String> user, Optional<Secret> password)
      implements DatabaseConfiguration {}
}
