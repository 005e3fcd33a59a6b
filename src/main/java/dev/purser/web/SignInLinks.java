package dev.purser.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.purser.people.Credential;
import dev.purser.secret.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Links that sign a user in without a password, once: what the server prints for whoever started
 * it. In memory, and only as hashes.
 */
public final class SignInLinks {
  /** A link that nobody opens stops working after this. */
  public static final Duration LIFETIME = Duration.ofMinutes(10);

  static final String PATH = "/sign-in";
  static final String PARAMETER = "link";

  private static final long MOST_LINKS = 1_000;
  private static final int BYTES = 32;

  private final SecureRandom random;
  private final Cache<String, String> userIdByHash;

  public SignInLinks(InstantSource clock, SecureRandom random) {
    this.random = random;
    this.userIdByHash =
        Caffeine.newBuilder()
            .maximumSize(MOST_LINKS)
            .expireAfterWrite(LIFETIME)
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
            .build();
  }

  /** Makes a link for this user: its path and query, to be put after the public URL. */
  public String make(String userId) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    userIdByHash.put(Credential.hash(text), userId);
    return PATH + "?" + PARAMETER + "=" + text;
  }

  /** Uses a link up. Of several that try at once, one gets the user. */
  Optional<String> take(Secret link) {
    return Optional.ofNullable(userIdByHash.asMap().remove(Credential.hash(link.reveal())));
  }
}
