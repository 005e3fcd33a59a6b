package dev.purser.ledger;

import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What an ended entry amounts to, in its month and in totals.
 *
 * @param costNanos null if unpriced: then no total has any of it
 * @param countedNanos what budgets count
 * @param doubtNanos the part of the hold that an estimate does not cover
 * @param doubtClosed whether nothing of the hold can be in doubt, whatever it is
 * @param model that answered, else the one sent
 * @param totalsModel the name that {@code model} has in totals
 * @param lines empty if the usage is not known
 */
record Charge(
    EntryState state,
    UsageSource source,
    @Nullable Long costNanos,
    long countedNanos,
    long doubtNanos,
    boolean doubtClosed,
    String model,
    String totalsModel,
    long reasoningTokens,
    List<BookedLine> lines) {

  /** How a settlement ends an entry. */
  static Charge of(EntryRow entry, Settlement settlement, UnaryOperator<String> totalsModel) {
    Usage usage = settlement.usage();
    Priced priced = settlement.priced();
    if (usage == null || priced == null) {
      if (settlement.usageSource() != UsageSource.NONE) {
        throw new IllegalArgumentException("a settlement without the usage it says it has");
      }
      return nothing(entry);
    }
    long counted = priced.counted().nanos();
    return new Charge(
        EntryState.SETTLED,
        settlement.usageSource(),
        priced.cost() == null ? null : priced.cost().nanos(),
        counted,
        settlement.ceiling() ? 0 : doubt(settlement.usageSource(), entry.holdNanos(), counted),
        settlement.ceiling(),
        usage.model(),
        totalsModel.apply(usage.model()),
        usage.byModel().stream().mapToLong(ModelUsage::reasoning).sum(),
        priced.lines().stream().map(line -> booked(line, entry.provider(), totalsModel)).toList());
  }

  /** Ended without having used anything. */
  static Charge nothing(EntryRow entry) {
    return new Charge(
        EntryState.SETTLED,
        UsageSource.NONE,
        0L,
        0,
        0,
        /* doubtClosed= */ false,
        entry.model(),
        entry.totalsModel(),
        0,
        List.of());
  }

  /** What is charged while nobody knows better than the hold. */
  static Charge atHold(EntryRow entry) {
    return new Charge(
        EntryState.INTERRUPTED,
        UsageSource.ESTIMATED,
        entry.holdNanos(),
        entry.holdNanos(),
        0,
        /* doubtClosed= */ false,
        entry.model(),
        entry.totalsModel(),
        0,
        List.of());
  }

  /** What is in doubt of an entry: only an estimate can be too low. */
  private static long doubt(UsageSource source, long holdNanos, long countedNanos) {
    return source == UsageSource.ESTIMATED ? Math.max(0, holdNanos - countedNanos) : 0;
  }

  /** What is in doubt of it if it counts as this much of such a hold. */
  long doubt(long holdNanos, long counted) {
    return doubtClosed ? 0 : doubt(source, holdNanos, counted);
  }

  /** The same with as much in doubt as this hold says. */
  Charge under(long holdNanos) {
    return new Charge(
        state,
        source,
        costNanos,
        countedNanos,
        doubt(holdNanos, countedNanos),
        doubtClosed,
        model,
        totalsModel,
        reasoningTokens,
        lines);
  }

  static BookedLine booked(Line line, Provider provider, UnaryOperator<String> totalsModel) {
    return new BookedLine(
        line.part(),
        provider,
        line.model(),
        totalsModel.apply(line.model()),
        line.kind(),
        line.quantity(),
        line.unitPicos(),
        line.uncachedPicos(),
        line.cost() == null ? null : line.cost().nanos(),
        line.billed());
  }

  /** Over all lines. */
  long quantity(Kind kind) {
    long quantity = 0;
    for (BookedLine line : lines) {
      if (line.kind() == kind) {
        quantity += line.quantity();
      }
    }
    return quantity;
  }

  /** Tokens written to caches of any lifetime. */
  long cacheWrites() {
    return quantity(Kind.CACHE_WRITE_5M)
        + quantity(Kind.CACHE_WRITE_1H)
        + quantity(Kind.CACHE_WRITE_30M)
        + quantity(Kind.CACHE_WRITE_12H);
  }

  /** The cost as a sum adds it: an unknown one is in no sum. */
  long summedCostNanos() {
    return costNanos == null ? 0 : costNanos;
  }
}
