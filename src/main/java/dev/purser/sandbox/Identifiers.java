package dev.purser.sandbox;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Identifiers in the providers' forms, all different, drawn from the seed. */
final class Identifiers {
  private static final String ALPHANUMERIC =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final String HEXADECIMAL = "0123456789abcdef";

  private final long seed;
  private final AtomicLong made = new AtomicLong();

  Identifiers(long seed) {
    this.seed = seed;
  }

  /** {@code msg_01…}, {@code req_01…}, {@code toolu_01…}: as Anthropic makes them. */
  String anthropic(String prefix) {
    return prefix + "_01" + draw(22, ALPHANUMERIC);
  }

  /** {@code chatcmpl-…}, {@code call_…}. */
  String openai(String prefix, int length) {
    return prefix + draw(length, ALPHANUMERIC);
  }

  /** {@code resp_…}, {@code rs_…}, {@code req_…}. */
  String hexadecimal(String prefix, int length) {
    return prefix + draw(length, HEXADECIMAL);
  }

  /** Text that stands for something encrypted or signed. */
  static String opaque(SplittableRandom random, int length) {
    return draw(random, length, ALPHANUMERIC);
  }

  private String draw(int length, String alphabet) {
    return draw(
        new SplittableRandom(Fingerprint.with(seed, made.incrementAndGet())), length, alphabet);
  }

  private static String draw(SplittableRandom random, int length, String alphabet) {
    StringBuilder drawn = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      drawn.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return drawn.toString();
  }
}
