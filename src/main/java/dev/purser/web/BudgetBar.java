package dev.purser.web;

import dev.purser.money.Money;
import java.math.BigInteger;

/**
 * How much of a budget is used. Money that is held or in doubt never colours the bar.
 *
 * @param spent what the budget counts: unpriced calls, too
 * @param countsDoubt whether what is in doubt is not free: only where the budget is strict
 * @param unpriced what of it is spent on calls whose cost is not known
 * @param calls that have ended and count in it
 */
public record BudgetBar(
    String name,
    Money limit,
    Money spent,
    Money held,
    Money doubt,
    boolean countsDoubt,
    Unpriced unpriced,
    CallLink calls) {
  private static final int YELLOW_PERCENT = 75;
  private static final int RED_PERCENT = 90;

  /** The bar's whole length: percent, with one decimal. */
  private static final long WHOLE = 1_000;

  /**
   * Calls without a price: a budget counts them at the provider's dearest list price.
   *
   * @param counted what they are counted at
   */
  public record Unpriced(long callCount, Money counted) {
    static final Unpriced NONE = new Unpriced(0, Money.ZERO);

    /** The unpriced ones of some calls, of which a budget counts so much. */
    static Unpriced of(dev.purser.reports.Figures calls, Money counted) {
      return new Unpriced(calls.unpriced(), counted.minus(calls.cost()));
    }
  }

  /** Whether so many percent of it are used, by exact integers. */
  boolean reached(int percent) {
    return compareTo(percent) >= 0;
  }

  /** Green under 75 %, yellow from there to 90 %, red above. */
  public String tone() {
    if (compareTo(YELLOW_PERCENT) < 0) {
      return "ok";
    }
    return compareTo(RED_PERCENT) <= 0 ? "warn" : "danger";
  }

  /** Percent of the bar's length: {@code 74.9%}. */
  public String spentWidth() {
    return percent(spentLength());
  }

  /** Where what is held begins and ends. */
  public String heldWidth() {
    return percent(lengthOf(spent.plus(held)) - spentLength());
  }

  /** Where what is in doubt begins. */
  public String doubtStart() {
    return percent(lengthOf(spent.plus(held)));
  }

  /** How long it is. */
  public String doubtWidth() {
    return percent(lengthOf(spent.plus(held).plus(doubt)) - lengthOf(spent.plus(held)));
  }

  /** Whole percent that are used, cut. */
  public String usedInWords() {
    return Figures.percent(spent.nanos(), limit.nanos()) + " used";
  }

  /** Whether more is spent than may be. */
  public boolean over() {
    return spent.compareTo(limit) > 0;
  }

  /** By how much it is over, or else what is left; what may yet be spent is neither. */
  public Money overOrFree() {
    if (over()) {
      return spent.minus(limit);
    }
    Money free = limit.minus(spent).minus(held).minus(countsDoubt ? doubt : Money.ZERO);
    return free.nanos() > 0 ? free : Money.ZERO;
  }

  /** Where the bar stands in dollars: at its end for whatever is beyond. */
  public String reading() {
    return Figures.exact(over() ? limit : spent);
  }

  /** What is spoken in place of the bar. */
  public String inWords() {
    return usedInWords()
        + ", "
        + Figures.sum(spent)
        + " of "
        + Figures.sum(limit)
        + (held.nanos() > 0 ? ", " + Figures.sum(held) + " held" : "")
        + (doubt.nanos() > 0 ? ", " + Figures.sum(doubt) + " in doubt" : "")
        + ", "
        + Figures.sum(overOrFree())
        + (over() ? " over" : " free");
  }

  private long spentLength() {
    return lengthOf(spent);
  }

  private long lengthOf(Money part) {
    if (limit.nanos() <= 0) {
      return part.nanos() > 0 ? WHOLE : 0;
    }
    BigInteger length =
        BigInteger.valueOf(Math.max(0, part.nanos()))
            .multiply(BigInteger.valueOf(WHOLE))
            .divide(BigInteger.valueOf(limit.nanos()));
    return length.min(BigInteger.valueOf(WHOLE)).longValueExact();
  }

  private static String percent(long tenths) {
    return tenths / 10 + "." + tenths % 10 + "%";
  }

  /** What is spent, compared with so many percent of the limit, by exact integers. */
  private int compareTo(int percent) {
    BigInteger used = BigInteger.valueOf(spent.nanos()).multiply(BigInteger.valueOf(100));
    BigInteger mark = BigInteger.valueOf(limit.nanos()).multiply(BigInteger.valueOf(percent));
    return limit.nanos() == 0 && spent.nanos() == 0 ? -1 : used.compareTo(mark);
  }
}
