package dev.purser.pricing;

import dev.purser.text.PlainText;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs from one day on, and what is known of it: a line of the price list.
 *
 * @param from the first UTC day of this price; {@link LocalDate#MIN} for always
 * @param contextTokens null where it is not documented
 * @param outputTokens the most it answers with; null where it is not documented
 * @param list the list price
 * @param searches pico-dollars for a search of a Chat Completions call, by its context; empty if it
 *     costs what other searches do
 * @param longContext null if long prompts cost no more
 * @param factors of the conditions whose price is known; {@link Condition#REGIONAL} is missing
 *     where it changes nothing
 * @param aliases further names of the model
 */
public record ModelPrice(
    Provider provider,
    String model,
    Use use,
    LocalDate from,
    @Nullable Long contextTokens,
    @Nullable Long outputTokens,
    Rates list,
    Map<SearchContext, Long> searches,
    @Nullable LongContext longContext,
    Map<Condition, Factor> factors,
    List<String> aliases) {

  private static final List<Condition> TIERS =
      List.of(Condition.BATCH, Condition.FLEX, Condition.PRIORITY, Condition.ULTRAFAST);

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if no model can have it
   */
  public ModelPrice {
    if (model.isBlank() || model.length() > ModelUsage.MAX_NAME_LENGTH || !PlainText.is(model)) {
      throw new IllegalArgumentException(
          "a model's name has 1 to "
              + ModelUsage.MAX_NAME_LENGTH
              + " characters, each of which can be seen");
    }
    EnumMap<Condition, Factor> copy = new EnumMap<>(Condition.class);
    copy.putAll(factors);
    factors = Collections.unmodifiableMap(copy);
    EnumMap<SearchContext, Long> searchesCopy = new EnumMap<>(SearchContext.class);
    searchesCopy.putAll(searches);
    searches = Collections.unmodifiableMap(searchesCopy);
    aliases = List.copyOf(aliases);
  }

  /** One whose searches all cost the same. */
  public ModelPrice(
      Provider provider,
      String model,
      Use use,
      LocalDate from,
      @Nullable Long contextTokens,
      @Nullable Long outputTokens,
      Rates list,
      @Nullable LongContext longContext,
      Map<Condition, Factor> factors,
      List<String> aliases) {
    this(
        provider,
        model,
        use,
        from,
        contextTokens,
        outputTokens,
        list,
        Map.of(),
        longContext,
        factors,
        aliases);
  }

  /** What a model is called for. */
  public enum Use {
    CHAT,
    EMBEDDINGS
  }

  /**
   * A dearer card for the whole request.
   *
   * @param overTokens it holds for a prompt of more than this, read and written tokens included
   */
  public record LongContext(long overTokens, Factor prompt, Factor output) {}

  /**
   * What a call costs; empty if the terms are neither the list price nor among the factors.
   *
   * @param promptTokens the whole prompt: uncached, read and written
   */
  public Optional<Rates> rates(long promptTokens, Terms terms) {
    return Condition.of(provider, terms)
        .filter(conditions -> conditions.stream().allMatch(this::hasPrice))
        .map(conditions -> rates(promptTokens, conditions))
        .map(rates -> searching(rates, terms.searchContext()));
  }

  private boolean hasPrice(Condition condition) {
    return condition == Condition.REGIONAL || factors.containsKey(condition);
  }

  private Rates searching(Rates rates, @Nullable SearchContext context) {
    Long picos = context == null ? null : searches.get(context);
    return picos == null ? rates : rates.with(Kind.WEB_SEARCH, picos);
  }

  /** Of each kind the dearest that this model can come to, on any card and terms. */
  public Rates dearest() {
    return everyRates().stream()
        .flatMap(rates ->
            Stream.concat(
                Stream.of(rates),
                searches.keySet().stream().map(context -> searching(rates, context))))
        .reduce(Rates.NONE, Rates::dearer);
  }

  private Rates rates(long promptTokens, Set<Condition> conditions) {
    Factor prompt = Factor.ONE;
    Factor output = Factor.ONE;
    if (longContext != null && promptTokens > longContext.overTokens()) {
      prompt = longContext.prompt();
      output = longContext.output();
    }
    for (Condition condition : conditions) {
      Factor factor = factors.getOrDefault(condition, Factor.ONE);
      prompt = prompt.times(factor);
      output = output.times(factor);
    }
    return list.times(prompt, output);
  }

  /** All that can occur; throws if one of them is not a whole number of pico-dollars. */
  private List<Rates> everyRates() {
    List<Set<Condition>> combinations = new ArrayList<>(List.of(Set.of()));
    for (Condition tier : TIERS) {
      if (factors.containsKey(tier)) {
        combinations.add(Set.of(tier));
      }
    }
    for (Condition other : List.of(Condition.FAST, Condition.US, Condition.REGIONAL)) {
      if (factors.containsKey(other)) {
        for (Set<Condition> combination : List.copyOf(combinations)) {
          Set<Condition> longer = EnumSet.of(other);
          longer.addAll(combination);
          combinations.add(longer);
        }
      }
    }
    List<Rates> every = new ArrayList<>();
    for (Set<Condition> combination : combinations) {
      every.add(rates(0, combination));
      if (longContext != null) {
        every.add(rates(longContext.overTokens() + 1, combination));
      }
    }
    return every;
  }
}
