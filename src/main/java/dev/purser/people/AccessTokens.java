package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jspecify.annotations.Nullable;

/** The secrets of scripts that manage Purser. */
public final class AccessTokens {
  /** Of one space, those that are good. */
  private static final int MAX_TOKENS = 100;

  /** How many are listed: all that are good, and the newest of the others. */
  private static final int MAX_LISTED = 200;

  private static final Duration USE_PRECISION = Duration.ofMinutes(1);

  private static final RowViewMapper<AccessToken> TOKEN =
      row ->
          new AccessToken(
              row.getColumn("space_id", String.class),
              row.getColumn("access_token_id", String.class),
              row.getColumn("user_id", String.class),
              row.getColumn("name", String.class),
              AccessToken.Scope.ofId(row.getColumn("scope", String.class)).orElseThrow(),
              row.getColumn("masked", String.class),
              Rows.instant(row, "created_at"),
              Rows.instantOrNull(row, "expires_at"),
              Rows.instantOrNull(row, "last_used_at"),
              Rows.instantOrNull(row, "revoked_at"));

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Uses uses;

  public AccessTokens(Database database, Ids ids, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
    this.random = random;
    this.uses = new Uses(database, clock, "an access token");
  }

  /** Makes a token for a user's space that does not expire. */
  public TokenCreated create(User user, String name, AccessToken.Scope scope) {
    return create(user, name, scope, null);
  }

  /**
   * Makes a token for a user's space.
   *
   * @param expiresAt null for never
   */
  public TokenCreated create(
      User user, String name, AccessToken.Scope scope, @Nullable Instant expiresAt) {
    Instant now = Instant.ofEpochMilli(clock.millis());
    if (expiresAt != null && !expiresAt.isAfter(now)) {
      return new TokenCreated.Expired();
    }
    String stored = name.strip();
    Optional<String> whyNot = Limits.whyNotName(stored);
    if (whyNot.isPresent()) {
      return new TokenCreated.Refused(whyNot.get());
    }
    Secret secret = Credential.make(Credential.Kind.ACCESS_TOKEN, random);
    AccessToken token =
        new AccessToken(
            user.spaceId(),
            ids.next(),
            user.id(),
            stored,
            scope,
            secret.masked(),
            now,
            expiresAt,
            null,
            null);
    return database.write(handle -> {
      long good =
          handle
              .createQuery(
                  """
                  SELECT count(*) FROM access_tokens
                  WHERE space_id = :space AND revoked_at IS NULL
                    AND (expires_at IS NULL OR expires_at > :now)
                  """)
              .bind("space", token.spaceId())
              .bind("now", now.toEpochMilli())
              .mapTo(Long.class)
              .one();
      if (good >= MAX_TOKENS) {
        return new TokenCreated.Refused(
            "There are " + MAX_TOKENS + " access tokens already: revoke one first.");
      }
      handle
          .createUpdate(
              """
              INSERT INTO access_tokens
                (space_id, access_token_id, user_id, name, scope, masked, created_at, expires_at)
              VALUES (:space, :id, :user, :name, :scope, :masked, :now, :expiresAt)
              """)
          .bind("space", token.spaceId())
          .bind("id", token.id())
          .bind("user", token.userId())
          .bind("name", token.name())
          .bind("scope", token.scope().id())
          .bind("masked", token.masked())
          .bind("now", token.createdAt().toEpochMilli())
          .bind("expiresAt", expiresAt == null ? null : (Long) expiresAt.toEpochMilli())
          .execute();
      Credential.insert(handle, secret, Credential.Kind.ACCESS_TOKEN, token.spaceId(), token.id());
      return new TokenCreated.Created(token, secret);
    });
  }

  /**
   * The token behind a presented text, if it is a good one; its use is noted to the minute, soon.
   */
  public Optional<AccessToken> find(String presented) {
    if (!Credential.wellFormed(Credential.Kind.ACCESS_TOKEN, presented)) {
      return Optional.empty();
    }
    Optional<AccessToken> found =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT t.space_id, t.access_token_id, t.user_id, t.name, t.scope, t.masked,
                      t.created_at, t.expires_at, t.last_used_at, t.revoked_at
                    FROM credentials c
                    JOIN access_tokens t
                      ON t.space_id = c.space_id AND t.access_token_id = c.id
                    JOIN users u ON u.user_id = t.user_id
                    WHERE c.hash = :hash AND c.kind = :kind AND t.revoked_at IS NULL
                      AND (t.expires_at IS NULL OR t.expires_at > :now)
                      AND u.disabled_at IS NULL
                    """)
                .bind("hash", Credential.hash(presented))
                .bind("kind", Credential.Kind.ACCESS_TOKEN.id())
                .bind("now", clock.millis())
                .map(TOKEN)
                .findOne());
    found.ifPresent(this::noteUse);
    return found;
  }

  /** Newest first, those that are no good any more last. */
  public List<AccessToken> list(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT space_id, access_token_id, user_id, name, scope, masked, created_at,
                  expires_at, last_used_at, revoked_at
                FROM access_tokens WHERE space_id = :space
                ORDER BY
                  CASE WHEN revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
                    THEN 0 ELSE 1 END,
                  access_token_id DESC
                LIMIT :most
                """)
            .bind("space", spaceId)
            .bind("now", clock.millis())
            .bind("most", MAX_LISTED)
            .map(TOKEN)
            .list());
  }

  /** False if the space has no such token; true also if it was revoked before. */
  public boolean revoke(String spaceId, String accessTokenId) {
    return database.write(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE access_tokens SET revoked_at = COALESCE(revoked_at, :now)
                    WHERE space_id = :space AND access_token_id = :id
                    """)
                .bind("now", clock.millis())
                .bind("space", spaceId)
                .bind("id", accessTokenId)
                .execute()
            == 1);
  }

  /** Revokes all tokens of a user, in the transaction that makes it necessary. */
  static int revokeAll(Handle handle, String userId, Instant now) {
    return handle
        .createUpdate(
            """
            UPDATE access_tokens SET revoked_at = :now
            WHERE user_id = :user AND revoked_at IS NULL
            """)
        .bind("now", now.toEpochMilli())
        .bind("user", userId)
        .execute();
  }

  private void noteUse(AccessToken token) {
    Instant now = clock.instant();
    Instant last = token.lastUsedAt();
    if (last != null && now.isBefore(last.plus(USE_PRECISION))) {
      return;
    }
    uses.note(
        token.id(),
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE access_tokens SET last_used_at = :now
                    WHERE space_id = :space AND access_token_id = :id
                    """)
                .bind("now", now.toEpochMilli())
                .bind("space", token.spaceId())
                .bind("id", token.id())
                .execute());
  }
}
