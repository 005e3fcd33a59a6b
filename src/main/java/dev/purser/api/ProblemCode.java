package dev.purser.api;

import java.util.Locale;

/**
 * Everything that the API can refuse a request for. The names are part of the contract: they stay.
 */
enum ProblemCode {
  MALFORMED_BODY(400, "The body cannot be read"),
  UNKNOWN_FIELD(400, "A field that nobody reads"),
  UNKNOWN_PARAMETER(400, "A query parameter that nobody reads"),
  INVALID_VALUE(400, "A value that cannot be taken"),
  UNAUTHORIZED(401, "Not signed in"),
  FORBIDDEN_SCOPE(403, "The access token may not do this"),
  CROSS_ORIGIN(403, "The request comes from another site"),
  NOT_FOUND(404, "Not here"),
  METHOD_NOT_ALLOWED(405, "Not with this method"),
  CHANGED_ELSEWHERE(409, "Changed elsewhere in the meantime"),
  NAME_TAKEN(409, "The name is taken"),
  TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body is not JSON"),
  WRONG_HOST(421, "Not this server's name"),
  KEY_REJECTED(422, "The API key was not saved"),
  INTERNAL(500, "A fault in Purser"),
  PROVIDER_UNREACHABLE(502, "The provider did not answer"),
  STORAGE_UNAVAILABLE(503, "The database cannot be used just now"),
  OVERLOADED(503, "Too many requests are waiting"),
  NOT_READY(503, "Not ready for calls");

  private final int status;
  private final String title;

  ProblemCode(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  String title() {
    return title;
  }

  /** As the answer writes it: {@code changed_elsewhere}. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
