package dev.purser.providers;

/** What came of reading a request's body. */
public sealed interface RequestReading {
  record Accepted(CallRequest request) implements RequestReading {}

  /**
   * Malformed, a field that Purser reads occurs twice or has another type, or a feature that cannot
   * be metered.
   */
  record Refused(CallError error) implements RequestReading {}
}
