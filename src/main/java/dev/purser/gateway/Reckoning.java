package dev.purser.gateway;

import dev.purser.ledger.Bounded;
import dev.purser.pricing.PriceList;
import dev.purser.providers.Bound;
import dev.purser.providers.CallRequest;
import dev.purser.providers.RequestName;
import dev.purser.providers.StrictAsk;
import dev.purser.providers.StrictTerms;
import dev.purser.providers.TokenCount;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call can cost at most, and what a strict budget may do about it.
 *
 * @param strict what holds for it under a strict budget; null if it is under none
 * @param question what the provider's free counter can still be asked for a closer bound; null if
 *     nothing
 */
record Reckoning(Bound bound, @Nullable StrictTerms strict, @Nullable TokenCount question) {

  /** Of a call without a strict budget. */
  static Reckoning of(CallRequest asked, String model, PriceList prices, Instant now) {
    return new Reckoning(asked.bound(model, prices, now), null, null);
  }

  /**
   * Of a call under a strict budget.
   *
   * @param ask its counted input is that of {@code count}, if it is of the same model
   * @param count what the provider's free counter has said; null if it was not asked
   */
  static Reckoning underStrictBudget(
      CallRequest asked,
      String model,
      StrictAsk ask,
      PriceList prices,
      Instant now,
      Counter.@Nullable Count count) {
    boolean counted = count != null && count.model().equals(model);
    Long input = count != null && counted ? count.inputTokens() : null;
    StrictTerms terms = asked.strict(model, ask.counted(input), prices, now);
    TokenCount question = counted ? null : asked.tokenCount(model, terms.widening()).orElse(null);
    return new Reckoning(terms.bound(), terms, question);
  }

  /** Why no strict budget can admit it, as a field of the request; null if one can. */
  @Nullable String unboundedField() {
    return strict == null ? null : bound.unboundedField();
  }

  /** What strict budgets decide by; null if what is set aside for it is only an estimate. */
  @Nullable Bounded bounded() {
    // Only the terms of strict budgets hold for everything that a request may contain.
    if (strict == null || bound.unboundedField() != null) {
      return null;
    }
    return new Bounded(
        bound.worst(),
        strict.leastOutput(),
        question != null || canUseToolsLess(),
        strict.widening().stream().map(RequestName::id).toList());
  }

  /** Whether a closer bound can be had by a lower limit of uses of the provider's tools. */
  boolean canUseToolsLess() {
    return strict != null && strict.toolUses() != null && strict.toolUses() > 1;
  }

  /** The limit of uses that the provider's tools are given; null if they are given none. */
  @Nullable Long toolUses() {
    return strict == null ? null : strict.toolUses();
  }

  /** The names because of which the call counts as the most that its model can cost. */
  List<RequestName> widening() {
    return strict == null ? List.of() : strict.widening();
  }

  /** Whether what the provider says of its input is all that it can be billed as such. */
  boolean canNarrow() {
    return strict != null && strict.widening().isEmpty();
  }

  /** The same with a shorter answer. */
  Reckoning cutTo(long outputTokens) {
    return new Reckoning(bound.lowered(outputTokens), strict, question);
  }

  /** What is sent to the provider. */
  byte[] body(CallRequest asked, String model) {
    return strict == null
        ? asked.bodyFor(model)
        : asked.strictBodyFor(model, strict, bound.worst().outputTokens());
  }
}
