package dev.purser.promises;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;

/** Many programs that call at once, each on a connection of its own. */
final class Crowd implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;

  /**
   * Nobody calls yet.
   *
   * @param most so many at once
   */
  Crowd(int most) {
    client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(30_000),
            new PoolOptions().setHttp1MaxSize(most));
  }

  /**
   * What a caller got, whole.
   *
   * @param requestId the provider's own name for the call
   * @param maxTokens the output limit that a strict budget lowered it to; empty if it did not
   */
  record Answer(
      String tag, int status, String callId, String requestId, String maxTokens, String text) {}

  /**
   * One call.
   *
   * @param tag that the sandbox sees
   */
  Future<Answer> call(String purser, String virtualKey, String path, String body, String tag) {
    URI url = URI.create(purser);
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(url.getHost())
                .setPort(url.getPort())
                .setURI(path)
                .putHeader("authorization", "Bearer " + virtualKey)
                .putHeader("content-type", "application/json")
                .putHeader("anthropic-version", "2023-06-01")
                .putHeader("x-sandbox-tag", tag))
        .compose(request -> request.send(Buffer.buffer(body)))
        .compose(response -> {
          Buffer text = Buffer.buffer();
          response.handler(text::appendBuffer);
          String requestId = path.equals("/v1/messages") ? "request-id" : "x-request-id";
          String maxTokens = response.getHeader("x-purser-max-tokens");
          return response
              .end()
              .map(ended ->
                  new Answer(
                      tag,
                      response.statusCode(),
                      String.valueOf(response.getHeader("x-purser-call-id")),
                      String.valueOf(response.getHeader(requestId)),
                      maxTokens == null ? "" : maxTokens,
                      text.toString()));
        });
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
