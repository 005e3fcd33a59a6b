package dev.purser.api;

/** What a request is answered with. */
sealed interface ApiAnswer {
  /**
   * A record, written as JSON with its components in order, nulls included.
   *
   * @param status 200 or 201
   */
  record Json(int status, Object body) implements ApiAnswer {}

  /** 200 with a text that is no JSON. */
  record Text(String contentType, String text) implements ApiAnswer {}

  /** 204: done, and nothing to say. */
  record Done() implements ApiAnswer {}

  record Refused(Problem problem) implements ApiAnswer {}

  static ApiAnswer ok(Object body) {
    return new Json(200, body);
  }

  static ApiAnswer created(Object body) {
    return new Json(201, body);
  }

  static ApiAnswer done() {
    return new Done();
  }

  static ApiAnswer refused(ProblemCode code, String detail) {
    return new Refused(new Problem(code, detail));
  }

  /** What an id gets that is not of this space: the same as one that never was. */
  static ApiAnswer notFound(String what) {
    return refused(ProblemCode.NOT_FOUND, "there is no such " + what + " here");
  }
}
