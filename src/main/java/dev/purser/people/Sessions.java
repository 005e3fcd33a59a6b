package dev.purser.people;

import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Rows;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;

/**
 * Who is signed in in which browser. In the database, so that a restart signs nobody out and every
 * process knows every session; only a hash of a session's id is kept.
 */
public final class Sessions {
  /** The cookie that holds a session's id: see {@link PublicAddress#cookieName}. */
  public static final String COOKIE = "purser_session";

  /** A session that nobody uses ends after this. */
  public static final Duration IDLE = Duration.ofHours(12);

  /** However much it is used, it ends after this. */
  public static final Duration MAX_LENGTH = Duration.ofDays(30);

  /** A session's use is written down when it is this much later than the last one written. */
  private static final Duration USE_STEP = Duration.ofMinutes(10);

  /** Of one user; one more ends the oldest. */
  static final int MAX_SESSIONS = 100;

  private static final int ID_BYTES = 32;
  private static final int MAX_ID_LENGTH = 100;

  private static final String PASSWORD_HASH =
      "SELECT password_hash FROM users WHERE user_id = ? AND disabled_at IS NULL";

  /**
   * Whether there was any call is a question to the ledger's table, and since when a provider
   * rejects a key is one to the vault's, asked here so that every page knows it and none spends a
   * statement on it. The first is ordered by the primary key so that no database thinks of reading
   * through the calls of other spaces.
   */
  private static final String FIND =
      """
      SELECT users.user_id, users.space_id, email, admin, users.created_at, expires_at, ends_at,
        CASE WHEN
          (SELECT entry_id FROM entries WHERE entries.space_id = users.space_id
           ORDER BY entry_id LIMIT 1) IS NULL THEN 0 ELSE 1 END AS started,
        time_zone,
        (SELECT verified_at FROM provider_keys WHERE provider_keys.space_id = users.space_id
           AND provider = 'anthropic' AND status = 'rejected') AS anthropic_rejected_at,
        (SELECT verified_at FROM provider_keys WHERE provider_keys.space_id = users.space_id
           AND provider = 'openai' AND status = 'rejected') AS openai_rejected_at
      FROM sessions JOIN users ON users.user_id = sessions.user_id
        JOIN spaces ON spaces.space_id = users.space_id
      WHERE session_hash = :hash AND expires_at > :now AND disabled_at IS NULL
      """;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Uses uses;

  public Sessions(Database database, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
    this.uses = new Uses(database, clock, "a session");
  }

  /**
   * Whose a session is.
   *
   * @param started whether a call of their space was ever seen, be it that it was refused
   * @param timeZone of their space
   * @param rejectedSince the providers that reject the space's API key, and since when
   */
  public record SignedIn(
      User user, boolean started, ZoneId timeZone, Map<Provider, Instant> rejectedSince) {
    public SignedIn {
      rejectedSince = Map.copyOf(rejectedSince);
    }
  }

  private record Found(SignedIn signedIn, long expiresAt, long endsAt) {}

  /**
   * Opens a session, for whoever is let in whatever the password is; its id goes into the browser's
   * cookie and nowhere else. It is nobody's if the user is disabled. Sessions that ended are
   * cleared away with it.
   */
  public Secret open(String userId) {
    return database.transact(session -> {
      // Locked, so that a user who is disabled in another process is so before or after.
      PreparedStatement present = session.locking(PASSWORD_HASH);
      present.setString(1, userId);
      present.executeQuery().close();
      return open(session.handle(), userId);
    });
  }

  /**
   * The same for whoever knew the password.
   *
   * @return empty, and nothing is opened, if the password was changed since, or the user disabled
   */
  public Optional<Secret> open(PasswordProof proof) {
    return database.transact(session -> {
      // Locked, so that a change in another process comes before or after, and then ends this one.
      PreparedStatement present = session.locking(PASSWORD_HASH);
      present.setString(1, proof.userId());
      try (ResultSet row = present.executeQuery()) {
        if (!row.next() || !row.getString(1).equals(proof.passwordHash().reveal())) {
          return Optional.empty();
        }
      }
      return Optional.of(open(session.handle(), proof.userId()));
    });
  }

