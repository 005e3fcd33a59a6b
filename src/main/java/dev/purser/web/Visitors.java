package dev.purser.web;

import dev.purser.people.Credential;
import dev.purser.people.PasswordProof;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import dev.purser.vault.Vault;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who reads a page: told by cookies, which only the server reads. */
final class Visitors {
  /** Holds a random text for whoever is not signed in, which their forms are bound to. */
  static final String VISIT_COOKIE = "purser_visit";

  static final String THEME_COOKIE = "purser_theme";

  /** As long as browsers keep any cookie. */
  private static final long MAX_SECONDS = 400L * 24 * 60 * 60;

  private static final int VISIT_BYTES = 32;
  private static final int MAX_COOKIE_LENGTH = 300;

  private final Sessions sessions;
  private final PublicAddress address;
  private final SecureRandom random;
  private final Users users;
  private final Vault vault;

  Visitors(WebParts parts) {
    this.users = parts.users();
    this.vault = parts.vault();
    this.sessions = parts.sessions();
    this.address = parts.address();
    this.random = parts.random();
  }

  /**
   * A visitor.
   *
   * @param signedIn null for nobody
   * @param sessionId null for whoever is not signed in
   * @param formToken what their forms carry; another site cannot know it
   * @param newVisit a cookie to set, for whoever came without any; null for everyone else
   */
  record Known(
      Sessions.@Nullable SignedIn signedIn,
      @Nullable Secret sessionId,
      String formToken,
      @Nullable Cookie newVisit) {
    @Nullable User user() {
      return signedIn == null ? null : signedIn.user();
    }
  }

  /**
   * Reads the database if there is a session's cookie.
   *
   * @param polled whether a page asks by itself: a session does not live on for that
   */
  Known know(HttpServerRequest request, boolean polled) {
    Secret sessionId = cookie(request, address.cookieName(Sessions.COOKIE));
    if (sessionId != null) {
      Optional<Sessions.SignedIn> session =
          polled ? sessions.look(sessionId) : sessions.use(sessionId);
      if (session.isPresent()) {
        return new Known(session.get(), sessionId, formToken(sessionId), null);
      }
    }
    Secret visit = cookie(request, address.cookieName(VISIT_COOKIE));
    if (visit != null) {
      return new Known(null, null, formToken(visit), null);
    }
    Secret made = newVisitId();
    return new Known(null, null, formToken(made), visit(made));
  }

  /**
   * Signs a user in whom a link let in, whatever the password is: under new ids, whatever this
   * browser had before.
   */
  Reply signIn(PageRequest request, String userId, String path) {
    return signedIn(request, sessions.open(userId), userId, path);
  }

  /** The same for whoever knew the password; empty if it was changed since. */
  Optional<Reply> signIn(PageRequest request, PasswordProof proof, String path) {
    return sessions
        .open(proof)
        .map(sessionId -> signedIn(request, sessionId, proof.userId(), path));
  }

  private Reply signedIn(PageRequest request, Secret sessionId, String userId, String path) {
    request.sessionId().ifPresent(sessions::close);
    List<Cookie> cookies = new ArrayList<>();
    cookies.add(session(sessionId.reveal()));
    cookies.add(visit(newVisitId()));
    if (browser(request).filter(known -> known.userId().equals(userId)).isEmpty()) {
      cookies.add(browser(new KnownBrowser(newVisitId().reveal(), userId)));
    }
    return new Reply.Redirect(path, List.copyOf(cookies));
  }

  /** By which attempts in this browser are counted; null unless this user has signed in in it. */
  @Nullable String browserOf(PageRequest request, String email) {
    return browser(request)
        .filter(known ->
            users.findByEmail(email).filter(user -> user.id().equals(known.userId())).isPresent())
        .map(KnownBrowser::id)
        .orElse(null);
  }

  private Optional<KnownBrowser> browser(PageRequest request) {
    return request.browser().flatMap(cookie -> KnownBrowser.of(vault, cookie.reveal()));
  }

  @Nullable Secret browserCookie(HttpServerRequest request) {
    return cookie(request, address.cookieName(KnownBrowser.COOKIE));
  }

  private Cookie browser(KnownBrowser known) {
    return cookie(address.cookieName(KnownBrowser.COOKIE), known.cookie(vault))
        .setMaxAge(MAX_SECONDS);
  }

  /** Signs out in this browser. */
  Reply signOut(PageRequest request, String path) {
    request.sessionId().ifPresent(sessions::close);
    return new Reply.Redirect(path, List.of(session("").setMaxAge(0)));
  }

  Frame.@Nullable Visitor visitor(Known known) {
    Sessions.SignedIn signedIn = known.signedIn();
    return signedIn == null
        ? null
        : new Frame.Visitor(signedIn.user().email(), signedIn.started(), rejectedKeys(signedIn));
  }

  private static List<Frame.RejectedKey> rejectedKeys(Sessions.SignedIn signedIn) {
    return signedIn.rejectedSince().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(rejected ->
            new Frame.RejectedKey(
                rejected.getKey(), Figures.moment(rejected.getValue(), signedIn.timeZone())))
        .toList();
  }

  Frame.@Nullable Theme theme(HttpServerRequest request) {
    Secret theme = cookie(request, THEME_COOKIE);
    return theme == null ? null : Frame.Theme.ofId(theme.reveal());
  }

  Cookie theme(Frame.Theme theme) {
    return cookie(THEME_COOKIE, theme.id()).setMaxAge(MAX_SECONDS);
  }

  private Secret newVisitId() {
    byte[] bytes = new byte[VISIT_BYTES];
    random.nextBytes(bytes);
    return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** It outlives the browser's window, so that pages restored together hold one, not one each. */
  private Cookie visit(Secret id) {
    return cookie(address.cookieName(VISIT_COOKIE), id.reveal()).setMaxAge(MAX_SECONDS);
  }

  private Cookie session(String id) {
    return cookie(address.cookieName(Sessions.COOKIE), id);
  }

  private Cookie cookie(String name, String value) {
    return Cookie.cookie(name, value)
        .setPath("/")
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.LAX)
        .setSecure(address.secure());
  }

  private static @Nullable Secret cookie(HttpServerRequest request, String name) {
    Cookie cookie = request.getCookie(name);
    return cookie == null
            || cookie.getValue().isEmpty()
            || cookie.getValue().length() > MAX_COOKIE_LENGTH
        ? null
        : Secret.of(cookie.getValue());
  }

  /** Follows from the cookie, so nothing needs to be kept; nothing follows from it in turn. */
  private static String formToken(Secret cookie) {
    return Credential.hash("form " + cookie.reveal());
  }
}
