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
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The most that a request can cost: all that it may read at the dearest price that such a token may
 * have, and all that it may write, in each way that the provider may bill it. The rules are those
 * of {@code docs/bound.md}.
 */
final class Bounds {
  /** The largest on both providers' lists, for a model of which no limit is known. */
  private static final long MAX_WINDOW = 1_050_000;

  private static final long MAX_OUTPUT = 300_000;

  private static final Set<Kind> EVERY_INPUT =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(Kind.OUTPUT, Kind.WEB_SEARCH)));

  private Bounds() {}

  static Bound of(Dialect dialect, CostTerms terms, String model, PriceList prices, Instant now) {
    Optional<ModelPrice> price = prices.find(dialect.provider(), model, now);
    Long knownWindow = price.map(ModelPrice::contextTokens).orElse(null);
    Long knownOutput = price.map(ModelPrice::outputTokens).orElse(null);
    long window = knownWindow == null ? MAX_WINDOW : knownWindow;
    long onePass =
        switch (terms.input()) {
          case TEXT ->
              knownWindow == null ? terms.textTokens() : Math.min(terms.textTokens(), window);
          case WINDOW -> window;
          case MANY_TEXTS ->
              terms.widened() ? Math.max(terms.textTokens(), window) : terms.textTokens();
        };
    OptionalLong limit = first(terms.outputLimit(), knownOutput, knownWindow);
    if (terms.widened()) {
      limit = larger(terms.outputLimit(), first(knownOutput, knownWindow));
    }
    long oneAnswer = limit.orElse(MAX_OUTPUT);
    long input = times(onePass, terms.runs().passes());
    long outputs = times(terms.answers(), terms.runs().passes());
    String unbounded = terms.unboundedField();
    if (unbounded == null && terms.runs().missing() > 0) {
      unbounded = dialect.usesField();
    }
    if (unbounded == null
        && knownWindow == null
        && (terms.input() == Input.WINDOW || terms.widened())) {
      unbounded = "model";
    }
    if (unbounded == null && limit.isEmpty()) {
      unbounded = dialect.limitField();
    }
    if (unbounded == null && price.isPresent() && price.get().rates(0, terms.named()).isEmpty()) {
      unbounded = naming(dialect, terms.named());
    }
    long answer = Math.min(oneAnswer, ModelUsage.MAX);
    return new Bound(
        new WorstCase(
            terms.widened() && price.isPresent()
                ? List.of(highest(price.get(), prices, terms, input, outputs, answer))
                : ways(price, prices.dearest(dialect.provider()), terms, input, outputs),
            answer),
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
        WorstCase.Way way =
            way(rates.orElse(dearest), dearest, terms, terms.inputKinds(), input, outputs);
        if (!ways.contains(way)) {
          ways.add(way);
        }
      }
    }
    return ways;
  }

  /**
   * The model's highest card, and every kind of input at it. What an answer costs is fixed: it is
   * not known that a lower limit of the answer would hold.
   */
  private static WorstCase.Way highest(
      ModelPrice price, PriceList prices, CostTerms terms, long input, long outputs, long answer) {
    WorstCase.Way open =
        way(price.dearest(), prices.dearest(price.provider()), terms, EVERY_INPUT, input, outputs);
    return new WorstCase.Way(
        WorstCase.capped(open.input(), WorstCase.cost(answer, open.picosPerOutputToken())), 0);
  }

  private static WorstCase.Way way(
      Rates rates, Rates dearest, CostTerms terms, Set<Kind> inputKinds, long input, long outputs) {
    long inputPicos = 0;
    for (Kind kind : inputKinds) {
      inputPicos = Math.max(inputPicos, picos(rates, dearest, kind));
    }
    return new WorstCase.Way(
        WorstCase.capped(
            WorstCase.cost(input, inputPicos),
            WorstCase.cost(terms.runs().webSearches(), picos(rates, dearest, Kind.WEB_SEARCH))),
        WorstCase.product(outputs, picos(rates, dearest, Kind.OUTPUT)));
  }

  private static long picos(Rates rates, Rates dearest, Kind kind) {
    return rates.picos(kind).orElse(dearest.picos(kind).orElse(0));
  }

  private static OptionalLong larger(@Nullable Long limit, OptionalLong known) {
    return limit == null || known.isEmpty()
        ? known
        : OptionalLong.of(Math.max(limit, known.getAsLong()));
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
    long most = ModelUsage.MAX;
    return quantity > most || factor > most / Math.max(1, quantity) ? most : quantity * factor;
  }
}
