package dev.purser.web;

import dev.purser.people.AccessToken;
import dev.purser.people.TokenCreated;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The access tokens of a space: which there are, making one, revoking one. */
record AccessTokensPage(WebParts parts) {
  private static final String PATH = "/access-tokens";

  Reply show(PageRequest request) {
    List<AccessToken> tokens = parts.accessTokens().list(request.spaceId());
    String revoked = request.query("revoked").orElse("");
    AccessToken justRevoked =
        tokens.stream()
            .filter(token -> token.id().equals(revoked) && token.revokedAt() != null)
            .findFirst()
            .orElse(null);
    return page(
        200,
        request,
        tokens,
        zone(request),
        AccessTokenList.Draft.EMPTY,
        null,
        request.query("revoke").orElse(""),
        justRevoked);
  }

  /** The token is made last: nothing can go wrong any more before it is shown, this once. */
  Reply make(PageRequest request) {
    String name = request.form().text("name");
    AccessToken.Scope scope =
        AccessToken.Scope.ofId(request.form().text("scope")).orElse(AccessToken.Scope.READ);
    List<AccessToken> before = parts.accessTokens().list(request.spaceId());
    ZoneId zone = zone(request);
    String days = request.form().text("days");
    Integer lifetime = AccessTokenList.LIFETIMES.get(days);
    if (lifetime == null && !days.isEmpty()) {
      AccessTokenList.Draft draft =
          new AccessTokenList.Draft(name, scope, "", "Choose one of the offered lifetimes.");
      return page(422, request, before, zone, draft, null, "", null);
    }
    Instant expiresAt =
        lifetime == null ? null : parts.clock().instant().plus(Duration.ofDays(lifetime));
    return switch (parts.accessTokens().create(request.user(), name, scope, expiresAt)) {
      case TokenCreated.Created made -> {
        List<AccessToken> tokens = Stream.concat(Stream.of(made.token()), before.stream()).toList();
        yield page(200, request, tokens, zone, AccessTokenList.Draft.EMPTY, made, "", null);
      }
      case TokenCreated.Refused(String reason) -> {
        AccessTokenList.Draft draft = new AccessTokenList.Draft(name, scope, days, reason);
        yield page(422, request, before, zone, draft, null, "", null);
      }
      case TokenCreated.Expired _ ->
          throw new IllegalStateException("a lifetime that is over at once");
    };
  }

  Reply revoke(PageRequest request) {
    String id = request.path("id");
    return parts.accessTokens().revoke(request.spaceId(), id)
        ? Reply.redirect(PATH + "?revoked=" + id)
        : Reply.notFound(request.frame());
  }

  private Reply page(
      int status,
      PageRequest request,
      List<AccessToken> tokens,
      ZoneId zone,
      AccessTokenList.Draft draft,
      TokenCreated.@Nullable Created made,
      String asksAbout,
      @Nullable AccessToken revoked) {
    AccessTokenList list =
        new AccessTokenList(
            tokens,
            zone,
            parts.clock().instant(),
            parts.address().url(),
            draft,
            made,
            asksAbout,
            revoked);
    return made == null
        ? Reply.page(status, "accessTokens.jte", request.frame(), list)
        : Reply.shownOnce("accessTokens.jte", request.frame(), list, PATH);
  }

  private ZoneId zone(PageRequest request) {
    return parts.spaces().settings(request.spaceId()).timeZone();
  }
}
