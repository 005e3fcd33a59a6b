package dev.purser.promises;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * A provider that takes every key, and answers as a test tells it to. Unlike the sandbox it reads
 * no body, so that it has no work of its own.
 */
final class PlainProvider implements AutoCloseable {
  private static final String NO_MODELS =
      """
      {"data":[],"has_more":false,"first_id":null,"last_id":null}\
      """;

  private final HttpServer server;

  /**
   * @param answer to every request but that for the models; called when the request has come whole
   */
  PlainProvider(Vertx vertx, Handler<HttpServerRequest> answer) {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              if ("/v1/models".equals(request.path())) {
                request.response().putHeader("content-type", "application/json").end(NO_MODELS);
              } else {
                request.endHandler(_ -> answer.handle(request));
              }
            })
            .listen(0, "127.0.0.1")
            .await();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** Begins a stream of events. */
  static HttpServerResponse stream(HttpServerRequest request, String model) {
    HttpServerResponse response =
        request.response().setChunked(true).putHeader("content-type", "text/event-stream");
    response.write(
        event(
            """
            {"type":"message_start","message":{"type":"message","role":"assistant","model":"%s",\
            "usage":{"input_tokens":7,"output_tokens":1}}}\
            """
                .formatted(model)));
    return response;
  }

  /** Ends it. */
  static void end(HttpServerResponse response, long outputTokens) {
    response.write(
        event(
            """
            {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":%d}}\
            """
                .formatted(outputTokens)));
    response.end(event("{\"type\":\"message_stop\"}"));
  }

  /** The answer in one piece. */
  static void answer(HttpServerRequest request, String model, long outputTokens) {
    request
        .response()
        .putHeader("content-type", "application/json")
        .end(
            """
            {"type":"message","role":"assistant","model":"%s","content":[],"stop_reason":"end_turn",\
            "usage":{"input_tokens":7,"output_tokens":%d}}\
            """
                .formatted(model, outputTokens));
  }

  static Buffer event(String json) {
    return Buffer.buffer("data: " + json + "\n\n");
  }

  @Override
  public void close() {
    server.close().await();
  }
}
