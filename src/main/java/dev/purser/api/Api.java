package dev.purser.api;

import static java.util.stream.Collectors.joining;

import dev.purser.people.User;
import dev.purser.storage.StorageException;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JSON management API over HTTP. Requests are read on the event loop and answered on threads of
 * their own, in plain straight-line code.
 */
public final class Api {
  private static final Logger log = LoggerFactory.getLogger(Api.class);

  private static final long MAX_BODY_BYTES = 64 * 1024;
  private static final int THREADS = 16;

  /** Each space waits for a provider on one of them at most. */
  private static final int THREADS_THAT_ASK_PROVIDERS = 32;

  /** Vert.x warns of work that takes longer. An API key's check gives up before. */
  private static final long SLOWEST_SECONDS = 120;

  private static final int MAX_WAITING = 256;

  /** No answer is a page. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; frame-ancestors 'none'";

  private final List<Route> routes;
  private final Authentication authentication;
  private final Pool others;
  private final Pool checks;

  private Api(List<Route> routes, Authentication authentication, Pool others, Pool checks) {
    this.routes = routes;
    this.authentication = authentication;
    this.others = others;
    this.checks = checks;
  }

  /** Threads for one sort of request, and how many of those there are. */
  private record Pool(WorkerExecutor threads, AtomicInteger requests) {
    static Pool of(Vertx vertx, String name, int threads) {
      return new Pool(
          vertx.createSharedWorkerExecutor(name, threads, SLOWEST_SECONDS, TimeUnit.SECONDS),
          new AtomicInteger());
    }
  }

  /** Adds {@code /api}, {@code /health} and {@code /metrics} to a router. */
  public static void mount(Router router, Vertx vertx, ApiParts parts) {
    Authentication authentication =
        new Authentication(parts.users(), parts.accessTokens(), parts.sessions(), parts.address());
    new Api(
            Routes.of(parts),
            authentication,
            Pool.of(vertx, "purser-api", THREADS),
            Pool.of(vertx, "purser-api-checks", THREADS_THAT_ASK_PROVIDERS))
        .mount(router);
  }

