package dev.purser.providers;

import org.jspecify.annotations.Nullable;

/** What came of reading a request's body. */
public sealed interface RequestReading {
  record Accepted(CallRequest request) implements RequestReading {}

  /**
   * Malformed, a field that Purser reads occurs twice or has another type, or a feature that cannot
   * be metered.
   *
   * @param model as the caller wrote it, if it cannot be metered and names one; else null
   */
  record Refused(CallError error, @Nullable String model) implements RequestReading {}
}
