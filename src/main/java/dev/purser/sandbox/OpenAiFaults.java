package dev.purser.sandbox;

/** OpenAI's documented errors by status. */
final class OpenAiFaults {
  static final Fault NO_MONEY =
      Fault.of(429, "insufficient_quota", "The account has no money left.")
          .withCode("insufficient_quota");

  private OpenAiFaults() {}

  static Fault of(int status) {
    return switch (status) {
      case 401 -> badKey("");
      case 402, 413 -> Fault.of(status, "invalid_request_error", "The sandbox was asked for this.");
      case 403 ->
          Fault.of(status, "invalid_request_error", "This project may not use the model.")
              .withCode("model_access_denied");
      case 404 -> unknownModel("gone");
      case 409 -> Fault.of(status, "conflict_error", "Another request is changing this.");
      case 429 ->
          Fault.of(status, "requests", "Rate limit reached: too many requests this minute.")
              .withCode("rate_limit_exceeded");
      case 503, 529 ->
          Fault.of(status, "service_unavailable_error", "The servers are overloaded.")
              .withCode("server_is_overloaded");
      default ->
          status < 500
              ? invalid("invalid_value", "messages", "The sandbox was asked to refuse this.")
              : Fault.of(status, "server_error", "The server had an error.");
    };
  }

  static Fault badKey(String credential) {
    String shown =
        credential.length() < 12
            ? "****"
            : credential.substring(0, 8) + "****" + credential.substring(credential.length() - 4);
    return Fault.of(401, "invalid_request_error", "Incorrect API key provided: " + shown + ".")
        .withCode("invalid_api_key");
  }

  static Fault invalid(String code, String param, String message) {
    return Fault.of(400, "invalid_request_error", message).withCode(code).withParam(param);
  }

  static Fault unknownModel(String name) {
    return Fault.of(
            404,
            "invalid_request_error",
            "The model `" + name + "` does not exist or you do not have access to it.")
        .withCode("model_not_found");
  }
}
