package dev.purser.people;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For scripts that manage Purser; cannot call models. Its secret was shown once.
 *
 * @param expiresAt null for never
 * @param lastUsedAt to the minute; null if never
 * @param revokedAt null if it was not
 */
public record AccessToken(
    String spaceId,
    String id,
    String userId,
    String name,
    Scope scope,
    String masked,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt) {

  /** Whether a script can use it. */
  public boolean good(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }

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
