package dev.purser.gateway;

import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Ledger;
import dev.purser.pricing.Prices;
import dev.purser.providers.ProviderAddresses;
import dev.purser.storage.Ids;
import dev.purser.vault.Vault;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The data plane. Each event loop that serves it has a handler of its own ({@link #handler}); what
 * they share is here, and safe for all of them.
 */
public final class Gateway {
  /** How often a stop looks whether the last call has ended, and how long it waits for the cut. */
  private static final long DRAIN_LOOK_MILLIS = 25;

  private static final long CUT_MILLIS = 5_000;

  /** Proxies give up after a minute of silence by default, some clients after five. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private final GatewayConfiguration configuration;
  private final Rooms rooms;
  private final int eventLoops;
  private final Duration keepAlive;
  private final CallErrors errors;
  private final Bodies bodies;
  private final ClientConnections clients;
  private final Standings standings;
  private final GatewayMetrics metrics;
  private final AnswersWithoutEntry answersWithoutEntry;
  private final AtomicInteger running = new AtomicInteger();
  private final List<Lane> lanes = new CopyOnWriteArrayList<>();
  private volatile boolean draining;

  /**
   * What the gateway asks of other rooms.
   *
   * @param addresses where the providers are called
   * @param prices in force; a call keeps the list that it was admitted with
   */
  public record Rooms(
      ProviderAddresses addresses,
      VirtualKeys virtualKeys,
      Vault vault,
      Ledger ledger,
      Prices prices,
      Ids ids,
      InstantSource clock,
      MeterRegistry meters) {}

  /**
   * Opens nothing yet: connections are made by the calls.
   *
   * @param pages where people open Purser's pages, which errors link to
   * @param eventLoops how many of them will ask for a handler
   */
  public Gateway(GatewayConfiguration configuration, Rooms rooms, URI pages, int eventLoops) {
    this(configuration, rooms, pages, eventLoops, KEEP_ALIVE);
  }

  Gateway(
      GatewayConfiguration configuration,
      Rooms rooms,
      URI pages,
      int eventLoops,
      Duration keepAlive) {
    this.keepAlive = keepAlive;
    this.configuration = configuration;
    this.rooms = rooms;
    this.eventLoops = eventLoops;
    this.errors = new CallErrors(pages, configuration.maxBodyBytes());
    this.bodies = new Bodies(configuration.maxBodiesBytes());
    this.clients =
        new ClientConnections(
            configuration.maxClients(),
            configuration.headTimeout(),
            configuration.formTimeout(),
            configuration.idleTimeout());
    this.standings = new Standings(rooms.virtualKeys(), rooms.vault(), rooms.ledger());
    this.answersWithoutEntry = new AnswersWithoutEntry(rooms.clock());
    this.metrics = new GatewayMetrics(rooms.meters(), running);
  }

  /** Whether a request is the gateway's to answer. */
  public static boolean claims(HttpServerRequest request) {
    String path = request.path();
    return path != null && Route.of(request.method().name(), path) != null;
  }

  /** What a server needs so that the limits hold. */
  public HttpServerOptions serverOptions() {
    Duration silence =
        configuration.headersTimeout().compareTo(configuration.betweenBytesTimeout()) > 0
            ? configuration.headersTimeout()
            : configuration.betweenBytesTimeout();
    return new HttpServerOptions()
        .setMaxHeaderSize(configuration.maxHeaderBytes())
        .setMaxInitialLineLength(8 * 1024)
        .setMaxChunkSize(64 * 1024)
        // Longer than any wait for a provider, in which a client's connection is silent, too.
        .setIdleTimeout((int) silence.plusSeconds(30).toSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setHttp2ClearTextEnabled(false)
        // Nobody speaks WebSocket here: without this, every message passes handlers for it.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setHandle100ContinueAutomatically(false);
  }

  /** The same server, whose connections are guarded and counted; on every route. */
  public HttpServer guarded(HttpServer server) {
    return server
        .connectionHandler(connection -> {
          Framing.install(connection);
          clients.opened(connection);
        })
        .invalidRequestHandler(
            request -> new Malformed(rooms.ids().next(), answersWithoutEntry).refuse(request));
  }

  /** Every connection of a client. */
  ClientConnections clients() {
    return clients;
  }

  /** The handler of one event loop; to be called on it, once. */
  public Handler<HttpServerRequest> handler() {
    Context context = Vertx.currentContext();
    if (context == null || !context.isEventLoopContext()) {
      throw new IllegalStateException("a gateway's handler belongs to an event loop");
    }
    Lane lane = new Lane(this, context, Math.max(1, configuration.maxConnections() / eventLoops));
    lanes.add(lane);
    return lane;
  }

  /** Whether new calls are refused because the process stops. */
  public boolean draining() {
    return draining;
  }

  /**
   * Refuses new calls, waits for those under way, and cuts what is left after the patience.
   *
   * @return when no call is left
   */
  public Future<Void> drain(Vertx vertx, Duration patience) {
    draining = true;
    Promise<Void> drained = Promise.promise();
    long cutNanos = System.nanoTime() + patience.toNanos();
    long endNanos = cutNanos + TimeUnit.MILLISECONDS.toNanos(CUT_MILLIS);
    boolean[] cut = {false};
    vertx.setPeriodic(
        DRAIN_LOOK_MILLIS,
        timer -> {
          long nowNanos = System.nanoTime();
          if (running.get() == 0 || nowNanos - endNanos >= 0) {
            vertx.cancelTimer(timer);
            drained.tryComplete();
          } else if (!cut[0] && nowNanos - cutNanos >= 0) {
            cut[0] = true;
            lanes.forEach(Lane::cutShort);
          }
        });
    return drained.future();
  }

  GatewayConfiguration configuration() {
    return configuration;
  }

  Duration keepAlive() {
    return keepAlive;
  }

  Rooms rooms() {
    return rooms;
  }

  CallErrors errors() {
    return errors;
  }

  Bodies bodies() {
    return bodies;
  }

  Standings standings() {
    return standings;
  }

  GatewayMetrics metrics() {
    return metrics;
  }

  AnswersWithoutEntry answersWithoutEntry() {
    return answersWithoutEntry;
  }

  AtomicInteger running() {
    return running;
  }
}
