package dev.purser.money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** An exact amount in nano-dollars (10⁻⁹ USD). Arithmetic that would overflow throws. */
public record Money(long nanos) implements Comparable<Money> {
  public static final Money ZERO = new Money(0);

  private static final long NANOS_PER_CENT = 10_000_000L;
  private static final long PICOS_PER_NANO = 1_000L;

  public static Money ofCents(long cents) {
    return new Money(Math.multiplyExact(cents, NANOS_PER_CENT));
  }

  /** Rounded half up: how a cost is rounded, once, after its lines were added exactly. */
  public static Money ofPicosHalfUp(long picos) {
    return new Money(Math.floorDiv(Math.addExact(picos, PICOS_PER_NANO / 2), PICOS_PER_NANO));
  }

  public Money plus(Money other) {
    return new Money(Math.addExact(nanos, other.nanos));
  }

  public Money minus(Money other) {
    return new Money(Math.subtractExact(nanos, other.nanos));
  }

  public Money min(Money other) {
    return nanos <= other.nanos ? this : other;
  }

  public Money max(Money other) {
    return nanos >= other.nanos ? this : other;
  }

  /** The exact amount in US cents, with at most seven decimal places and no trailing zeros. */
  public BigDecimal cents() {
    BigDecimal cents = BigDecimal.valueOf(nanos, 7).stripTrailingZeros();
    return cents.scale() < 0 ? cents.setScale(0, RoundingMode.UNNECESSARY) : cents;
  }

  /**
   * A sum as people read it: two decimals, grouped; {@code <$0.01} for what is above zero but under
   * a cent.
   */
  public String inDollars() {
    if (nanos < 0) {
      return "−" + ZERO.minus(this).inDollars();
    }
    if (nanos > 0 && nanos < NANOS_PER_CENT) {
      return "<$0.01";
    }
    BigDecimal dollars = BigDecimal.valueOf(nanos, 9).setScale(2, RoundingMode.HALF_UP);
    return "$" + String.format(Locale.ROOT, "%,.2f", dollars);
  }

  /** The same, rounded up to whole cents. */
  public Money upToCents() {
    return new Money(Math.multiplyExact(Math.ceilDiv(nanos, NANOS_PER_CENT), NANOS_PER_CENT));
  }

  @Override
  public int compareTo(Money other) {
    return Long.compare(nanos, other.nanos);
  }
}
