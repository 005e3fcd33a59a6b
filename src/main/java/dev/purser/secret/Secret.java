package dev.purser.secret;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A text that cannot be printed, logged or serialized: a provider key, a password, a virtual key in
 * clear. Only {@link #reveal} gives it out, so every place that does is found by searching for that
 * name.
 */
public final class Secret {
  /** Below this, what a mask would show is too large a part of the whole. */
  private static final int MIN_MASKED_LENGTH = 24;

  private static final String ELLIPSIS = "…";

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  public static Secret of(String text) {
    return new Secret(text);
  }

  public String reveal() {
    return text;
  }

  public int length() {
    return text.length();
  }

  /**
   * What may be shown so that its owner knows it again: the first seven and the last four
   * characters with an ellipsis between; of a text shorter than 24 characters, the ellipsis alone.
   */
  public String masked() {
    return text.length() < MIN_MASKED_LENGTH
        ? ELLIPSIS
        : text.substring(0, 7) + ELLIPSIS + text.substring(text.length() - 4);
  }

  /** Compared in a time that does not depend on where the two differ. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(
            text.getBytes(StandardCharsets.UTF_8), secret.text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return "[secret]";
  }
}
