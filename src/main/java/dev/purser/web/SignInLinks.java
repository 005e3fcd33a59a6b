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
import java.util.concurrent.atomic.AtomicReference;

/**
 * Links that the server prints for whoever started it: one to make the first user, others that sign
 * a user in without a password, once. In memory, and only as hashes, so that each is good in the
 * process that printed it.
 */
public final class SignInLinks {
  /** A link that nobody opens stops working after this. */
  public static final Duration LIFETIME = Duration.ofMinutes(10);

  static final String PATH = "/sign-in";
  static final String SETUP_PATH = "/setup";
  static final String PARAMETER = "link";

  private static final long MOST_LINKS = 1_000;
  private static final int BYTES = 32;

  private final SecureRandom random;
  private final Cache<String, String> userIdByHash;
  private final AtomicReference<String> setupHash = new AtomicReference<>("");

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
    Secret link = random();
    userIdByHash.put(hash(link), userId);
    return PATH + "?" + PARAMETER + "=" + link.reveal();
  }

  /**
   * Makes the link to where the first user is made, in place of an earlier one. It works as long as
   * there is no user, so whoever uses it asks for that.
   */
  public String makeSetup() {
    Secret link = random();
    setupHash.set(hash(link));
    return SETUP_PATH + "?" + PARAMETER + "=" + link.reveal();
  }

  /** Uses a link up. Of several that try at once, one gets the user. */
  Optional<String> take(Secret link) {
    return Optional.ofNullable(userIdByHash.asMap().remove(hash(link)));
  }

  /** Whether this is the link to set Purser up. */
  boolean opensSetup(Secret link) {
    return setupHash.get().equals(hash(link));
  }

  private Secret random() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  private static String hash(Secret link) {
    return Credential.hash(link.reveal());
  }
}
