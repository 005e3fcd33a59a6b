package dev.purser.providers;

/** A request's body that Purser refuses; never leaves this room. */
final class BadRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient CallError error;

  private BadRequest(ErrorCode code, String message, String help) {
    super(message, null, false, false);
    this.error = CallError.of(code, message, help);
  }

  static BadRequest malformed(String message) {
    return new BadRequest(
        ErrorCode.REQUEST_MALFORMED, message, "Correct the request's body and send it again.");
  }

  static BadRequest notMeterable(String field, String why) {
    return new BadRequest(
        ErrorCode.REQUEST_NOT_METERABLE,
        "Purser does not forward a request with " + field + ": " + why + ".",
        "Leave it out, or make this call to the provider directly.");
  }

  CallError error() {
    return error;
  }
}
