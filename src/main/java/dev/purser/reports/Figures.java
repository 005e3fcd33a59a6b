package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a number of ended calls used and cost: a sum over rows of totals. Where a call used several
 * models, each has its own tokens and their cost.
 *
 * @param requests ended calls, counted with the model that answered
 * @param reported of them, those whose usage the provider reported
 * @param estimated of them, those whose usage is an estimate
 * @param interrupted of them, those that were charged at their hold because Purser died
 * @param unpriced of them, those that are in no cost
 * @param reasoning output tokens that are reasoning
 * @param kinds what was used of each kind; none of those of which there was nothing
 * @param cost exact, without the unpriced calls; what no kind has of it is that of interrupted
 *     calls
 * @param estimatedCost the part of {@code cost} that rests on estimates
 * @param cacheSaved what the tokens read from and written to caches would have cost more uncached;
 *     below zero if writing them cost more than that. Without the unpriced calls.
 */
public record Figures(
    long requests,
    long reported,
    long estimated,
    long interrupted,
    long unpriced,
    long reasoning,
    Map<Kind, Used> kinds,
    Money cost,
    Money estimatedCost,
    Money cacheSaved) {

  /** Of no calls at all. */
  public static final Figures NONE =
      new Figures(0, 0, 0, 0, 0, 0, Map.of(), Money.ZERO, Money.ZERO, Money.ZERO);

  /**
   * What was used of one kind.
   *
   * @param count tokens, or requests
   * @param cost of those that have a price
   */
  public record Used(long count, Money cost) {
    static final Used NOTHING = new Used(0, Money.ZERO);

    Used plus(Used other) {
      return new Used(count + other.count, cost.plus(other.cost));
    }
  }

  /** Drops the kinds of which there is nothing. */
  public Figures {
    EnumMap<Kind, Used> some = new EnumMap<>(Kind.class);
    kinds.forEach((kind, used) -> {
      if (!used.equals(Used.NOTHING)) {
        some.put(kind, used);
      }
    });
    kinds = Collections.unmodifiableMap(some);
  }

  /** How much of a kind. */
  public long count(Kind kind) {
    return kinds.getOrDefault(kind, Used.NOTHING).count();
  }

  /** What it cost, as far as it has a price. */
  public Money costOf(Kind kind) {
    return kinds.getOrDefault(kind, Used.NOTHING).cost();
  }

  /** What interrupted calls cost: nobody knows which tokens they used. */
  public Money costOfNoKind() {
    Money known = kinds.values().stream().map(Used::cost).reduce(Money.ZERO, Money::plus);
    return new Money(cost.nanos() - known.nanos());
  }

  /** How much of all kinds of a group. */
  public long sum(Kind.Group group) {
    return kinds.entrySet().stream()
        .filter(used -> used.getKey().group() == group)
        .mapToLong(used -> used.getValue().count())
        .sum();
  }

  /** Tokens read from caches. */
  public long cacheRead() {
    return sum(Kind.Group.CACHE_READ);
  }

  /** Tokens written to caches, for however long. */
  public long cacheWrite() {
    return sum(Kind.Group.CACHE_WRITE);
  }

  /** The whole prompts: uncached, read and written. */
  public long prompt() {
    return sum(Kind.Group.INPUT) + cacheRead() + cacheWrite();
  }

  /** Tokens of answers, reasoning included. */
  public long output() {
    return sum(Kind.Group.OUTPUT);
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
    return reported + estimated == 0 && kinds.values().stream().anyMatch(used -> used.count() > 0);
  }

  /** Whether some calls have a price and others have none. */
  public boolean costIncomplete() {
    return unpriced > 0 && !costUnknown();
  }

  public Figures plus(Figures other) {
    EnumMap<Kind, Used> both = new EnumMap<>(Kind.class);
    both.putAll(kinds);
    other.kinds.forEach((kind, used) -> both.merge(kind, used, Used::plus));
    return new Figures(
        requests + other.requests,
        reported + other.reported,
        estimated + other.estimated,
        interrupted + other.interrupted,
        unpriced + other.unpriced,
        reasoning + other.reasoning,
        both,
        cost.plus(other.cost),
        estimatedCost.plus(other.estimatedCost),
        cacheSaved.plus(other.cacheSaved));
  }

  /** Whether there is nothing to show: what a correction may leave of a model's figures. */
  boolean isEmpty() {
    return equals(NONE);
  }
}
