package dev.purser.pricing;

import java.util.Locale;
import java.util.Optional;

/** How Purser knows what a call used. */
public enum UsageSource {
  /** The provider said so. */
  REPORTED,
  /**
   * The provider did not say: an upper bound of what was seen, marked as such wherever it is shown.
   */
  ESTIMATED,
  /**
   * Nothing was used, so nothing is to be paid: the provider refused the call, or it was never
   * forwarded.
   */
  NONE;

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<UsageSource> ofId(String id) {
    for (UsageSource source : values()) {
      if (source.id().equals(id)) {
        return Optional.of(source);
      }
    }
    return Optional.empty();
  }
}
