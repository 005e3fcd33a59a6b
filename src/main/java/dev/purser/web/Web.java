package dev.purser.web;

import dev.purser.storage.StorageException;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pages over HTTP: who may read them, and what every one of them is sent with. */
public final class Web {
  private static final Logger log = LoggerFactory.getLogger(Web.class);

  private static final int THREADS = 8;

  /** Each space waits for a provider on one of them at most. */
  private static final int THREADS_THAT_ASK_PROVIDERS = 32;

  private static final int MAX_WAITING = 256;

  /** Of passwords hashed at a time: each takes 19 MiB and a core, which others need, too. */
  private static final int THREADS_FOR_PASSWORDS =
      Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 2);

  /** For two or three seconds. */
  private static final int MAX_WAITING_FOR_PASSWORDS = 32;

  private static final int MAX_FORM_BYTES = 64 * 1024;

  /** Our own scripts say by it that a page asks by itself. */
  private static final String POLL = "x-purser-poll";

  /** Our own files only; small pictures may stand in the styles; in nobody's frame. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private final WebParts parts;
  private final Visitors visitors;
  private final SentForms sentForms;
  private final Assets assets = Assets.load();
  private final Workers pages;
  private final Workers checks;
  private final Workers passwords;
  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Web.class.getClassLoader(), "dev.purser.web.templates");

  private Web(WebParts parts, Vertx vertx) {
    this.parts = parts;
    this.visitors = new Visitors(parts);
    this.sentForms = new SentForms(parts.clock(), parts.random());
    this.pages = new Workers(vertx, "purser-web", THREADS, MAX_WAITING);
    this.checks = new Workers(vertx, "purser-web-checks", THREADS_THAT_ASK_PROVIDERS, MAX_WAITING);
    this.passwords =
        new Workers(
            vertx, "purser-web-passwords", THREADS_FOR_PASSWORDS, MAX_WAITING_FOR_PASSWORDS);
  }

  /** Adds the pages to a router. They come last: what nothing else answers is theirs to refuse. */
  public static void mount(Router router, Vertx vertx, WebParts parts) {
    new Web(parts, vertx).mount(router);
  }

  private void mount(Router router) {
    router.get("/assets/*").handler(this::asset);
    for (PageRoute route : Pages.of(parts, visitors)) {
      io.vertx.ext.web.Route mounted = router.route(route.method(), route.routerPath());
      if (route.method().equals(HttpMethod.POST)) {
        mounted.handler(BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES));
      } else {
        mounted.method(HttpMethod.HEAD);
      }
      mounted.handler(context -> answer(context, route));
    }
    router.route().handler(context -> answer(context, nowhere()));
    router.route().failureHandler(this::failed);
  }

  private static PageRoute nowhere() {
    return PageRoute.page("/", request -> Reply.notFound(request.frame())).forAnyone();
  }

  private void answer(RoutingContext context, PageRoute route) {
    Callable<Rendered> work = () -> rendered(context, route);
    if (route.is(PageRoute.Trait.HASHES_PASSWORD)) {
      answer(context, passwords.take(work).or(() -> pages.take(() -> tooManyPasswords(context))));
    } else {
      answer(context, (route.is(PageRoute.Trait.ASKS_PROVIDER) ? checks : pages).take(work));
    }
  }

  private void answer(RoutingContext context, Optional<Future<Rendered>> taken) {
    taken.ifPresentOrElse(
        work -> work.onComplete(done -> answered(context, done)),
        () -> sendBare(context, 503, "Too many requests are waiting. Try again in a moment."));
  }

  private Rendered tooManyPasswords(RoutingContext context) {
    return rendered(
        Reply.message(
            503,
            frame(context.request(), null, null),
            "Too many passwords at once",
            "Others are signing in just now. Nothing was changed. Go back and try again in a few"
                + " seconds."),
        null);
  }

  private void answered(RoutingContext context, AsyncResult<Rendered> done) {
    try {
      if (done.succeeded()) {
        send(context, done.result());
        return;
      }
      log.error("a page failed", done.cause());
    } catch (RuntimeException e) {
      log.error("a page could not be sent", e);
    }
    sendBare(context, 500, "This went wrong. The server's log says more.");
  }

  /** A sentence, where no page can be made. */
  private static void sendBare(RoutingContext context, int status, String sentence) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    // Whatever the answer that failed had begun to say.
    response.headers().clear();
    headers(response)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
        .setStatusCode(status)
        .end(sentence);
  }

  /** A reply with its page already rendered. */
  private record Rendered(Reply reply, String html, Visitors.@Nullable Known visitor) {}

  private Rendered rendered(RoutingContext context, PageRoute route) {
    HttpServerRequest request = context.request();
    Frame bare = frame(request, null, null);
    if (!parts.address().allows(host(request))) {
      return rendered(
          Reply.message(
              421,
              bare,
              "Not this server's name",
              "Purser does not answer to this host name. Set PURSER_PUBLIC_URL to the URL that"
                  + " people use."),
          null);
    }
    try {
      Visitors.Known visitor = visitors.know(request, request.getHeader(POLL) != null);
      return rendered(reply(context, route, visitor), visitor);
    } catch (StorageException e) {
      log.warn("{} {}: {}", route.method(), route.path(), e.getMessage());
      return rendered(
          Reply.message(
              503,
              bare,
              "The database cannot be used just now",
              request.method().equals(HttpMethod.POST)
                  // It may have failed after the change: confirming it, or reading the page.
                  ? "What you sent may have been done or not. Load the page again in a moment, and"
                      + " look before you send it once more."
                  : "Nothing is lost. Try again soon.",
              whereTo(request)),
          null);
    } catch (RuntimeException e) {
      log.error("{} {} failed", route.method(), route.path(), e);
      return rendered(
          Reply.message(500, bare, "This went wrong", "The server's log says more."), null);
    }
  }

  private Rendered rendered(Reply reply, Visitors.@Nullable Known visitor) {
    if (!(reply instanceof Reply.Page page)) {
      return new Rendered(reply, "", visitor);
    }
    StringOutput output = new StringOutput(32 * 1024);
    templates.render(page.template(), page.parameters(), output);
    return new Rendered(page, output.toString(), visitor);
  }

  private Reply reply(RoutingContext context, PageRoute route, Visitors.Known visitor) {
    HttpServerRequest request = context.request();
    Frame frame = frame(request, visitor, visitors.visitor(visitor));
    if (route.access() == Access.SIGNED_IN && visitor.user() == null) {
      return Reply.redirect(SignInForm.path(whySignedOut(route), whereTo(request)));
    }
    Form form = new Form(request.formAttributes());
    PageRequest read =
        new PageRequest(
            frame,
            visitor.user(),
            visitor.sessionId(),
            visitors.browserCookie(request),
            parts
                .trustedProxies()
                .client(
                    request.remoteAddress().hostAddress(),
                    request.headers().getAll("x-forwarded-for"),
                    request.headers().getAll("forwarded")),
            context.pathParams(),
            query(context),
            form);
    if (!route.method().equals(HttpMethod.POST)) {
      return route.handler().apply(read);
    }
    String formId = form.text(Form.ID);
    boolean ours =
        same(visitor.formToken(), form.text(Form.TOKEN))
            && formId.length() <= SentForms.MAX_ID_LENGTH
            && parts
                .address()
                .sameOrigin(
                    true,
                    request.getHeader("sec-fetch-site"),
                    request.getHeader(HttpHeaders.ORIGIN),
                    host(request));
    if (!ours && visitor.user() != null && route.path().equals(SignInLinks.PATH)) {
      // The second half of a double click comes after the first has signed in.
      return Reply.redirect(LocalPath.of(form.text("to")).orElse("/"));
    }
    if (!ours) {
      return Reply.message(
          403,
          frame,
          "This form is out of date",
          "Nothing was changed. Go back, load the page again, and send the form from there.",
          whereTo(request));
    }
    return formId.isEmpty() || route.is(PageRoute.Trait.REPEATABLE)
        ? route.handler().apply(read)
        : sentForms.once(
            visitor.formToken() + formId + form.fingerprint(),
            () -> route.handler().apply(read),
            first -> Reply.sentAlready(frame, first, whereTo(request)));
  }

  private static SignInForm.@Nullable Notice whySignedOut(PageRoute route) {
    if (!route.method().equals(HttpMethod.POST)) {
      return null;
    }
    // The first half of a double click may have changed the password, and so ended the session.
    return route.is(PageRoute.Trait.HASHES_PASSWORD)
        ? SignInForm.Notice.PASSWORD_SENT
        : SignInForm.Notice.SESSION_ENDED;
  }

  private Frame frame(
      HttpServerRequest request, Visitors.@Nullable Known known, Frame.@Nullable Visitor visitor) {
    String path = request.path() == null ? "/" : request.path();
    String query = request.query();
    return new Frame(
        assets,
        path,
        query == null || query.isEmpty() ? path : path + "?" + query,
        visitors.theme(request),
        visitor,
        known == null ? "" : known.formToken(),
        sentForms::newId);
  }

  /** Where to go on: to the page that was asked for, or to the one that held the form. */
  private static String whereTo(HttpServerRequest request) {
    Optional<String> where =
        request.getHeader("hx-request") != null
            ? LocalPath.ofUrl(request.getHeader("hx-current-url"))
            : request.method().equals(HttpMethod.GET)
                ? LocalPath.of(request.uri())
                : LocalPath.ofUrl(request.getHeader(HttpHeaders.REFERER));
    return where.orElse("/");
  }

  /** In a time that does not tell how far they are the same. */
  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Empty also if it cannot be decoded: what it would say may be a secret, so nobody is told. And
   * for whoever asks only for the head, which must not use up a link.
   */
  private static MultiMap query(RoutingContext context) {
    if (context.request().method().equals(HttpMethod.HEAD)) {
      return MultiMap.caseInsensitiveMultiMap();
    }
    try {
      return context.queryParams();
    } catch (RuntimeException e) {
      return MultiMap.caseInsensitiveMultiMap();
    }
  }

  private void send(RoutingContext context, Rendered rendered) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    headers(response).putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Visitors.Known visitor = rendered.visitor();
    if (visitor != null && visitor.newVisit() != null) {
      response.addCookie(visitor.newVisit());
    }
    switch (rendered.reply()) {
      case Reply.Page page ->
          response
              .setStatusCode(page.status())
              .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
              .end(rendered.html());
      case Reply.Redirect redirect -> {
        redirect.cookies().forEach(response::addCookie);
        boolean toSignIn = redirect.path().startsWith(SignInLinks.PATH);
        if (toSignIn && context.request().getHeader("hx-request") != null) {
          // A part of a page cannot show the sign-in page: the whole page goes there.
          response.putHeader("hx-redirect", redirect.path()).end();
        } else {
          response.setStatusCode(303).putHeader(HttpHeaders.LOCATION, redirect.path()).end();
        }
      }
      case Reply.Download download ->
          response
              .putHeader(HttpHeaders.CONTENT_TYPE, download.contentType())
              .putHeader(
                  "content-disposition", "attachment; filename=\"" + download.fileName() + "\"")
              .end(download.text());
      case Reply.NoNews _ -> response.setStatusCode(204).end();
      case Reply.Done done -> {
        done.cookies().forEach(response::addCookie);
        response.setStatusCode(204).end();
      }
    }
  }

  /** What the router itself refused: a form too large, a path that cannot be decoded. */
  private void failed(RoutingContext context) {
    int status = context.statusCode() < 400 ? 500 : context.statusCode();
    if (status == 500) {
      log.error("{} failed", context.normalizedPath(), context.failure());
    }
    if (context.response().headWritten()) {
      context.response().reset();
      return;
    }
    Frame bare = frame(context.request(), null, null);
    Reply reply =
        status == 413
            ? Reply.message(413, bare, "Too much at once", "Nothing was changed.")
            : Reply.message(status, bare, "This cannot be read", "Nothing was changed.");
    answer(context, pages.take(() -> rendered(reply, null)));
  }

  private void asset(RoutingContext context) {
    Assets.Asset asset = assets.at(context.normalizedPath());
    if (asset == null) {
      context.next();
      return;
    }
    String accepted = context.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
    boolean gzip = accepted != null && accepted.contains("gzip");
    HttpServerResponse response =
        headers(context.response())
            .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable")
            .putHeader(HttpHeaders.VARY, "accept-encoding")
            .putHeader(HttpHeaders.CONTENT_TYPE, asset.contentType());
    if (gzip) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    Buffer bytes = gzip ? asset.gzipped() : asset.bytes();
    response.end(bytes);
  }

  private static HttpServerResponse headers(HttpServerResponse response) {
    return response
        .putHeader("content-security-policy", CONTENT_SECURITY_POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "same-origin")
        .putHeader("cross-origin-opener-policy", "same-origin");
  }

  private static @Nullable String host(HttpServerRequest request) {
    return request.authority() == null ? null : request.authority().toString();
  }
}
