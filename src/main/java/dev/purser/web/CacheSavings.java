package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Rates;
import dev.purser.reports.Figures;
import dev.purser.reports.MonthUsage;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/**
 * What prompt caches have saved in a month: the tokens read from and written to them at the rate of
 * uncached input, less those tokens at their own rates, by each day's list price. Writing costs
 * more than plain input, so caches that are never read cost money: the result is below zero then.
 */
final class CacheSavings {
  private static final BigInteger PICOS_PER_NANO = BigInteger.valueOf(1_000);

  private CacheSavings() {}

  /** Empty if nothing was read from a cache nor written to one. */
  static Optional<Money> of(MonthUsage usage, PriceList prices) {
    BigInteger picos = BigInteger.ZERO;
    boolean any = false;
    for (MonthUsage.OfModel part : usage.models()) {
      if (!usage.inMonth(part.day())) {
        continue;
      }
      any |= part.figures().cacheRead() + part.figures().cacheWrite() > 0;
      Optional<Rates> rates =
          prices
              .find(
                  part.provider(),
                  part.model(),
                  part.utcDay().atStartOfDay(ZoneOffset.UTC).toInstant())
              .map(price -> price.list());
      if (rates.isPresent()) {
        picos = picos.add(savedPicos(part.figures(), rates.get()));
      }
    }
    return any ? Optional.of(new Money(rounded(picos))) : Optional.empty();
  }

  private static BigInteger savedPicos(Figures figures, Rates rates) {
    if (rates.picos(Kind.INPUT).isEmpty()) {
      return BigInteger.ZERO;
    }
    long uncached = rates.picos(Kind.INPUT).getAsLong();
    BigInteger saved = BigInteger.ZERO;
    for (Map.Entry<Kind, Long> part :
        Map.of(
                Kind.CACHE_READ, figures.cacheRead(),
                Kind.CACHE_WRITE_5M, figures.cacheWrite5m(),
                Kind.CACHE_WRITE_1H, figures.cacheWrite1h(),
                Kind.CACHE_WRITE_30M, figures.cacheWrite30m(),
                Kind.CACHE_WRITE_12H, figures.cacheWrite12h())
            .entrySet()) {
      long each = uncached - rates.picos(part.getKey()).orElse(uncached);
      saved = saved.add(BigInteger.valueOf(each).multiply(BigInteger.valueOf(part.getValue())));
    }
    return saved;
  }

  /** Half up, away from zero. */
  private static long rounded(BigInteger picos) {
    BigInteger half = PICOS_PER_NANO.shiftRight(1);
    BigInteger magnitude = picos.abs().add(half).divide(PICOS_PER_NANO);
    return (picos.signum() < 0 ? magnitude.negate() : magnitude).longValueExact();
  }
}