  private Secret open(Handle handle, String userId) {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    Secret secret = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(id));
    long now = clock.millis();
    handle.createUpdate("DELETE FROM sessions WHERE expires_at <= :now").bind("now", now).execute();
    handle
        .createUpdate(
            """
            INSERT INTO sessions (session_hash, user_id, created_at, expires_at, ends_at)
            SELECT :hash, user_id, :now, :expiresAt, :endsAt
            FROM users WHERE user_id = :user AND disabled_at IS NULL
            """)
        .bind("hash", hash(secret))
        .bind("user", userId)
        .bind("now", now)
        .bind("expiresAt", now + IDLE.toMillis())
        .bind("endsAt", now + MAX_LENGTH.toMillis())
        .execute();
    handle
        .createUpdate(
            """
            DELETE FROM sessions WHERE user_id = :user AND session_hash NOT IN
              (SELECT session_hash FROM sessions WHERE user_id = :user
               ORDER BY created_at DESC, session_hash LIMIT :most)
            """)
        .bind("user", userId)
        .bind("most", MAX_SESSIONS)
        .execute();
    return secret;
  }

  /** The user whose session this is; empty if there is none, or no more. The session lives on. */
  public Optional<User> user(Secret sessionId) {
    return use(sessionId).map(SignedIn::user);
  }

  /** The same, with more about them. */
  public Optional<SignedIn> use(Secret sessionId) {
    long now = clock.millis();
    Optional<Found> found = find(sessionId, now);
    found.ifPresent(session -> used(sessionId, session, now));
    return found.map(Found::signedIn);
  }

  /** The same for what asks by itself, with nobody there: the session does not live on for it. */
  public Optional<SignedIn> look(Secret sessionId) {
    return find(sessionId, clock.millis()).map(Found::signedIn);
  }

  private Optional<Found> find(Secret sessionId, long now) {
    if (sessionId.length() > MAX_ID_LENGTH) {
      return Optional.empty();
    }
    return database.read(handle ->
        handle
            .createQuery(FIND)
            .bind("hash", hash(sessionId))
            .bind("now", now)
            .map(row ->
                new Found(
                    new SignedIn(
                        Users.user(row),
                        Rows.flag(row, "started"),
                        ZoneId.of(row.getColumn("time_zone", String.class)),
                        rejectedSince(row)),
                    row.getColumn("expires_at", Long.class),
                    row.getColumn("ends_at", Long.class)))
            .findOne());
  }

  private static Map<Provider, Instant> rejectedSince(RowView row) {
    Map<Provider, Instant> since = new EnumMap<>(Provider.class);
    for (Provider provider : Provider.values()) {
      Instant rejected = Rows.instantOrNull(row, provider.id() + "_rejected_at");
      if (rejected != null) {
        since.put(provider, rejected);
      }
    }
    return since;
  }

  public void close(Secret sessionId) {
    database.write(handle ->
        handle
            .createUpdate("DELETE FROM sessions WHERE session_hash = :hash")
            .bind("hash", hash(sessionId))
            .execute());
  }

  /** Signs a user out everywhere. */
  public void closeAll(String userId) {
    database.write(handle -> closeAll(handle, userId));
  }

  /** The same, in the transaction that makes it necessary. */
  static int closeAll(Handle handle, String userId) {
    return handle
        .createUpdate("DELETE FROM sessions WHERE user_id = :user")
        .bind("user", userId)
        .execute();
  }

  /** A session that is used lives on; so that not every page writes, only every now and then. */
  private void used(Secret sessionId, Found session, long now) {
    long expiresAt = Math.min(now + IDLE.toMillis(), session.endsAt());
    if (expiresAt - session.expiresAt() < USE_STEP.toMillis()) {
      return;
    }
    String hash = hash(sessionId);
    uses.note(
        hash,
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE sessions SET expires_at = :at
                    WHERE session_hash = :hash AND expires_at < :at
                    """)
                .bind("at", expiresAt)
                .bind("hash", hash)
                .execute());
  }

  private static String hash(Secret sessionId) {
    return Credential.hash(sessionId.reveal());
  }
}
