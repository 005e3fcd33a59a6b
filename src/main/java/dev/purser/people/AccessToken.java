package dev.purser.people;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For scripts that manage Purser; cannot call models. Its secret was shown once.
 *
 * @param lastUsedAt to the minute; null if never
 * @param revokedAt null while it is good
 */
public record AccessToken(
    String spaceId,
    String id,
    String userId,
    String name,
    Scope scope,
    String masked,
    Instant createdAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt) {

  /** What a token may do. */
  public enum Scope {
    READ,
    /** Reads, too. */
    MANAGE;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> ofId(String id) {
      for (Scope scope : values()) {
        if (scope.id().equals(id)) {
          return Optional.of(scope);
        }
      }
      return Optional.empty();
    }
  }
}
