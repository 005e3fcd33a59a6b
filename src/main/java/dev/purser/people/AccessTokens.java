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
import org.jdbi.v3.core.mapper.RowViewMapper;

/** The secrets of scripts that manage Purser. */
public final class AccessTokens {
  /** Of one space, those that were not revoked. */
  private static final int MOST_TOKENS = 100;

  /** How many are listed: all that are good, and the newest revoked. */
  private static final int MOST_LISTED = 200;

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

  /** Makes a token for a user's space. */
  public TokenCreated create(User user, String name, AccessToken.Scope scope) {
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
            Instant.ofEpochMilli(clock.millis()),
            null,
            null);
    return database.write(handle -> {
      long good =
          handle
              .createQuery(
                  """
                  SELECT count(*) FROM access_tokens
                  WHERE space_id = :space AND revoked_at IS NULL
                  """)
              .bind("space", token.spaceId())
              .mapTo(Long.class)
              .one();
      if (good >= MOST_TOKENS) {
        return new TokenCreated.Refused(
            "There are " + MOST_TOKENS + " access tokens already: revoke one first.");
      }
      handle
          .createUpdate(
              """
              INSERT INTO access_tokens
                (space_id, access_token_id, user_id, name, scope, masked, created_at)
              VALUES (:space, :id, :user, :name, :scope, :masked, :now)
              """)
          .bind("space", token.spaceId())
          .bind("id", token.id())
          .bind("user", token.userId())
          .bind("name", token.name())
          .bind("scope", token.scope().id())
          .bind("masked", token.masked())
          .bind("now", token.createdAt().toEpochMilli())
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
                      t.created_at, t.last_used_at, t.revoked_at
                    FROM credentials c
                    JOIN access_tokens t
                      ON t.space_id = c.space_id AND t.access_token_id = c.id
                    WHERE c.hash = :hash AND c.kind = :kind AND t.revoked_at IS NULL
                    """)
                .bind("hash", Credential.hash(presented))
                .bind("kind", Credential.Kind.ACCESS_TOKEN.id())
                .map(TOKEN)
                .findOne());
    found.ifPresent(this::noteUse);
    return found;
  }

  /** Newest first. */
  public List<AccessToken> list(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT space_id, access_token_id, user_id, name, scope, masked, created_at,
                  last_used_at, revoked_at
                FROM access_tokens WHERE space_id = :space
                ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, access_token_id DESC
                LIMIT :most
                """)
            .bind("space", spaceId)
            .bind("most", MOST_LISTED)
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
