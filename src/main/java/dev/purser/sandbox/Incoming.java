package dev.purser.sandbox;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * One request, read whole.
 *
 * @param requestId the provider's name for it
 */
record Incoming(
    String requestId, String method, String path, MultiMap query, MultiMap headers, Buffer body) {

  /** From either header; empty if there is none. */
  String credential() {
    String header = headers.get("x-api-key");
    if (header != null) {
      return header.strip();
    }
    String authorization = headers.get("authorization");
    return authorization != null && authorization.startsWith("Bearer ")
        ? authorization.substring("Bearer ".length()).strip()
        : "";
  }

  boolean is(String wantedMethod, String wantedPath) {
    return method.equals(wantedMethod) && path.equals(wantedPath);
  }
}
