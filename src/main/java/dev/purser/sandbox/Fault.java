package dev.purser.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * A refused request, before it takes a provider's shape.
 *
 * @param type the provider's {@code error.type}
 * @param code OpenAI's {@code error.code}, Anthropic's {@code error.details.error_code}
 * @param param the field it is about; only OpenAI says so
 */
record Fault(
    int status, String type, @Nullable String code, @Nullable String param, String message) {
  static Fault of(int status, String type, String message) {
    return new Fault(status, type, null, null, message);
  }

  Fault withCode(String itsCode) {
    return new Fault(status, type, itsCode, param, message);
  }

  Fault withParam(String itsParam) {
    return new Fault(status, type, code, itsParam, message);
  }
}
