package dev.purser.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused, as RFC 9457 writes it.
 *
 * @param detail what happened and what to do, for people; never holds a secret
 * @param field the field or parameter that is at fault; null if none is
 */
record Problem(ProblemCode code, String detail, @Nullable String field) {
  static final String CONTENT_TYPE = "application/problem+json";

  Problem(ProblemCode code, String detail) {
    this(code, detail, null);
  }

  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "urn:purser:problem:" + code.id());
    members.put("title", code.title());
    members.put("status", code.status());
    members.put("detail", detail);
    members.put("code", code.id());
    if (field != null) {
      members.put("field", field);
    }
    return members;
  }

  /** Ends the request that is being read. */
  RefusedException refused() {
    return new RefusedException(this);
  }

  /**
   * Carries a problem from where a request is read, field by field, to the one place that answers.
   */
  static final class RefusedException extends RuntimeException {
    private final transient Problem problem;

    private RefusedException(Problem problem) {
      super(problem.detail(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }
}
