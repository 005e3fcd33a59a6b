package dev.purser.providers;

/** A request's body that Purser refuses; never leaves this room. */
final class BadRequest extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient CallError error;

  private BadRequest(CallError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  static BadRequest malformed(String message) {
    return new BadRequest(
        CallError.of(
            ErrorCode.REQUEST_MALFORMED, message, "Correct the request's body and send it again."));
  }

  static BadRequest notMeterable(String field, String why) {
    return new BadRequest(
        RefusalErrors.notMeterable(
            "Purser does not forward a request with " + field + ": " + why + "."));
  }

  CallError error() {
    return error;
  }
}
