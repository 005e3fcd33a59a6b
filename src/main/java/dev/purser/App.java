package dev.purser;

import dev.purser.api.Api;
import dev.purser.api.ApiParts;
import dev.purser.cli.CommandFailure;
import dev.purser.config.Settings;
import dev.purser.gateway.Gateway;
import dev.purser.ledger.Ledger;
import dev.purser.ledger.PriceKeeper;
import dev.purser.ledger.Releases;
import dev.purser.ledger.Repricer;
import dev.purser.people.AccessTokens;
import dev.purser.people.NoticesTold;
import dev.purser.people.OneTimeLinks;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.Users;
import dev.purser.pricing.Prices;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.reports.BudgetOutlookStore;
import dev.purser.reports.StrictStateStore;
import dev.purser.storage.DataDirectory;
import dev.purser.storage.Database;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.vault.KeyChecks;
import dev.purser.web.SignInLinks;
import dev.purser.web.Web;
import dev.purser.web.WebParts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving process: every object that it is made of, built by hand and in order, closed in the
 * reverse order.
 */
public final class App implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(App.class);

  private static final Duration LAST_USES = Duration.ofMinutes(1);
  private static final Duration PRICE_REFRESH = Duration.ofSeconds(5);
  private static final Duration START_MOST = Duration.ofSeconds(30);
  private static final Duration STOP_MOST = Duration.ofSeconds(20);
  private static final int BACKLOG = 50;

  private final AppConfiguration configuration;
  private final Rooms rooms;
  private final Ledger ledger;
  private final Prices prices;
  private final Gateway gateway;
  private final Vertx vertx;
  private final SignInLinks signInLinks;
  private final PublicAddress address;
  private final int port;

  /** What is open, the last opened first. */
  private final Deque<AutoCloseable> open;

  private App(
      Settings settings,
      InstantSource clock,
      Overspend.@Nullable Setup overspending,
      Deque<AutoCloseable> open) {
    this.open = open;
    configuration = AppConfiguration.read(settings);
    port = freePort(configuration.host(), configuration.port());
    address =
        PublicAddress.of(configuration.publicUrl().map(URI::toString), configuration.host(), port);

    DataDirectory directory =
        DataDirectory.open(configuration.dataDirectory(), configuration.allowOpenFiles());
    if (configuration.database() instanceof DatabaseConfiguration.Sqlite) {
      open.push(directory.lock());
    }
    rooms = Rooms.open(configuration, clock);
    open.push(rooms);
    prices = Prices.open(rooms.priceStore(), new Repricer(clock), PRICE_REFRESH);
    open.push(prices);
    ledger =
        Ledger.start(
            rooms.database(),
            configuration.ledger(),
            clock,
            new PriceKeeper() {
              @Override
              public String totalsModel(Provider provider, String model) {
                return prices.current().knows(provider, model) ? model : Ledger.UNKNOWN_MODEL;
              }

              @Override
              public void bookedUnseen() {
                prices.bookedUnseen();
              }
            });
    open.push(ledger);
    open.push(rooms.virtualKeys()::writeLastUses);
    KeyCheck keyCheck = new KeyCheck(configuration.providers());
    open.push(keyCheck);
    KeyChecks keyChecks = new KeyChecks(keyCheck);

    int eventLoops = Runtime.getRuntime().availableProcessors();
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                // Linux's own takes less of the processor than Java's; elsewhere there is Java's.
                .setPreferNativeTransport(true));
    open.push(() -> await("stop the event loops", vertx.close(), STOP_MOST));
    vertx.setPeriodic(
        LAST_USES.toMillis(),
        timer -> vertx.executeBlocking(Executors.callable(rooms.virtualKeys()::writeLastUses)));
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Gauge.builder("purser.ledger.log", rooms.database(), Database::logBytes)
        .baseUnit("bytes")
        .description("Length of SQLite's write-ahead log; 0 with PostgreSQL")
        .register(meters);
    gateway =
        new Gateway(
            configuration.gateway(),
            new Gateway.Rooms(
                configuration.providers(),
                rooms.virtualKeys(),
                rooms.vault(),
                ledger,
                prices,
                rooms.ids(),
                clock,
                meters),
            address.url(),
            eventLoops);
    Sessions sessions = new Sessions(rooms.database(), clock, rooms.random());
    signInLinks =
        new SignInLinks(new OneTimeLinks(rooms.database(), clock, rooms.random()), rooms.random());
    Releases releases = new Releases(rooms.database(), clock);
    Overspend overspend =
        overspending == null ? null : Overspend.of(rooms, address.url(), overspending);
    if (overspend != null) {
      open.push(overspend);
    }
    Router router = Router.router(vertx);
    Api.mount(
        router,
        vertx,
        new ApiParts(
            address,
            rooms.users(),
            sessions,
            rooms.accessTokens(),
            rooms.spaces(),
            rooms.agents(),
            rooms.virtualKeys(),
            rooms.vault(),
            keyChecks,
            rooms.usageSummaries(),
            rooms.dailyUsage(),
            rooms.calls(),
            new StrictStateStore(rooms.database()),
            releases,
            prices::current,
            this::notReadyBecause,
            meters,
            clock));
    Web.mount(
        router,
        vertx,
        new WebParts(
            address,
            configuration.trustedProxies(),
            rooms.users(),
            sessions,
            signInLinks,
            rooms.accessTokens(),
            rooms.spaces(),
            rooms.agents(),
            rooms.virtualKeys(),
            rooms.vault(),
            keyChecks,
            rooms.usageSummaries(),
            rooms.dailyUsage(),
            rooms.monthUsage(),
            rooms.agentUsage(),
            rooms.calls(),
            new BudgetOutlookStore(rooms.database()),
            new NoticesTold(rooms.database()),
            releases,
            prices::current,
            prices,
            clock,
            rooms.random(),
            overspend == null ? null : overspend.forPage()));
    List<Future<String>> listening = new ArrayList<>();
    for (int i = 0; i < eventLoops; i++) {
      listening.add(
          vertx.deployVerticle(new Listener(gateway, router, configuration.host(), port)));
    }
    await("listen on port " + port, Future.all(listening), START_MOST);
    askItself();
  }

  /** Reads what is set, in the environment and in {@code purser.properties} of this directory. */
  public static Settings settings(Map<String, String> environment, Path directory) {
    return Settings.read(
        environment,
        directory.resolve("purser.properties"),
        AppConfiguration.NAMES,
        AppConfiguration.SECRETS);
  }

  /**
   * Starts, and returns when calls are answered. What it had opened is closed again if it fails.
   */
  public static App start(Settings settings, InstantSource clock) {
    return start(settings, clock, null);
  }

  /** The same with what only the demo has. */
  static App start(Settings settings, InstantSource clock, Overspend.@Nullable Setup overspending) {
    Deque<AutoCloseable> open = new ArrayDeque<>();
    try {
      return new App(settings, clock, overspending, open);
    } catch (RuntimeException e) {
      closeAll(open);
      throw e;
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  public Users users() {
    return rooms.users();
  }

  public AccessTokens accessTokens() {
    return rooms.accessTokens();
  }

  String logLevel() {
    return configuration.logLevel();
  }

  Rooms rooms() {
    return rooms;
  }

  Ledger ledger() {
    return ledger;
  }

  Prices prices() {
    return prices;
  }

  PublicAddress address() {
    return address;
  }

  /** A link that signs this user in once. */
  public URI signInLink(String userId) {
    return address.url().resolve(signInLinks.make(userId));
  }

  /** A link to where the first user is made, which works in this process until there is one. */
  public URI setupLink() {
    return address.url().resolve(signInLinks.makeSetup());
  }

  /** As SIGTERM asks: running calls finish as far as the configured patience goes. */
  void stop() {
    stop(configuration.drain());
  }

  /** At once: running calls are cut and booked as estimated. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  private void stop(Duration patience) {
    try {
      await("end the running calls", gateway.drain(vertx, patience), patience.plus(STOP_MOST));
    } finally {
      closeAll(open);
    }
  }

  private Optional<String> notReadyBecause() {
    if (gateway.draining()) {
      return Optional.of("Purser is stopping");
    }
    Optional<String> lost = rooms.database().lost();
    return lost.isPresent() || ledger.health().ready()
        ? lost
        : Optional.of("the ledger cannot write to its database");
  }

  /** The port, or a free one for 0; said before anything is opened if it cannot be had. */
  private static int freePort(String host, int port) {
    try (ServerSocket probe = new ServerSocket(port, BACKLOG, InetAddress.getByName(host))) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new CommandFailure(
          ("cannot listen on port %d of %s (%s): stop what uses it, or choose another with"
                  + " PURSER_PORT or PURSER_HOST")
              .formatted(port, host, e.getMessage()));
    }
  }

  /**
   * The first request: it loads what serves requests, and the limit on connections holds from it
   * on, before anybody else comes.
   */
  private void askItself() {
    try (Socket socket = new Socket()) {
      InetAddress host = InetAddress.getByName(configuration.host());
      InetAddress reachable = host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host;
      socket.setSoTimeout((int) START_MOST.toMillis());
      socket.connect(new InetSocketAddress(reachable, port), (int) START_MOST.toMillis());
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      var _ = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      log.warn("Purser could not be asked by itself whether it is there: {}", e.getMessage());
    }
  }

  private static void await(String what, Future<?> future, Duration most) {
    try {
      future.await(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure("could not " + what + " within " + most.toSeconds() + " s");
    } catch (Exception e) {
      // A future fails with what it failed with, checked or not.
      throw new CommandFailure("could not " + what + ": " + e.getMessage());
    }
  }

  private static void closeAll(Deque<AutoCloseable> open) {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        log.warn("closing failed: {}", e.getMessage());
      }
    }
  }
}
