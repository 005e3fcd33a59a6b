package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One provider, listening. */
final class ProviderServer {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderServer.class);

  /** What both providers accept in one request. */
  private static final int MAX_BODY_BYTES = 32 << 20;

  /** A body over this is read off the event loop, so that it delays no other stream. */
  private static final int LARGE_BODY_BYTES = 256 << 10;

  private final Vertx vertx;
  private final Provider provider;
  private final Api api;
  private final Identifiers identifiers;
  private final SandboxOptions options;
  private final Tally tally;
  private final Consumer<Seen> witness;
  private final HttpServer server;

  ProviderServer(
      Vertx vertx,
      Provider provider,
      Api api,
      Identifiers identifiers,
      SandboxOptions options,
      Tally tally,
      Consumer<Seen> witness) {
    this.vertx = vertx;
    this.provider = provider;
    this.api = api;
    this.identifiers = identifiers;
    this.options = options;
    this.tally = tally;
    this.witness = witness;
    this.server =
        vertx
            .createHttpServer(new HttpServerOptions().setMaxHeaderSize(64 << 10))
            .requestHandler(this::receive);
  }

  Future<HttpServer> listen(int port) {
    return server.listen(port, "127.0.0.1");
  }

  int port() {
    return server.actualPort();
  }

  Future<Void> close() {
    return server.close();
  }

  private void receive(HttpServerRequest request) {
    Buffer body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() <= MAX_BODY_BYTES) {
        body.appendBuffer(chunk);
      }
    });
    request.exceptionHandler(_ -> LOG.debug("a caller left before its request was whole"));
    request.endHandler(_ -> {
      Incoming incoming =
          new Incoming(
              requestId(),
              request.method().name(),
              Objects.requireNonNullElse(request.path(), ""),
              request.params(),
              request.headers(),
              body);
      if (body.length() > MAX_BODY_BYTES) {
        send(request, incoming, api.tooLarge(incoming));
      } else if (body.length() > LARGE_BODY_BYTES) {
        vertx
            .executeBlocking(() -> answer(incoming), false)
            .onComplete(
                reply -> send(request, incoming, reply),
                _ -> send(request, incoming, api.broken(incoming)));
      } else {
        send(request, incoming, answer(incoming));
      }
    });
  }

  private String requestId() {
    return switch (provider) {
      case ANTHROPIC -> identifiers.anthropic("req");
      case OPENAI -> identifiers.hexadecimal("req_", 32);
    };
  }

  private Reply answer(Incoming incoming) {
    try {
      return api.answer(incoming);
    } catch (RuntimeException e) {
      LOG.warn("The sandbox could not answer {} {}", incoming.method(), incoming.path(), e);
      return api.broken(incoming);
    }
  }

  private void send(HttpServerRequest request, Incoming incoming, Reply reply) {
    long number = tally.next();
    String credential = incoming.credential();
    Seen seen =
        new Seen(
            number,
            provider,
            incoming.path(),
            incoming.requestId(),
            incoming.headers().get("x-sandbox-tag"),
            credential.substring(Math.max(0, credential.length() - 4)),
            reply.model(),
            reply.status(),
            reply.usage(),
            Seen.State.RUNNING);
    tally.add(seen);
    witness.accept(seen);
    api.commonHeaders().forEach(request.response()::putHeader);
    request
        .response()
        .putHeader(
            provider == Provider.ANTHROPIC ? "request-id" : "x-request-id", incoming.requestId());
    new Transmission(vertx, request, options, reply, state -> tally.end(number, state)).start();
  }
}
