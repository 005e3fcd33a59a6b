package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.pricing.WorstCase;
import dev.purser.providers.CostTerms.Input;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The most that a request can cost: all that it may read at the dearest price that such a token may
 * have, and all that it may write, in each way that the provider may bill it. The rules are those
 * of {@code docs/bound.md}.
 */
final class Bounds {
  /** The largest on both providers' lists, for a model of which no limit is known. */
  private static final long LARGEST_WINDOW = 1_050_000;

  private static final long LARGEST_OUTPUT = 300_000;

  private Bounds() {}

  static Bound of(Dialect dialect, CostTerms terms, String model, PriceList prices, Instant now) {
    Optional<ModelPrice> price = prices.find(dialect.provider(), model, now);
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
    long oneAnswer = first(terms.outputLimit(), knownOutput, knownWindow).orElse(LARGEST_OUTPUT);
    long input = times(onePass, terms.passes());
    long outputs = times(terms.answers(), terms.passes());
    String unbounded = terms.unboundedField();
    if (unbounded == null && terms.input() == Input.WINDOW && knownWindow == null) {
      unbounded = "model";
    }
    if (unbounded == null && first(terms.outputLimit(), knownOutput, knownWindow).isEmpty()) {
      unbounded = dialect.limitField();
    }
    if (unbounded == null && price.isPresent() && price.get().rates(0, terms.named()).isEmpty()) {
      unbounded = naming(dialect, terms.named());
    }
    return new Bound(
        new WorstCase(
            ways(price, prices.dearest(dialect.provider()), terms, input, outputs),
            Math.min(oneAnswer, ModelUsage.MOST)),
        input,
        times(oneAnswer, outputs),
        unbounded);
  }

  /** The field that names terms on which the list has no price for a model that it knows. */
  private static String naming(Dialect dialect, Terms named) {
    if (dialect != Dialect.ANTHROPIC_MESSAGES) {
      return "service_tier";
    }
    return named.fast() ? "speed" : "inference_geo";
  }

  /** Each way that the terms and the cards allow. What has no price counts as the dearest. */
  private static List<WorstCase.Way> ways(
      Optional<ModelPrice> price, Rates dearest, CostTerms terms, long input, long outputs) {
    List<WorstCase.Way> ways = new ArrayList<>();
    for (Terms billed : terms.billed()) {
      // The card of short prompts too: a list may make long ones cheaper.
      for (long prompt : new long[] {0, input}) {
        Optional<Rates> rates = price.flatMap(found -> found.rates(prompt, billed));
        if (rates.isEmpty() && price.isPresent() && !billed.equals(terms.named())) {
          continue; // The model is not offered on these terms, which the request does not name.
        }
        WorstCase.Way way = way(rates.orElse(dearest), dearest, terms, input, outputs);
        if (!ways.contains(way)) {
          ways.add(way);
        }
      }
    }
    return ways;
  }

  private static WorstCase.Way way(
      Rates rates, Rates dearest, CostTerms terms, long input, long outputs) {
    long inputPicos = 0;
    for (Kind kind : terms.inputKinds()) {
      inputPicos = Math.max(inputPicos, picos(rates, dearest, kind));
    }
    return new WorstCase.Way(
        WorstCase.capped(
            WorstCase.cost(input, inputPicos),
            WorstCase.cost(terms.webSearches(), picos(rates, dearest, Kind.WEB_SEARCH))),
        WorstCase.product(outputs, picos(rates, dearest, Kind.OUTPUT)));
  }

  private static long picos(Rates rates, Rates dearest, Kind kind) {
    return rates.picos(kind).orElse(dearest.picos(kind).orElse(0));
  }

  private static OptionalLong first(@Nullable Long... limits) {
    for (Long limit : limits) {
      if (limit != null) {
        return OptionalLong.of(limit);
      }
    }
    return OptionalLong.empty();
  }

  private static long times(long quantity, long factor) {
    long most = ModelUsage.MOST;
    return quantity > most || factor > most / Math.max(1, quantity) ? most : quantity * factor;
  }
}
