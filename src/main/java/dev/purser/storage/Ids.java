package dev.purser.storage;

import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Makes identifiers of 26 characters that sort in the order in which one process made them: 48 bits
 * of milliseconds, then 80 bits that are random in each new millisecond and count up within it.
 * Thread-safe.
 */
public final class Ids {
  /** Crockford's base 32 in lower case: no letter that reads like a digit. */
  private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

  private static final int MILLIS_LENGTH = 10;
  private static final long MAX_MILLIS = (1L << 48) - 1;

  private final InstantSource clock;
  private final RandomGenerator random;
  private long millis = -1;
  private long high;
  private long low;

  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** An identifier that sorts after every one made before. */
  public synchronized String next() {
    long now = clock.millis();
    if (now > millis) {
      millis = now;
      // The top bit stays free, so that counting up within a millisecond cannot overflow into its
      // neighbour.
      high = random.nextLong() & 0x7fffffffffL;
      low = random.nextLong() & 0xffffffffffL;
    } else {
      low = (low + 1) & 0xffffffffffL;
      if (low == 0) {
        high++;
      }
    }
    char[] id = new char[26];
    encode(millis, id, 0, MILLIS_LENGTH);
    encode(high, id, MILLIS_LENGTH, 8);
    encode(low, id, 18, 8);
    return new String(id);
  }

  /** What sorts before every identifier made in this millisecond or later, and after all others. */
  public static String firstOf(Instant instant) {
    char[] prefix = new char[MILLIS_LENGTH];
    encode(Math.clamp(instant.toEpochMilli(), 0, MAX_MILLIS), prefix, 0, MILLIS_LENGTH);
    return new String(prefix);
  }

  private static void encode(long bits, char[] into, int at, int length) {
    long rest = bits;
    for (int i = at + length - 1; i >= at; i--) {
      into[i] = ALPHABET.charAt((int) (rest & 31));
      rest >>>= 5;
    }
  }
}
