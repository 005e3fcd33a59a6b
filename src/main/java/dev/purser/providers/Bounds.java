package dev.purser.providers;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.pricing.WorstCase;
import java.time.Instant;
import java.util.ArrayList;
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

    long outputs = terms.answers() * terms.passes();
    Rates dearest = prices.dearest(provider);
    List<WorstCase.Way> ways = new ArrayList<>();
    for (Terms billed : terms.billed()) {
      Optional<Rates> rates = price.flatMap(found -> found.rates(input, billed));
      if (rates.isEmpty() && price.isPresent() && terms.billed().size() > 1) {
        continue; // The model is not offered on these terms, which the request does not name.
      }
      ways.add(way(rates.orElse(dearest), dearest, terms, input, outputs));
    }
    return new Bound(
        new WorstCase(ways, Math.min(oneAnswer, ModelUsage.MOST)),
        input,
        output,
        terms.unboundedField());
  }

  /** A kind that the model has no price for counts as the dearest. */
  private static WorstCase.Way way(
      Rates rates, Rates dearest, CostTerms terms, long input, long outputs) {
    long inputPicos = 0;
    for (Kind kind : terms.inputKinds()) {
      if (kind == Kind.INPUT || rates.picos(kind).isPresent()) {
        inputPicos = Math.max(inputPicos, picos(rates, dearest, kind));
      }
    }
    Money searches = WorstCase.cost(terms.webSearches(), picos(rates, dearest, Kind.WEB_SEARCH));
    return new WorstCase.Way(
        WorstCase.capped(WorstCase.cost(input, inputPicos), searches),
        outputs * picos(rates, dearest, Kind.OUTPUT));
  }

  private static long picos(Rates rates, Rates dearest, Kind kind) {
    return rates.picos(kind).orElse(dearest.picos(kind).orElse(0));
  }

  private static long times(long quantity, long factor) {
    long most = ModelUsage.MOST;
    return quantity > most || factor > most / Math.max(1, quantity) ? most : quantity * factor;
  }
}
