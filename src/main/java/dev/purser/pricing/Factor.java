package dev.purser.pricing;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What a price is multiplied by, as an exact fraction: some list prices are a third or an eleventh
 * part of others, which no decimal says.
 */
public record Factor(long numerator, long denominator) {
  public static final Factor ONE = new Factor(1, 1);

  /** A factor above this is a typing error. */
  private static final long MAX = 100;

  public Factor {
    if (numerator <= 0
        || denominator <= 0
        || numerator / denominator > MAX
        || denominator / numerator > MAX) {
      throw new IllegalArgumentException("a factor out of range: " + numerator + "/" + denominator);
    }
    long divisor = gcd(numerator, denominator);
    numerator /= divisor;
    denominator /= divisor;
  }

  /** Reads {@code 2}, {@code 1.75} or {@code 5/3}. */
  static Factor parse(String text) {
    int slash = text.indexOf('/');
    if (slash >= 0) {
      return new Factor(
          Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
    }
    BigDecimal decimal = new BigDecimal(text);
    int places = Math.max(0, decimal.scale());
    if (places > 6) {
      throw new IllegalArgumentException("a factor has at most 6 decimal places: " + text);
    }
    return new Factor(
        decimal.movePointRight(places).longValueExact(),
        BigInteger.TEN.pow(places).longValueExact());
  }

  public Factor times(Factor other) {
    return new Factor(
        Math.multiplyExact(numerator, other.numerator),
        Math.multiplyExact(denominator, other.denominator));
  }

  /** The product, which must be a whole number of pico-dollars. */
  long times(long picos) {
    long product = Math.multiplyExact(picos, numerator);
    if (product % denominator != 0) {
      throw new IllegalArgumentException(
          picos + " picos times " + this + " is not a whole number of pico-dollars");
    }
    return product / denominator;
  }

  /** As the price list writes it. */
  @Override
  public String toString() {
    if (denominator == 1) {
      return Long.toString(numerator);
    }
    try {
      return BigDecimal.valueOf(numerator).divide(BigDecimal.valueOf(denominator)).toPlainString();
    } catch (ArithmeticException endless) {
      return numerator + "/" + denominator;
    }
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
