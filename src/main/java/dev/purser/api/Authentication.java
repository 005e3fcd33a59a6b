package dev.purser.api;

import dev.purser.agents.Presented;
import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.Credential;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.User;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who makes a request: the owner of an access token, or whoever is signed in in the browser. */
record Authentication(
    Users users, AccessTokens accessTokens, Sessions sessions, PublicAddress address) {
  private static final String BEARER = "Bearer ";

  /** The user, or the problem that ends the request. Reads the database. */
  User user(HttpServerRequest request, Access access) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    return authorization == null ? ofSession(request, access) : ofToken(authorization, access);
  }

  private User ofToken(String authorization, Access access) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw unauthorized("send \"Authorization: Bearer\" and an access token");
    }
    String presented = authorization.substring(BEARER.length()).strip();
    Optional<AccessToken> token = accessTokens.find(presented);
    if (token.isEmpty()) {
      throw unauthorized(whyNoToken(presented));
    }
    if (access == Access.MANAGE && token.get().scope() == AccessToken.Scope.READ) {
      throw new Problem(
              ProblemCode.FORBIDDEN_SCOPE,
              "this access token may only read; changes need one with the scope manage")
          .refused();
    }
    return existing(users.find(token.get().userId()));
  }

  private static String whyNoToken(String presented) {
    return switch (Presented.read(presented)) {
      case Presented.VirtualKey virtualKey ->
          "this is a virtual key: it calls models; to manage Purser, send an access token";
      case Presented.Mistyped mistyped ->
          "this looks like a virtual key with a typing error; to manage Purser, send an access"
              + " token";
      case Presented.Mispasted(Presented.Mishap mishap) ->
          "this is not an access token alone. " + mishap.sentence();
      case Presented.ProviderKey providerKey ->
          "this is an API key of "
              + providerKey.provider().displayName()
              + ", which should go nowhere but into Purser's vault; send an access token instead";
      case Presented.AccessToken accessToken ->
          Credential.wellFormed(Credential.Kind.ACCESS_TOKEN, presented)
              ? "this access token was revoked, has expired, is of a disabled user, or of another"
                  + " installation"
              : "this access token has a typing error, or is cut short";
      case Presented.Nothing nothing -> "send an access token after \"Bearer\"";
      case Presented.Unknown unknown -> "this is no access token of Purser; they begin with pst_";
    };
  }

  private User ofSession(HttpServerRequest request, Access access) {
    Cookie cookie = request.getCookie(address.cookieName(Sessions.COOKIE));
    if (cookie == null) {
      throw unauthorized("sign in, or send \"Authorization: Bearer\" and an access token");
    }
    boolean sameOrigin =
        address.sameOrigin(
            access == Access.MANAGE,
            request.getHeader("sec-fetch-site"),
            request.getHeader(HttpHeaders.ORIGIN),
            host(request));
    if (!sameOrigin) {
      throw new Problem(
              ProblemCode.CROSS_ORIGIN,
              "a request with a session's cookie must come from Purser's own pages; scripts send"
                  + " an access token")
          .refused();
    }
    return sessions
        .user(Secret.of(cookie.getValue()))
        .orElseThrow(() -> unauthorized("the session has ended: sign in again"));
  }

  static @Nullable String host(HttpServerRequest request) {
    return request.authority() == null ? null : request.authority().toString();
  }

  private static User existing(Optional<User> user) {
    return user.orElseThrow(() -> unauthorized("the user is no more"));
  }

  private static Problem.RefusedException unauthorized(String detail) {
    return new Problem(ProblemCode.UNAUTHORIZED, detail).refused();
  }
}
