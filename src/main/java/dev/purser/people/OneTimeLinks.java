package dev.purser.people;

import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Links that sign a user in without a password, once. In the database, so that a command can make
 * one for a server that runs; only a hash of it is kept.
 */
public final class OneTimeLinks {
  /** A link that nobody opens stops working after this. */
  public static final Duration LIFETIME = Duration.ofMinutes(10);

  /** Where it leads. */
  public static final String PATH = "/sign-in";

  /** The name in its query. */
  public static final String PARAMETER = "link";

  /** Of one user; one more ends the oldest. */
  private static final int MAX_LINKS = 100;

  private static final int BYTES = 32;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random;

  public OneTimeLinks(Database database, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Makes a link for this user: its path and query, to be put after the public URL. Those that were
   * not used in time are cleared away with it.
   */
  public String make(String userId) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    Secret link = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    long now = clock.millis();
    database.write(handle -> {
      handle
          .createUpdate("DELETE FROM sign_in_links WHERE expires_at <= :now")
          .bind("now", now)
          .execute();
      handle
          .createUpdate(
              """
              INSERT INTO sign_in_links (link_hash, user_id, expires_at)
              VALUES (:hash, :user, :expiresAt)
              """)
          .bind("hash", hash(link))
          .bind("user", userId)
          .bind("expiresAt", now + LIFETIME.toMillis())
          .execute();
      return handle
          .createUpdate(
              """
              DELETE FROM sign_in_links WHERE user_id = :user AND link_hash NOT IN
                (SELECT link_hash FROM sign_in_links WHERE user_id = :user
                 ORDER BY expires_at DESC, link_hash LIMIT :most)
              """)
          .bind("user", userId)
          .bind("most", MAX_LINKS)
          .execute();
    });
    return PATH + "?" + PARAMETER + "=" + link.reveal();
  }

  /** Uses a link up. Of several that try at once, in whatever process, one gets the user's id. */
  public Optional<String> take(Secret link) {
    Optional<String> userId =
        database.read(handle ->
            handle
                .createQuery(
                    """
                    SELECT user_id FROM sign_in_links
                    WHERE link_hash = :hash AND expires_at > :now
                    """)
                .bind("hash", hash(link))
                .bind("now", clock.millis())
                .mapTo(String.class)
                .findOne());
    // Only then: who tries links at random makes no work for the one that writes.
    return userId.filter(_ ->
        database.write(handle ->
            handle
                    .createUpdate("DELETE FROM sign_in_links WHERE link_hash = :hash")
                    .bind("hash", hash(link))
                    .execute()
                == 1));
  }

  /** Ends all links of a user, in the transaction that makes it necessary. */
  static int endAll(Handle handle, String userId) {
    return handle
        .createUpdate("DELETE FROM sign_in_links WHERE user_id = :user")
        .bind("user", userId)
        .execute();
  }

  private static String hash(Secret link) {
    return Credential.hash(link.reveal());
  }
}
