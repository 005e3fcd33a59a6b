package dev.purser.web;

import dev.purser.people.Sessions;
import dev.purser.people.User;
import dev.purser.secret.Secret;
import dev.purser.storage.StorageException;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pages over HTTP: all their routes, and what every one of them is sent with. */
public final class Web {
  private static final Logger log = LoggerFactory.getLogger(Web.class);

  private static final int THREADS = 8;
  private static final int MOST_WAITING = 256;

  /** No script at all, nothing from elsewhere, in nobody's frame. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self';"
          + " frame-ancestors 'none'";

  private final WebParts parts;
  private final Assets assets = Assets.load();
  private final WorkerExecutor threads;
  private final AtomicInteger waiting = new AtomicInteger();
  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Web.class.getClassLoader(), "dev.purser.web.templates");

  private Web(WebParts parts, WorkerExecutor threads) {
    this.parts = parts;
    this.threads = threads;
  }

  /** Adds the pages to a router. They come last: what nothing else answers is theirs to refuse. */
  public static void mount(Router router, Vertx vertx, WebParts parts) {
    new Web(parts, vertx.createSharedWorkerExecutor("purser-web", THREADS)).mount(router);
  }

  private void mount(Router router) {
    HomePage home = new HomePage(parts);
    router.get("/").handler(context -> answer(context, request -> home(request, home)));
    router.get(SignInLinks.PATH).handler(context -> answer(context, this::signIn));
    router.get("/assets/*").handler(this::asset);
    router.route().handler(context -> answer(context, request -> notFound()));
  }

  /** What a page's request is answered with. */
  private sealed interface Reply {
    /** A page from a template, whose parameters have these names. */
    record Html(int status, String template, Map<String, Object> parameters) implements Reply {}

    /** To the start page, signed in. */
    record SignedIn(Secret sessionId) implements Reply {}
  }

  private Reply home(HttpServerRequest request, HomePage page) {
    Optional<User> user = user(request);
    return user.isEmpty()
        ? signInPage(401, false)
        : new Reply.Html(200, "home.jte", Map.of("assets", assets, "page", page.read(user.get())));
  }

  private Reply signIn(HttpServerRequest request) {
    return link(request)
        .flatMap(parts.signInLinks()::take)
        .<Reply>map(userId -> new Reply.SignedIn(parts.sessions().open(userId)))
        .orElseGet(() -> signInPage(403, true));
  }

  /** What follows {@code ?link=}; empty also if it cannot be decoded. */
  private static Optional<Secret> link(HttpServerRequest request) {
    try {
      return Optional.ofNullable(request.getParam(SignInLinks.PARAMETER)).map(Secret::of);
    } catch (IllegalArgumentException e) {
      // Its message quotes the link, so it goes nowhere.
      return Optional.empty();
    }
  }

  private Reply signInPage(int status, boolean linkIsUsed) {
    return new Reply.Html(status, "signIn.jte", Map.of("assets", assets, "linkIsUsed", linkIsUsed));
  }

  private Reply notFound() {
    return message(404, "Nothing here", "This address leads nowhere.");
  }

  private Reply message(int status, String title, String sentence) {
    return new Reply.Html(
        status, "message.jte", Map.of("assets", assets, "title", title, "sentence", sentence));
  }

  private Optional<User> user(HttpServerRequest request) {
    Cookie cookie = request.getCookie(Sessions.COOKIE);
    return Optional.ofNullable(cookie)
        .flatMap(present -> parts.sessions().userId(Secret.of(present.getValue())))
        .flatMap(parts.users()::find);
  }

  private void answer(RoutingContext context, Function<HttpServerRequest, Reply> page) {
    HttpServerRequest request = context.request();
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      headers(context.response()).setStatusCode(503).end("Too many requests are waiting.");
      return;
    }
    threads
        .executeBlocking(() -> reply(request, page), false)
        .onComplete(done -> {
          waiting.decrementAndGet();
          if (done.succeeded()) {
            send(context.response(), done.result());
          } else {
            log.error("{} failed", request.path(), done.cause());
            context.response().setStatusCode(500).end();
          }
        });
  }

  /** A reply with its page already rendered. */
  private record Rendered(Reply reply, String html) {}

  private Rendered reply(HttpServerRequest request, Function<HttpServerRequest, Reply> page) {
    Reply reply;
    try {
      reply =
          parts.address().allows(host(request))
              ? page.apply(request)
              : message(
                  421,
                  "Not this server's name",
                  "Purser does not answer to this host name. Set PURSER_PUBLIC_URL to the URL that"
                      + " people use.");
    } catch (StorageException e) {
      log.warn("{}: {}", request.path(), e.getMessage());
      reply =
          message(503, "The database cannot be used just now", "Nothing is lost. Try again soon.");
    }
    return switch (reply) {
      case Reply.Html html -> {
        StringOutput output = new StringOutput(16 * 1024);
        templates.render(html.template(), html.parameters(), output);
        yield new Rendered(html, output.toString());
      }
      case Reply.SignedIn signedIn -> new Rendered(signedIn, "");
    };
  }

  private void send(HttpServerResponse response, Rendered rendered) {
    if (response.closed() || response.ended()) {
      return;
    }
    headers(response).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    switch (rendered.reply()) {
      case Reply.Html html ->
          response
              .setStatusCode(html.status())
              .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
              .end(rendered.html());
      case Reply.SignedIn signedIn ->
          response
              .addCookie(cookie(signedIn.sessionId()))
              .setStatusCode(303)
              .putHeader(HttpHeaders.LOCATION, "/")
              .end();
    }
  }

  private Cookie cookie(Secret sessionId) {
    return Cookie.cookie(Sessions.COOKIE, sessionId.reveal())
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.LAX)
        .setSecure(parts.address().secure());
  }

  private void asset(RoutingContext context) {
    Assets.Asset asset = assets.at(context.normalizedPath());
    if (asset == null) {
      context.next();
      return;
    }
    headers(context.response())
        .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable")
        .putHeader(HttpHeaders.CONTENT_TYPE, asset.contentType())
        .end(asset.bytes());
  }

  private static HttpServerResponse headers(HttpServerResponse response) {
    return response
        .putHeader("content-security-policy", CONTENT_SECURITY_POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cross-origin-opener-policy", "same-origin");
  }

  private static @Nullable String host(HttpServerRequest request) {
    return request.authority() == null ? null : request.authority().toString();
  }
}
