package dev.purser.gateway;

import dev.purser.ledger.Bounded;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.WorstCase;
import dev.purser.providers.Bound;
import dev.purser.providers.CallRequest;
import dev.purser.providers.StrictTerms;
import dev.purser.providers.TokenCount;
import dev.purser.secret.Secret;
import dev.purser.vault.ProviderKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that was decided about a call before the ledger is asked.
 *
 * @param bound the most it can cost
 * @param strict null unless it is under a strict budget
 * @param question what the provider's free counter can still be asked; null if nothing
 */
record Plan(
    String model,
    ProviderKey key,
    Secret secret,
    PriceList prices,
    Bound bound,
    @Nullable StrictTerms strict,
    @Nullable TokenCount question) {

  /** Without a strict budget. */
  static Plan of(
      CallRequest asked, Judgement.Allowed allowed, Secret secret, PriceList prices, Instant now) {
    Bound bound = asked.bound(allowed.model(), prices, now);
    return new Plan(allowed.model(), allowed.providerKey(), secret, prices, bound, null, null);
  }

  /**
   * Under a strict budget.
   *
   * @param betas as {@link CallRequest#strict} takes them
   * @param count what the provider's free counter has said; null if it was not asked
   */
  static Plan strict(
      CallRequest asked,
      Judgement.Allowed allowed,
      Secret secret,
      PriceList prices,
      Instant now,
      @Nullable String betas,
      Counter.@Nullable Count count) {
    String model = allowed.model();
    boolean told = count != null && count.model().equals(model);
    Long input = told && count != null ? count.inputTokens() : null;
    StrictTerms terms =
        input == null
            ? asked.strict(model, betas, prices, now)
            : asked.strict(model, betas, prices, now, input);
    return new Plan(
        model,
        allowed.providerKey(),
        secret,
        prices,
        terms.bound(),
        terms,
        told ? null : asked.tokenCount(model).orElse(null));
  }

  /** What strict budgets decide by; null if what is held for it is no bound. */
  @Nullable Bounded bounded() {
    if (bound.unboundedField() != null) {
      return null;
    }
    WorstCase worst = bound.worst();
    return strict == null
        ? new Bounded(worst, worst.outputTokens(), /* canBeCloser= */ false)
        : new Bounded(worst, strict.leastOutput(), question != null);
  }

  /** The same with a shorter answer. */
  Plan cutTo(long outputTokens) {
    WorstCase worst = bound.worst();
    long answers = bound.outputTokens() / Math.max(1, worst.outputTokens());
    Bound cut =
        new Bound(
            new WorstCase(worst.ways(), outputTokens),
            bound.inputTokens(),
            Math.min(bound.outputTokens(), outputTokens * answers),
            bound.unboundedField());
    return new Plan(model, key, secret, prices, cut, strict, question);
  }

  /** What is sent to the provider. */
  byte[] body(CallRequest asked) {
    return strict == null
        ? asked.bodyFor(model)
        : asked.strictBodyFor(model, bound.worst().outputTokens());
  }
}
