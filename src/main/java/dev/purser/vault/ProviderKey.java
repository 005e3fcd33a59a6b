package dev.purser.vault;

import dev.purser.pricing.Provider;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A provider's key as it is saved: sealed.
 *
 * @param maskedKey its first seven and last four characters; of a key too short for that, none
 * @param statusDetail why it is not valid, in one sentence; null if it is
 * @param verifiedAt when {@code status} was learned from the provider
 */
public record ProviderKey(
    String spaceId,
    Provider provider,
    String id,
    String maskedKey,
    SealedKey sealedKey,
    Status status,
    @Nullable String statusDetail,
    Instant verifiedAt,
    Instant createdAt) {

  /** What is known of a key. */
  public enum Status {
    VALID,
    /** Good for calls, but not for everything: it may not list models. */
    RESTRICTED,
    /** The provider refused it, at saving or since. */
    REJECTED,
    /** It cannot be opened with this installation's keyset. */
    UNREADABLE;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Status> ofId(String id) {
      for (Status status : values()) {
        if (status.id().equals(id)) {
          return Optional.of(status);
        }
      }
      return Optional.empty();
    }
  }
}
