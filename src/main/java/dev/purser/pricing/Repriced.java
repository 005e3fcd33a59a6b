package dev.purser.pricing;

import dev.purser.money.Money;

/**
 * What a price did, or would do, to calls that were booked before it: exact sums over all spaces.
 *
 * @param pricedCalls that had no cost
 * @param pricedCost what they cost now
 * @param repricedCalls whose cost was by an earlier added price of the model
 * @param costBefore of those, by the earlier price
 * @param costAfter of those, by this one
 * @param recountedCalls without a cost that budgets count for less, because the highest price of
 *     the list was one that this price replaces
 * @param keptCalls whose cost stays by an earlier added price, because they used tokens of a kind
 *     for which this one has no price; counted only before it is added
 */
public record Repriced(
    long pricedCalls,
    Money pricedCost,
    long repricedCalls,
    Money costBefore,
    Money costAfter,
    long recountedCalls,
    long keptCalls) {

  public static final Repriced NOTHING =
      new Repriced(0, Money.ZERO, 0, Money.ZERO, Money.ZERO, 0, 0);

  /** A call that had no cost. */
  public static Repriced priced(Money cost) {
    return new Repriced(1, cost, 0, Money.ZERO, Money.ZERO, 0, 0);
  }

  /** A call that had another cost. */
  public static Repriced repriced(Money before, Money after) {
    return new Repriced(0, Money.ZERO, 1, before, after, 0, 0);
  }

  /** A call without a cost that counts for less. */
  public static Repriced recounted() {
    return new Repriced(0, Money.ZERO, 0, Money.ZERO, Money.ZERO, 1, 0);
  }

  /** A call that stays as it is. */
  public static Repriced kept() {
    return new Repriced(0, Money.ZERO, 0, Money.ZERO, Money.ZERO, 0, 1);
  }

  public Repriced plus(Repriced other) {
    return new Repriced(
        pricedCalls + other.pricedCalls,
        pricedCost.plus(other.pricedCost),
        repricedCalls + other.repricedCalls,
        costBefore.plus(other.costBefore),
        costAfter.plus(other.costAfter),
        recountedCalls + other.recountedCalls,
        keptCalls + other.keptCalls);
  }

  /** All calls that change. */
  public long changedCalls() {
    return pricedCalls + repricedCalls + recountedCalls;
  }
}
