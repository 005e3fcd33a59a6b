package dev.purser;

import dev.purser.gateway.Gateway;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/**
 * One event loop's share of the port: what is the gateway's goes there, everything else to the
 * management API and the pages.
 */
final class Listener extends VerticleBase {
  private final Gateway gateway;
  private final Router router;
  private final String host;
  private final int port;

  Listener(Gateway gateway, Router router, String host, int port) {
    this.gateway = gateway;
    this.router = router;
    this.host = host;
    this.port = port;
  }

  @Override
  public Future<?> start() {
    Handler<HttpServerRequest> calls = gateway.handler();
    return gateway
        .guarded(vertx.createHttpServer(gateway.serverOptions().setHost(host).setPort(port)))
        .requestHandler(request -> {
          if (Gateway.claims(request)) {
            calls.handle(request);
          } else {
            router.handle(request);
          }
        })
        .listen();
  }
}
