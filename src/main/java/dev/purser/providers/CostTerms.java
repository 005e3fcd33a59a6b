package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Terms;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What of a request its cost depends on.
 *
 * @param textTokens the most tokens that its text can be
 * @param outputLimit of one answer, as the request sets it; null if it sets none
 * @param answers how many it asks for
 * @param runs how often the provider may run the model for it
 * @param inputKinds what a token of its input may be billed as
 * @param named the terms that it names itself
 * @param billed the terms that it may be billed on
 * @param unboundedField because of which {@code runs} is a guess, or what it costs
 * @param widened whether it has a name that nobody here knows, so that no limit of its own counts
 */
record CostTerms(
    Input input,
    long textTokens,
    @Nullable Long outputLimit,
    long answers,
    Runs runs,
    Set<Kind> inputKinds,
    Terms named,
    List<Terms> billed,
    @Nullable String unboundedField,
    boolean widened) {

  /**
   * More runs of the provider's own tools than this are as many as no limit at all: the sum of what
   * they read would be no usage any more.
   */
  static final long MAX_USES = 500;

  /** What one pass may read. */
  enum Input {
    /** The text of the body, of which a model reads at most its context window. */
    TEXT,
    /** Things that are not in the body, or cost more tokens than bytes: up to the whole window. */
    WINDOW,
    /** Texts that are read one by one, each at most a window long. */
    MANY_TEXTS
  }

  CostTerms {
    inputKinds = Set.copyOf(inputKinds);
    billed = List.copyOf(billed);
  }

  boolean loops() {
    return runs.loops();
  }

  /** Whether something is to be cached for longer than is usual. */
  boolean longWrites() {
    return inputKinds.contains(Kind.CACHE_WRITE_1H) || inputKinds.contains(Kind.CACHE_WRITE_12H);
  }

  /**
   * The same request in a region, and with a search where it may make one.
   *
   * @param region null if it is billed as nowhere in particular
   * @param searchContext null if it makes no search of this kind
   */
  CostTerms with(@Nullable String region, @Nullable SearchContext searchContext) {
    if (region == null && searchContext == null) {
      return this;
    }
    UnaryOperator<Terms> there =
        terms ->
            new Terms(
                terms.tier(),
                terms.fast(),
                region == null ? terms.geography() : region,
                searchContext);
    boolean searches = searchContext != null;
    return new CostTerms(
        searches ? Input.WINDOW : input,
        textTokens,
        outputLimit,
        answers,
        searches ? runs.searching() : runs,
        inputKinds,
        there.apply(named),
        billed.stream().map(there).distinct().toList(),
        searches && unboundedField == null ? "model" : unboundedField,
        widened);
  }

  /**
   * The same request as it is sent under a strict budget.
   *
   * @param uses the limit that each of the provider's tools gets that has none
   */
  CostTerms strictly(
      long strictTextTokens, List<Terms> strictlyBilled, long uses, @Nullable String field) {
    return new CostTerms(
        input,
        strictTextTokens,
        outputLimit,
        answers,
        runs.limitedTo(uses),
        inputKinds,
        named,
        strictlyBilled,
        field,
        widened);
  }

  /** The same request, of which something is not known. */
  CostTerms widen() {
    return new CostTerms(
        input == Input.MANY_TEXTS ? Input.MANY_TEXTS : Input.WINDOW,
        textTokens,
        outputLimit,
        answers,
        runs,
        inputKinds,
        named,
        billed,
        unboundedField,
        /* widened= */ true);
  }

  /** The same request, when its one pass is known to read at most so much. */
  CostTerms reading(long inputTokens) {
    return new CostTerms(
        Input.TEXT,
        input == Input.TEXT ? Math.min(textTokens, inputTokens) : inputTokens,
        outputLimit,
        answers,
        runs,
        inputKinds,
        named,
        billed,
        unboundedField,
        widened);
  }
}
