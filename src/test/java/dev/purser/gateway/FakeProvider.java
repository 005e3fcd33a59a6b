package dev.purser.gateway;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider over real HTTP that answers as a test tells it to, and keeps what it was sent. */
final class FakeProvider implements AutoCloseable {
  private final HttpServer server;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger closed = new AtomicInteger();
  private volatile Handler<HttpServerRequest> answer = request -> request.response().end("{}");

  /** A request as it came in, header names in lower case. */
  record Received(String uri, Map<String, String> headers, Buffer body) {}

  FakeProvider(Vertx vertx) {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(64 * 1024))
            .requestHandler(request -> {
              request.connection().closeHandler(gone -> closed.incrementAndGet());
              Map<String, String> headers = new HashMap<>();
              request
                  .headers()
                  .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
              request
                  .body()
                  .onSuccess(body -> {
                    received.add(new Received(request.uri(), headers, body));
                    answer.handle(request);
                  });
            })
            .listen(0, "127.0.0.1")
            .await();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  void answers(Handler<HttpServerRequest> handler) {
    answer = handler;
  }

  void answersJson(String json) {
    answer = request -> request.response().putHeader("content-type", "application/json").end(json);
  }

  List<Received> received() {
    return received;
  }

  Received last() {
    return received.getLast();
  }

  /** How many connections have been closed. */
  int closed() {
    return closed.get();
  }

  @Override
  public void close() {
    server.close().await();
  }
}
