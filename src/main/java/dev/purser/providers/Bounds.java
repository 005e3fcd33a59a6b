package dev.purser.providers;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.pricing.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The most that a request can cost: its worst case as a usage, priced by the one function that
 * prices usage, in each way that the provider may bill it; the dearest counts.
 */
final class Bounds {
  /** The largest on both providers' lists, for a model of which no limit is known. */
  private static final long LARGEST_WINDOW = 1_050_000;

  private static final long LARGEST_OUTPUT = 300_000;

  /** A price is rounded to the nearest nano-dollar; a bound is not below it. */
  private static final Money ROUNDING = new Money(1);

  private Bounds() {}

  static Bound of(Provider provider, CostTerms terms, String model, PriceList prices, Instant now) {
    Optional<ModelPrice> price = prices.find(provider, model, now);
    Long knownWindow = price.map(ModelPrice::contextTokens).orElse(null);
    Long knownOutput = price.map(ModelPrice::outputTokens).orElse(null);
    long window = knownWindow == null ? LARGEST_WINDOW : knownWindow;
    long onePass =
        switch (terms.input()) {
          case TEXT ->
              knownWindow == null ? terms.textTokens() : Math.min(terms.textTokens(), window);
          case WINDOW -> window;
          case MANY_TEXTS -> terms.textTokens();
        };
    Long limit = terms.outputLimit();
    long oneAnswer = limit != null ? limit : knownOutput == null ? LARGEST_OUTPUT : knownOutput;
    long input = times(onePass, terms.passes());
    long output = times(times(oneAnswer, terms.answers()), terms.passes());

    Money dearest = Money.ZERO;
    for (Terms billed : terms.billed()) {
      Optional<Rates> rates = price.flatMap(found -> found.rates(input, billed));
      if (rates.isEmpty() && price.isPresent() && terms.billed().size() > 1) {
        continue; // The model is not offered on these terms, which the request does not name.
      }
      for (Kind kind : terms.inputKinds()) {
        if (rates.isPresent() && rates.get().picos(kind).isEmpty()) {
          continue; // The model does not bill this kind.
        }
        ModelUsage worst = worst(model, kind, input, output, terms.webSearches());
        Usage usage = new Usage(List.of(worst), billed.tier(), billed.fast(), billed.geography());
        Money counted = prices.price(provider, usage, now).counted();
        dearest = counted.compareTo(dearest) > 0 ? counted : dearest;
      }
    }
    return new Bound(dearest.plus(ROUNDING), input, output, terms.unboundedField());
  }

  private static long times(long quantity, long factor) {
    long most = ModelUsage.MOST;
    return quantity > most || factor > most / Math.max(1, quantity) ? most : quantity * factor;
  }

  private static ModelUsage worst(
      String model, Kind kind, long input, long output, long webSearches) {
    return new ModelUsage(
        model,
        kind == Kind.INPUT ? input : 0,
        0,
        kind == Kind.CACHE_WRITE_5M ? input : 0,
        kind == Kind.CACHE_WRITE_1H ? input : 0,
        kind == Kind.CACHE_WRITE_30M ? input : 0,
        kind == Kind.CACHE_WRITE_12H ? input : 0,
        output,
        0,
        webSearches);
  }
}
