package dev.purser.pricing;

import dev.purser.money.Money;
import java.util.List;

/**
 * The most a call can cost, by how many output tokens one answer may have.
 *
 * @param ways in which the provider may bill it; the dearest counts
 * @param outputTokens the most that one answer may have as it was asked for
 */
public record WorstCase(List<Way> ways, long outputTokens) {
  /**
   * 9.2 million USD, many times the largest budget: what would cost more counts as this, so that
   * sums of holds do not overflow.
   */
  public static final Money CEILING = new Money(Long.MAX_VALUE / 1_000);

  private static final long PICOS_PER_NANO = 1_000;

  /**
   * One way in which the provider may bill it.
   *
   * @param input what does not depend on the output, rounded up
   * @param picosPerOutputToken what a token of one answer adds: its price, times the answers, times
   *     the passes
   */
  public record Way(Money input, long picosPerOutputToken) {
    public Way {
      if (input.compareTo(Money.ZERO) < 0 || picosPerOutputToken < 0) {
        throw new IllegalArgumentException(
            "a negative cost: " + input + ", " + picosPerOutputToken);
      }
    }

    Money at(long outputTokens) {
      return capped(input, cost(outputTokens, picosPerOutputToken));
    }

    /** The largest output of at most {@code most} tokens that fits; -1 if not even none does. */
    long largestOutput(Money free, long most) {
      if (at(most).compareTo(free) <= 0) {
        return most;
      }
      // What is left is below the ceiling, and most tokens cost more than it: the price is above
      // zero, and no product of these overflows.
      long leftNanos = free.nanos() - input.nanos();
      return leftNanos < 0 ? -1 : leftNanos * PICOS_PER_NANO / picosPerOutputToken;
    }
  }

  public WorstCase {
    ways = List.copyOf(ways);
    if (ways.isEmpty() || outputTokens < 0 || outputTokens > ModelUsage.MAX) {
      throw new IllegalArgumentException(
          "no worst case: " + ways.size() + " ways, " + outputTokens + " output tokens");
    }
  }

  /** What it costs at most if one answer has at most that many tokens, rounded up. */
  public Money at(long tokens) {
    Money dearest = Money.ZERO;
    for (Way way : ways) {
      dearest = dearest.max(way.at(tokens));
    }
    return dearest;
  }

  /** What it costs at most as it was asked for. */
  public Money most() {
    return at(outputTokens);
  }

  /**
   * The most output tokens of one answer, up to {@link #outputTokens}, with which it costs no more
   * than this; -1 if even no output costs more.
   */
  public long largestOutput(Money free) {
    if (free.compareTo(CEILING) >= 0) {
      throw new IllegalArgumentException("more than any budget: " + free);
    }
    long largest = outputTokens;
    for (Way way : ways) {
      largest = Math.min(largest, way.largestOutput(free, outputTokens));
    }
    return largest;
  }

  /** Of so many at a price each, rounded up, and at most the ceiling. */
  public static Money cost(long quantity, long unitPicos) {
    return new Money(Math.ceilDiv(product(quantity, unitPicos), PICOS_PER_NANO)).min(CEILING);
  }

  /** Of two numbers that are not negative; the largest there is where it would be larger. */
  public static long product(long a, long b) {
    long low = a * b;
    return Math.multiplyHigh(a, b) == 0 && low >= 0 ? low : Long.MAX_VALUE;
  }

  /** A sum, at most the ceiling. */
  public static Money capped(Money a, Money b) {
    return a.plus(b).min(CEILING);
  }
}
