package dev.purser.ledger;

import dev.purser.pricing.Kind;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.WorstCase;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * What a call would have held at the prices in force now, so that no money of a wrong price stays
 * in doubt or in the charge of an interrupted call. How many tokens of which kind a hold was made
 * for is not known any more; it is known that it was a sum of them.
 */
final class RepricedHold {
  private RepricedHold() {}

  /**
   * In nano-dollars; the entry's own unless an added price that it was made by is replaced. One
   * that was made by the highest prices of the list, for want of the model's own, stays: they
   * hardly change all at once, and which of them it is made of is not known.
   *
   * @param then the list that the hold was made by
   */
  static long of(
      EntryRow entry, String sentModel, Instant createdAt, PriceList then, PriceList now) {
    Provider provider = entry.provider();
    if (!now.replaces(then, provider, sentModel, createdAt)) {
      return entry.holdNanos();
    }
    Rates replaced = then.find(provider, sentModel, createdAt).orElseThrow().list();
    Rates replacing = now.find(provider, sentModel, createdAt).orElseThrow().list();
    // A hold takes the highest price of the list for what the model has no price for.
    return scaled(entry.holdNanos(), replaced, replacing.or(now.dearest(provider)));
  }

  /**
   * The hold times the largest of the relations between both prices, over the kinds of the first:
   * as a sum of them, it is at most that.
   */
  private static long scaled(long hold, Rates before, Rates after) {
    BigInteger most = BigInteger.ZERO;
    for (Map.Entry<Kind, Long> price : before.unitPicos().entrySet()) {
      long replacing = after.picos(price.getKey()).orElse(price.getValue());
      if (price.getValue() > 0) {
        BigInteger[] scaled =
            BigInteger.valueOf(hold)
                .multiply(BigInteger.valueOf(replacing))
                .divideAndRemainder(BigInteger.valueOf(price.getValue()));
        most = most.max(scaled[0].add(BigInteger.valueOf(scaled[1].signum())));
      } else if (replacing > 0) {
        // Nothing was held for these tokens, and nothing is known of how many they could be: at
        // least it does not become less.
        most = most.max(BigInteger.valueOf(hold));
      }
    }
    return most.min(BigInteger.valueOf(WorstCase.CEILING.nanos())).longValueExact();
  }
}
