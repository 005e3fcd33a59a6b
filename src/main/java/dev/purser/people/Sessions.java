package dev.purser.people;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.purser.secret.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Who is signed in in which browser. In memory: a restart signs everyone out. Only a hash of a
 * session's id is kept, so what lies in memory opens nothing.
 */
public final class Sessions {
  /** The cookie that holds a session's id. */
  public static final String COOKIE = "purser_session";

  /** A session that nobody uses ends after this. */
  public static final Duration IDLE = Duration.ofHours(12);

  private static final long MOST_SESSIONS = 10_000;
  private static final int ID_BYTES = 32;

  private final SecureRandom random;
  private final Cache<String, String> userIdByHash;

  public Sessions(InstantSource clock, SecureRandom random) {
    this.random = random;
    this.userIdByHash =
        Caffeine.newBuilder()
            .maximumSize(MOST_SESSIONS)
            .expireAfterAccess(IDLE)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .build();
  }

  /** Opens a session; its id goes into the browser's cookie and nowhere else. */
  public Secret open(String userId) {
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    Secret secret = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(id));
    userIdByHash.put(Credential.hash(secret.reveal()), userId);
    return secret;
  }

  /** The user whose session this is; empty if there is none, or no more. */
  public Optional<String> userId(Secret sessionId) {
    return Optional.ofNullable(userIdByHash.getIfPresent(Credential.hash(sessionId.reveal())));
  }

  public void close(Secret sessionId) {
    userIdByHash.invalidate(Credential.hash(sessionId.reveal()));
  }
}
