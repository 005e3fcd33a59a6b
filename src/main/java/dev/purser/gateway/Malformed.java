package dev.purser.gateway;

import dev.purser.providers.CallError;
import dev.purser.providers.ErrorBody;
import dev.purser.providers.ErrorCode;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * The answer to a request that is not well-formed HTTP. Its connection is closed, since nobody
 * knows where the next request begins.
 *
 * @param id by which the answer is found in the log
 * @param answers where that is written
 */
record Malformed(String id, AnswersWithoutEntry answers) {
  void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status =
        switch (cause) {
          case TooLongHttpLineException _ -> 414;
          case TooLongHttpHeaderException _ -> 431;
          default -> 400;
        };
    String message =
        switch (status) {
          case 414 -> "The address of the request is too long.";
          case 431 -> "The headers of the request are larger than PURSER_MAX_HEADER_BYTES.";
          default ->
              cause instanceof Framing.Flaw flaw
                  ? String.valueOf(flaw.getMessage())
                  : "The request is not well-formed HTTP.";
        };
    answers.note(id, status, message);
    CallError error =
        CallError.of(
            ErrorCode.REQUEST_MALFORMED,
            message,
            "Look at the program that sent it, or at a proxy between it and Purser");
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .putHeader("connection", "close")
        .putHeader("x-should-retry", "false")
        .putHeader("x-purser-call-id", id)
        .putHeader("x-purser-origin", "purser")
        .end(
            Buffer.buffer(
                ErrorBody.of(Lane.shape(request, new Route.NotMetered(null)), error, id)));
    request.connection().close();
  }
}
