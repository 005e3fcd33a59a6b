package dev.purser.api;

import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.TokenCreated;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The secrets of scripts that manage Purser. */
record AccessTokensResource(AccessTokens accessTokens) {
  private static final int NAME_CHARACTERS = 200;

  /** An access token as it is shown after it was made. */
  record AccessTokenBody(
      String id,
      String name,
      String scope,
      String maskedToken,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Nullable Instant lastUsedAt,
      @Nullable Instant revokedAt) {

    static AccessTokenBody of(AccessToken token) {
      return new AccessTokenBody(
          token.id(),
          token.name(),
          token.scope().id(),
          token.masked(),
          token.createdAt(),
          token.expiresAt(),
          token.lastUsedAt(),
          token.revokedAt());
    }
  }

  /** An access token as it is shown once. */
  record NewAccessTokenBody(
      String id,
      String name,
      String scope,
      String secret,
      String maskedToken,
      @Nullable Instant expiresAt) {}

  ApiAnswer list(ApiRequest request) {
    return ApiAnswer.ok(
        Page.whole(
            accessTokens.list(request.spaceId()).stream().map(AccessTokenBody::of).toList()));
  }

  ApiAnswer create(ApiRequest request) {
    String name = request.body().text("name", NAME_CHARACTERS);
    AccessToken.Scope scope =
        request.body().oneOf("scope", List.of(AccessToken.Scope.values()), AccessToken.Scope::id);
    if (scope == null) {
      throw JsonBody.invalid("scope", "is needed: read or manage");
    }
    return switch (accessTokens.create(
        request.user(), name, scope, request.body().instantOrNull("expiresAt"))) {
      case TokenCreated.Created created ->
          ApiAnswer.created(
              new NewAccessTokenBody(
                  created.token().id(),
                  created.token().name(),
                  created.token().scope().id(),
                  created.secret().reveal(),
                  created.token().masked(),
                  created.token().expiresAt()));
      case TokenCreated.Expired _ -> throw JsonBody.invalid("expiresAt", "must be in the future");
      case TokenCreated.Refused refused ->
          new ApiAnswer.Refused(new Problem(ProblemCode.INVALID_VALUE, refused.reason(), "name"));
    };
  }

  ApiAnswer revoke(ApiRequest request) {
    return accessTokens.revoke(request.spaceId(), request.path("id"))
        ? ApiAnswer.done()
        : ApiAnswer.notFound("access token");
  }
}
