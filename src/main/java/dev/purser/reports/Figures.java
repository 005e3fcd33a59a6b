package dev.purser.reports;

import dev.purser.money.Money;

/**
 * What a number of ended calls used and cost: a sum over rows of totals. Where a call used several
 * models, each has its own tokens and their cost.
 *
 * @param requests ended calls, counted with the model that answered
 * @param reported of them, those whose usage the provider reported
 * @param estimated of them, those whose usage is an estimate
 * @param interrupted of them, those that were charged at their hold because Purser died
 * @param unpriced of them, those that are in no cost
 * @param input tokens neither read from nor written to a cache
 * @param reasoning tokens, already counted in {@code output}
 * @param cost exact, without the unpriced calls
 * @param estimatedCost the part of {@code cost} that rests on estimates
 * @param cacheSaved what the tokens read from and written to caches would have cost more uncached;
 *     below zero if writing them was dearer than that. Without the unpriced calls.
 */
public record Figures(
    long requests,
    long reported,
    long estimated,
    long interrupted,
    long unpriced,
    long input,
    long cacheRead,
    long cacheWrite5m,
    long cacheWrite1h,
    long cacheWrite30m,
    long cacheWrite12h,
    long output,
    long reasoning,
    long webSearches,
    Money cost,
    Money estimatedCost,
    Money cacheSaved) {

  /** Of no calls at all. */
  public static final Figures NONE =
      new Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Money.ZERO, Money.ZERO, Money.ZERO);

  /** Tokens written to a cache, for however long. */
  public long cacheWrite() {
    return cacheWrite5m + cacheWrite1h + cacheWrite30m + cacheWrite12h;
  }

  /** The whole prompts: uncached, read and written. */
  public long prompt() {
    return input + cacheRead + cacheWrite();
  }

  /**
   * Whether there is use without any cost that is known: calls without a price and no others, or
   * tokens that a model used in calls of other models, if those have no price.
   */
  public boolean costUnknown() {
    return cost.equals(Money.ZERO) && (unpriced > 0 || onlyBesideOthers());
  }

  /** Whether all that was used was used in calls that other models answered. */
  private boolean onlyBesideOthers() {
    return reported + estimated == 0 && prompt() + output + webSearches > 0;
  }

  /** Whether some calls have a price and others have none. */
  public boolean costIncomplete() {
    return unpriced > 0 && !costUnknown();
  }

  public Figures plus(Figures other) {
    return new Figures(
        requests + other.requests,
        reported + other.reported,
        estimated + other.estimated,
        interrupted + other.interrupted,
        unpriced + other.unpriced,
        input + other.input,
        cacheRead + other.cacheRead,
        cacheWrite5m + other.cacheWrite5m,
        cacheWrite1h + other.cacheWrite1h,
        cacheWrite30m + other.cacheWrite30m,
        cacheWrite12h + other.cacheWrite12h,
        output + other.output,
        reasoning + other.reasoning,
        webSearches + other.webSearches,
        cost.plus(other.cost),
        estimatedCost.plus(other.estimatedCost),
        cacheSaved.plus(other.cacheSaved));
  }

  /** Whether there is nothing to show: what a correction may leave of a model's figures. */
  boolean isEmpty() {
    return equals(NONE);
  }
}
