package dev.purser.gateway;

import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Ledger;
import dev.purser.pricing.Prices;
import dev.purser.pricing.Provider;
import dev.purser.providers.CallError;
import dev.purser.storage.Ids;
import dev.purser.vault.Vault;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's share of the gateway: its connections to the providers, and its calls. Nothing
 * in here is touched by another thread, but for what it is given to {@linkplain #hear hear}.
 */
final class Lane implements Handler<HttpServerRequest> {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  /** How often running calls are looked at. */
  static final long LOOK_MILLIS = 50;

  private final Gateway gateway;
  private final Context context;
  private final Queue<Runnable> heard = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean hearing = new AtomicBoolean();
  private final Map<Provider, Upstream> upstreams = new EnumMap<>(Provider.class);
  private final Set<Running> running = new LinkedHashSet<>();
  private final KeyVerdicts keyVerdicts;

  /**
   * @param context of this event loop
   * @param share how many connections it may have to each provider
   */
  Lane(Gateway gateway, Context context, int share) {
    this.gateway = gateway;
    this.context = context;
    this.keyVerdicts =
        new KeyVerdicts(
            context.owner(), gateway.rooms().vault(), gateway.rooms().clock(), gateway.errors());
    for (Provider provider : Provider.values()) {
      upstreams.put(
          provider,
          new Upstream(
              context.owner(),
              provider,
              gateway.rooms().addresses().of(provider),
              gateway.configuration(),
              share));
    }
    context.owner().setPeriodic(LOOK_MILLIS, _ -> look());
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    Route route = path == null ? null : Route.of(request.method().name(), path);
    if (route == null) {
      route = new Route.NotMetered(null);
    }
    if (gateway.draining()) {
      refuse(request, route, errors().shuttingDown());
      return;
    }
    if ("websocket".equalsIgnoreCase(request.getHeader("upgrade"))) {
      refuse(request, route, errors().upgradeRefused());
      return;
    }
    switch (route) {
      case Route.Metered(var dialect) -> new Call(this, request, dialect).begin();
      case Route.Counter(Provider provider) -> new FreeCall(this, request, provider).count();
      case Route.Models _ -> new FreeCall(this, request, shape(request, route)).models(null);
      case Route.Model(_, String name) ->
          new FreeCall(this, request, shape(request, route)).models(name);
      case Route.Alive _ -> client(request, route).answerAlive();
      case Route.WrongPath(_, String rightPath) ->
          refuse(request, route, errors().wrongPath(rightPath));
      case Route.WrongMethod(_, String rightMethod) -> {
        request.response().putHeader("allow", rightMethod);
        refuse(request, route, errors().wrongMethod(rightMethod));
      }
      case Route.Free _ -> refuse(request, route, errors().freeAndNotServed());
      case Route.NotMetered _ -> refuse(request, route, errors().notMetered());
    }
  }

  private void refuse(HttpServerRequest request, Route route, CallError error) {
    client(request, route).refuse(error, null, false);
  }

  private Client client(HttpServerRequest request, Route route) {
    return new Client(this, request, shape(request, route), () -> {});
  }

  /**
   * Whose errors and lists the client understands. Anthropic's clients always send their version,
   * and alone send their key in this header.
   */
  static Provider shape(HttpServerRequest request, Route route) {
    Provider told = route.shape();
    if (told != null) {
      return told;
    }
    boolean listed = route instanceof Route.Models || route instanceof Route.Model;
    return request.headers().contains("anthropic-version")
            || (!listed && request.headers().contains("x-api-key"))
        ? Provider.ANTHROPIC
        : Provider.OPENAI;
  }

  private void look() {
    long nowNanos = System.nanoTime();
    gateway.clients().closeLate(nowNanos);
    if (!running.isEmpty()) {
      for (Running call : running.toArray(new Running[0])) {
        call.look(nowNanos);
      }
    }
  }

  /** Ends all calls at once. */
  void cutShort() {
    context.runOnContext(_ -> {
      for (Running call : running.toArray(new Running[0])) {
        call.cutShort();
      }
    });
  }

  /**
   * Brings what another thread completes back to this event loop. The ledger answers a batch of
   * calls at once: they share one wake-up of the loop, which costs a system call.
   */
  <T> void hear(CompletableFuture<T> answer, BiConsumer<@Nullable T, @Nullable Throwable> next) {
    var _ =
        answer.whenComplete((value, failure) -> {
          heard.add(() -> next.accept(value, failure));
          if (hearing.compareAndSet(false, true)) {
            context.runOnContext(_ -> goOn());
          }
        });
  }

  private void goOn() {
    do {
      for (Runnable next = heard.poll(); next != null; next = heard.poll()) {
        try {
          next.run();
        } catch (RuntimeException | Error e) {
          log.error("a call could not go on", e);
        }
      }
      // Only now: what was heard meanwhile needed no wake-up, since this loop was awake.
      hearing.set(false);
    } while (!heard.isEmpty() && hearing.compareAndSet(false, true));
  }

  void started(Running call) {
    running.add(call);
    gateway.running().incrementAndGet();
  }

  void ended(Running call) {
    if (running.remove(call)) {
      gateway.running().decrementAndGet();
    }
  }

  /** The region of a provider's address, whose prices hold; null if those of no region do. */
  @Nullable String region(Provider provider) {
    return gateway.rooms().addresses().region(provider);
  }

  Upstream upstream(Provider provider) {
    Upstream upstream = upstreams.get(provider);
    if (upstream == null) {
      throw new IllegalStateException("no connections to " + provider);
    }
    return upstream;
  }

  Context context() {
    return context;
  }

  Vertx vertx() {
    return context.owner();
  }

  GatewayConfiguration configuration() {
    return gateway.configuration();
  }

  /** After how long a silence the client of an event stream gets a sign of life. */
  long keepAliveNanos() {
    return gateway.keepAlive().toNanos();
  }

  CallErrors errors() {
    return gateway.errors();
  }

  Bodies bodies() {
    return gateway.bodies();
  }

  Standings standings() {
    return gateway.standings();
  }

  GatewayMetrics metrics() {
    return gateway.metrics();
  }

  Ledger ledger() {
    return gateway.rooms().ledger();
  }

  AnswersWithoutEntry answersWithoutEntry() {
    return gateway.answersWithoutEntry();
  }

  KeyVerdicts keyVerdicts() {
    return keyVerdicts;
  }

  Vault vault() {
    return gateway.rooms().vault();
  }

  VirtualKeys virtualKeys() {
    return gateway.rooms().virtualKeys();
  }

  Prices prices() {
    return gateway.rooms().prices();
  }

  Ids ids() {
    return gateway.rooms().ids();
  }

  InstantSource clock() {
    return gateway.rooms().clock();
  }
}