  private void mount(Router router) {
    BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES);
    for (Route route : routes) {
      io.vertx.ext.web.Route mounted = router.route(route.method(), route.routerPath());
      if (route.method().equals(HttpMethod.GET)) {
        mounted.method(HttpMethod.HEAD);
      }
      mounted.handler(body).handler(context -> answer(route, context)).failureHandler(Api::failed);
    }
    // Without this the router itself answers, and logs every such request with a stack trace.
    router.errorHandler(400, context -> send(context, undecodable()));
    for (String rest : List.of("/api/*", "/health/*", "/metrics")) {
      router.route(rest).handler(this::unrouted).failureHandler(Api::failed);
    }
  }

  private void answer(Route route, RoutingContext context) {
    if (route.probe()) {
      // Not behind those who wait for a provider or the database: whoever asks may restart Purser.
      send(context, answerTo(route, context));
      return;
    }
    Pool pool = route.asksProvider() ? checks : others;
    if (pool.requests().incrementAndGet() > MAX_WAITING) {
      pool.requests().decrementAndGet();
      send(context, refused(ProblemCode.OVERLOADED, "try again in a moment"));
      return;
    }
    pool.threads()
        .executeBlocking(() -> answerTo(route, context), false)
        .onComplete(done -> {
          pool.requests().decrementAndGet();
          send(
              context,
              done.succeeded()
                  ? done.result()
                  : refused(ProblemCode.INTERNAL, "Purser is stopping"));
        });
  }

  private ApiAnswer answerTo(Route route, RoutingContext context) {
    try {
      return route.handler().apply(read(route, context));
    } catch (Problem.RefusedException e) {
      return new ApiAnswer.Refused(e.problem());
    } catch (StorageException e) {
      log.warn("{} {}: {}", route.method(), route.path(), e.getMessage());
      return refused(ProblemCode.STORAGE_UNAVAILABLE, "nothing was changed; try again in a moment");
    } catch (RuntimeException e) {
      log.error("{} {} failed", route.method(), route.path(), e);
      return refused(ProblemCode.INTERNAL, "the server's log says more");
    }
  }

  /** Host, then credential, then what the request says: the first thing wrong is answered. */
  private ApiRequest read(Route route, RoutingContext context) {
    HttpServerRequest request = context.request();
    if (!route.probe() && !authentication.address().allows(Authentication.host(request))) {
      throw new Problem(
              ProblemCode.WRONG_HOST,
              "this server does not answer to that host name; set PURSER_PUBLIC_URL to the URL that"
                  + " people use")
          .refused();
    }
    User user =
        switch (route.access()) {
          case ANYONE -> null;
          case READ, MANAGE -> authentication.user(request, route.access());
        };
    Query query;
    try {
      query = Query.read(context.queryParams(), route.parameters());
    } catch (HttpException | IllegalArgumentException e) {
      throw new Problem(ProblemCode.INVALID_VALUE, "the query string cannot be decoded").refused();
    }
    return new ApiRequest(user, context.pathParams(), query, body(route, context));
  }

  private static @Nullable JsonBody body(Route route, RoutingContext context) {
    Buffer buffer = context.body().buffer();
    byte[] bytes = buffer == null ? new byte[0] : buffer.getBytes();
    if (route.fields().isEmpty() && bytes.length == 0) {
      return null;
    }
    if (!isJson(context.request())) {
      throw new Problem(
              ProblemCode.UNSUPPORTED_MEDIA_TYPE,
              "send the body as plain JSON, with \"Content-Type: application/json\"")
          .refused();
    }
    return JsonBody.read(bytes, route.fields());
  }

  private static boolean isJson(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    return type != null
        && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")
        && (encoding == null || encoding.equalsIgnoreCase("identity"));
  }

  private void unrouted(RoutingContext context) {
    String path = context.normalizedPath();
    String allowed =
        routes.stream()
            .filter(route -> path.matches(route.path().replaceAll("\\{[^}]*}", "[^/]+")))
            .flatMap(route ->
                route.method().equals(HttpMethod.GET)
                    ? Stream.of("GET", "HEAD")
                    : Stream.of(route.method().name()))
            .sorted()
            .collect(joining(", "));
    if (allowed.isEmpty()) {
      send(
          context,
          refused(
              ProblemCode.NOT_FOUND,
              "there is no such call; /api/openapi.yaml lists all there are"));
      return;
    }
    context.response().putHeader(HttpHeaders.ALLOW, allowed);
    send(context, refused(ProblemCode.METHOD_NOT_ALLOWED, "this path takes " + allowed));
  }

  /** What the router itself refused. */
  private static void failed(RoutingContext context) {
    if (context.response().headWritten()) {
      context.response().reset();
      return;
    }
    send(
        context,
        switch (context.statusCode()) {
          case 400 -> undecodable();
          case 413 ->
              refused(
                  ProblemCode.TOO_LARGE, "a body may have at most " + MAX_BODY_BYTES + " bytes");
          default -> {
            log.error("{} failed", context.normalizedPath(), context.failure());
            yield refused(ProblemCode.INTERNAL, "the server's log says more");
          }
        });
  }

  private static ApiAnswer undecodable() {
    return refused(ProblemCode.INVALID_VALUE, "the path or the body cannot be decoded");
  }

  private static ApiAnswer refused(ProblemCode code, String detail) {
    return ApiAnswer.refused(code, detail);
  }

  private static void send(RoutingContext context, ApiAnswer answer) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("content-security-policy", CONTENT_SECURITY_POLICY)
        .putHeader("x-content-type-options", "nosniff");
    switch (answer) {
      case ApiAnswer.Json json ->
          response
              .setStatusCode(json.status())
              .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
              .end(Buffer.buffer(Json.write(json.body())));
      case ApiAnswer.Text text ->
          response.putHeader(HttpHeaders.CONTENT_TYPE, text.contentType()).end(text.text());
      case ApiAnswer.Done done -> response.setStatusCode(204).end();
      case ApiAnswer.Refused refused -> {
        Problem problem = refused.problem();
        if (problem.code() == ProblemCode.UNAUTHORIZED) {
          response.putHeader("www-authenticate", "Bearer realm=\"Purser\"");
        }
        response
            .setStatusCode(problem.code().status())
            .putHeader(HttpHeaders.CONTENT_TYPE, Problem.CONTENT_TYPE)
            .end(Buffer.buffer(Json.write(problem.members())));
      }
    }
  }
}
