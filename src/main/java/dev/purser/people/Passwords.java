package dev.purser.people;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.purser.secret.Secret;
import java.text.Normalizer;
import java.util.Optional;

/**
 * Argon2id with 19 MiB, two passes, one lane (RFC 9106; the least that OWASP's cheat sheet names).
 * A hash carries its own parameters, so that they can be raised later.
 */
final class Passwords {
  private static final int MIN_LENGTH = 12;
  private static final int MAX_LENGTH = 200;

  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;

  private final Argon2Function function =
      Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID);

  /** What a password is compared with where there is none, so that this takes as long. */
  private final String hashOfNobody = hash(Secret.of("nobody has this password"));

  /** Why a password will not do, in one sentence; empty if it will. */
  static Optional<String> whyNot(Secret password) {
    int length = normal(password).length();
    return length >= MIN_LENGTH && length <= MAX_LENGTH
        ? Optional.empty()
        : Optional.of("A password has " + MIN_LENGTH + " to " + MAX_LENGTH + " characters.");
  }

  String hash(Secret password) {
    return function.hash(normal(password)).getResult();
  }

  boolean matches(Secret password, Optional<String> hash) {
    String normal = normal(password);
    if (normal.length() > MAX_LENGTH) {
      return false;
    }
    String compared = hash.orElse(hashOfNobody);
    boolean same = Argon2Function.getInstanceFromHash(compared).check(normal, compared);
    return same && hash.isPresent();
  }

  /** Keyboards differ in how they compose an accented letter; the password is the same. */
  private static String normal(Secret password) {
    return Normalizer.normalize(password.reveal(), Normalizer.Form.NFKC);
  }
}
