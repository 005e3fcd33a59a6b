package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is signed in in which browser. In the database, so that a restart signs nobody out and every
 * process knows every session; only a hash of a session's id is kept.
 */
public final class Sessions {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  /** The cookie that holds a session's id: see {@link PublicAddress#cookieName}. */
  public static final String COOKIE = "purser_session";

  /** A session that nobody uses ends after this. */
  public static final Duration IDLE = Duration.ofHours(12);

  /** However much it is used, it ends after this. */
  public static final Duration LONGEST = Duration.ofDays(30);

  /** A session's use is written down when it is this much later than the last one written. */
  private static final Duration USE_STEP = Duration.ofMinutes(10);

  /** Of one user; one more ends the oldest. */
  static final int MOST_SESSIONS = 100;

  private static final int ID_BYTES = 32;
  private static final int LONGEST_ID = 100;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random;

  public Sessions(Database database, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
  }

  private record Found(User user, long expiresAt, long endsAt) {}

  /**
   * Opens a session; its id goes into the browser's cookie and nowhere else. Sessions that ended
   * are cleared away with it.
   */
  public Secret open(String userId) {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    Secret secret = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(id));
    long now = clock.millis();
    return database.write(handle -> {
      handle
          .createUpdate("DELETE FROM sessions WHERE expires_at <= :now")
          .bind("now", now)
          .execute();
      handle
          .createUpdate(
              """
              INSERT INTO sessions (session_hash, user_id, created_at, expires_at, ends_at)
              VALUES (:hash, :user, :now, :expiresAt, :endsAt)
              """)
          .bind("hash", hash(secret))
          .bind("user", userId)
          .bind("now", now)
          .bind("expiresAt", now + IDLE.toMillis())
          .bind("endsAt", now + LONGEST.toMillis())
          .execute();
      handle
          .createUpdate(
              """
              DELETE FROM sessions WHERE user_id = :user AND session_hash NOT IN
                (SELECT session_hash FROM sessions WHERE user_id = :user
                 ORDER BY created_at DESC, session_hash LIMIT :most)
              """)
          .bind("user", userId)
          .bind("most", MOST_SESSIONS)
          .execute();
      return secret;
    });
  }

  /** The user whose session this is; empty if there is none, or no more. */
  public Optional<User> user(Secret sessionId) {
    if (sessionId.length() > LONGEST_ID) {
      return Optional.empty();
    }
    long now = clock.millis();
    Optional<Found> found =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT users.user_id, space_id, email, admin, users.created_at, expires_at, ends_at
                    FROM sessions JOIN users ON users.user_id = sessions.user_id
                    WHERE session_hash = :hash AND expires_at > :now
                    """)
                .bind("hash", hash(sessionId))
                .bind("now", now)
                .map(row ->
                    new Found(
                        Users.user(row),
                        row.getColumn("expires_at", Long.class),
                        row.getColumn("ends_at", Long.class)))
                .findOne());
    found.ifPresent(session -> used(sessionId, session, now));
    return found.map(Found::user);
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
    try {
      database.write(handle ->
          handle
              .createUpdate("UPDATE sessions SET expires_at = :at WHERE session_hash = :hash")
              .bind("at", expiresAt)
              .bind("hash", hash(sessionId))
              .execute());
    } catch (StorageException e) {
      // Reading must work while nothing can be written.
      log.warn("the use of a session was not noted: {}", e.getMessage());
    }
  }

  private static String hash(Secret sessionId) {
    return Credential.hash(sessionId.reveal());
  }
}
