package dev.purser.web;

import dev.purser.people.AccessToken;
import dev.purser.people.TokenCreated;
import java.util.List;
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
        AccessTokenList.Draft.EMPTY,
        null,
        request.query("revoke").orElse(""),
        justRevoked);
  }

  Reply make(PageRequest request) {
    String name = request.form().text("name");
    AccessToken.Scope scope =
        AccessToken.Scope.ofId(request.form().text("scope")).orElse(AccessToken.Scope.READ);
    TokenCreated created = parts.accessTokens().create(request.user(), name, scope);
    List<AccessToken> tokens = parts.accessTokens().list(request.spaceId());
    return switch (created) {
      case TokenCreated.Created made ->
          page(200, request, tokens, AccessTokenList.Draft.EMPTY, made, "", null);
      case TokenCreated.Refused(String reason) ->
          page(
              422, request, tokens, new AccessTokenList.Draft(name, scope, reason), null, "", null);
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
      AccessTokenList.Draft draft,
      TokenCreated.@Nullable Created made,
      String asksAbout,
      @Nullable AccessToken revoked) {
    return Reply.page(
        status,
        "accessTokens.jte",
        request.frame(),
        new AccessTokenList(
            tokens,
            parts.spaces().settings(request.spaceId()).timeZone(),
            parts.address().url(),
            draft,
            made,
            asksAbout,
            revoked));
  }
}
