package dev.purser.gateway;

import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;

/** One event loop's connections to one provider. No redirect is followed. */
final class Upstream {
  /** Below what providers and the balancers before them keep an idle connection for. */
  private static final int IDLE_SECONDS = 30;

  private static final int CHUNK_BYTES = 64 * 1024;

  private final Provider provider;
  private final HttpClient client;
  private final String basePath;
  private final int maxConnections;
  private final int maxHeaderBytes;
  private int openConnections;

  Upstream(
      Vertx vertx,
      Provider provider,
      URI url,
      GatewayConfiguration configuration,
      int maxConnections) {
    this.provider = provider;
    this.maxConnections = maxConnections;
    this.maxHeaderBytes = configuration.maxHeaderBytes();
    boolean tls = "https".equals(url.getScheme());
    this.basePath = url.getRawPath() == null ? "" : url.getRawPath();
    this.client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setDefaultHost(url.getHost())
                    .setDefaultPort(url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80)
                    .setSsl(tls)
                    .setConnectTimeout((int) configuration.connectTimeout().toMillis())
                    .setKeepAliveTimeout(IDLE_SECONDS)
                    .setDecompressionSupported(false))
            .with(
                new PoolOptions()
                    .setHttp1MaxSize(maxConnections)
                    .setMaxWaitQueueSize(maxConnections))
            .withConnectHandler(this::opened)
            .build();
  }

  private void opened(HttpConnection connection) {
    AnswerGuard.install(
        connection,
        provider,
        new HttpDecoderConfig().setMaxHeaderSize(maxHeaderBytes).setMaxChunkSize(CHUNK_BYTES));
    openConnections++;
    connection.closeHandler(_ -> openConnections--);
  }

  /** Whether a call that has no connection yet waits for that of another call. */
  boolean allInUse() {
    return openConnections >= maxConnections;
  }

  /** A request on a connection of its own, of which no byte has been sent. */
  Future<HttpClientRequest> connect(String pathAndQuery) {
    return client.request(
        new RequestOptions().setMethod(HttpMethod.POST).setURI(basePath + pathAndQuery));
  }

  /** Puts the provider's key in, in the header where this provider expects it. */
  void authorize(HttpClientRequest request, Secret providerKey) {
    switch (provider) {
      case ANTHROPIC -> request.putHeader("x-api-key", providerKey.reveal());
      case OPENAI -> request.putHeader("authorization", "Bearer " + providerKey.reveal());
    }
  }
}
