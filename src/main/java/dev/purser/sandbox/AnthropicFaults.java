package dev.purser.sandbox;

/** Anthropic's documented errors by status. */
final class AnthropicFaults {
  static final Fault SPEND_LIMIT =
      Fault.of(429, "rate_limit_error", "The month's spend limit is reached.")
          .withCode("enforced_spend_limit_reached");

  private AnthropicFaults() {}

  static Fault of(int status) {
    return switch (status) {
      case 401 -> Fault.of(status, "authentication_error", "invalid x-api-key");
      case 402 -> Fault.of(status, "billing_error", "The account has no money left.");
      case 403 -> Fault.of(status, "permission_error", "This key may not do this.");
      case 404 -> Fault.of(status, "not_found_error", "model: gone");
      case 409 -> Fault.of(status, "conflict_error", "Another request is changing this.");
      case 413 -> Fault.of(status, "request_too_large", "The request is over 32 MB.");
      case 429 -> Fault.of(status, "rate_limit_error", "Too many requests this minute.");
      case 504 -> Fault.of(status, "timeout_error", "The answer took too long.");
      case 529 -> Fault.of(status, "overloaded_error", "Overloaded");
      default ->
          status < 500
              ? Fault.of(status, "invalid_request_error", "The sandbox was asked to refuse this.")
              : Fault.of(status, "api_error", "Internal server error");
    };
  }

  /** What {@code x-should-retry} says. */
  static boolean worthRetrying(Fault fault) {
    return fault.code() == null
        && (fault.status() == 409 || fault.status() == 429 || fault.status() >= 500);
  }
}
