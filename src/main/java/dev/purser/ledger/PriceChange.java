package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.Usage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a price list does to one booked call. */
sealed interface PriceChange {
  /** The entry, with the hold that it has after the change. */
  EntryRow entry();

  /** What it adds to the figures of the price that does it. */
  Repriced figures();

  /** Which of the added prices does it; 0 for none of them. */
  int number();

  /** Its cost, or what it counts as without one, is made by other prices. */
  record Charged(EntryRow entry, Charge before, Charge after, int number) implements PriceChange {
    @Override
    public Repriced figures() {
      Long costAfter = after.costNanos();
      if (costAfter == null) {
        return Repriced.recounted();
      }
      Money cost = new Money(costAfter);
      return before.costNanos() == null
          ? Repriced.priced(cost)
          : Repriced.repriced(new Money(before.costNanos()), cost);
    }
  }

  /** Its cost stays; its hold, and what is in doubt by it, was made by a price that is replaced. */
  record Held(EntryRow entry, Charge before, Charge after) implements PriceChange {
    @Override
    public Repriced figures() {
      return Repriced.NOTHING;
    }

    @Override
    public int number() {
      return 0;
    }
  }

  /**
   * It stays as it is, although an added price that it has was replaced: the new one lacks kinds.
   */
  record Kept(EntryRow entry, int number) implements PriceChange {
    @Override
    public Repriced figures() {
      return Repriced.kept();
    }
  }

  /** A price list, and what it was when entries were priced. */
  final class Lists {
    private final PriceList now;
    private final Map<String, PriceList> then = new HashMap<>();

    Lists(PriceList now) {
      this.now = now;
    }

    PriceList now() {
      return now;
    }

    PriceList then(String version) {
      return then.computeIfAbsent(version, now::asAdded);
    }
  }

  /** What the newer list does to a call; empty if nothing. */
  static Optional<PriceChange> of(BookedCall call, Lists lists) {
    EntryRow entry = call.entry();
    Charge before = call.charge();
    PriceList now = lists.now;
    long hold =
        RepricedHold.of(
            entry, call.sentModel(), call.createdAt(), lists.then(entry.holdPriceVersion()), now);
    EntryRow after = hold == entry.holdNanos() ? entry : entry.holding(hold, now.version());
    Optional<PriceChange> charged =
        entry.state() == EntryState.INTERRUPTED
            ? Optional.of(after)
                .filter(_ -> hold != entry.holdNanos())
                .map(_ -> interrupted(call, after, now))
            : charged(call, after, lists.then(call.priceVersion()), now);
    return charged.or(() ->
        hold == entry.holdNanos()
            ? Optional.empty()
            : Optional.of(new Held(after, before, before.under(hold))));
  }

  /** Its usage is not known: it was charged at its hold, which the replaced price was part of. */
  private static PriceChange interrupted(BookedCall call, EntryRow after, PriceList now) {
    return new Charged(
        after,
        call.charge(),
        Charge.atHold(after),
        now.addedNumber(after.provider(), call.sentModel(), call.createdAt()));
  }

  private static Optional<PriceChange> charged(
      BookedCall call, EntryRow after, PriceList then, PriceList now) {
    Provider provider = after.provider();
    Usage usage = call.usage();
    Charge before = call.charge();
    List<Rates> booked = booked(usage.byModel(), before.lines());
    List<Rates> rates = new ArrayList<>(booked);
    int number = 0;
    boolean kept = false;
    for (int i = 0; i < booked.size(); i++) {
      ModelUsage part = usage.byModel().get(i);
      boolean hadPrice = booked.get(i).has(part);
      boolean replaced =
          hadPrice
              && now.replaces(then, provider, part.model(), call.createdAt())
              && agree(
                  booked.get(i), then.rates(provider, part, usage.terms(), call.createdAt()), part);
      if (hadPrice && !replaced) {
        continue;
      }
      Rates newer = now.rates(provider, part, usage.terms(), call.createdAt());
      boolean has = newer.has(part);
      if (has) {
        rates.set(i, newer);
      }
      kept |= replaced && !has;
      if (number == 0 && (replaced || has)) {
        number = now.addedNumber(provider, part.model(), call.createdAt());
      }
    }
    Priced priced = now.price(provider, usage, rates);
    boolean changed = !rates.equals(booked);
    if (!changed && countsLess(before, priced, then.price(provider, usage, booked))) {
      changed = true;
      number = now.added().size();
    }
    if (changed) {
      return Optional.of(new Charged(after, before, charge(before, after, priced, now), number));
    }
    return kept ? Optional.of(new Kept(call.entry(), number)) : Optional.empty();
  }

  /**
   * Whether what has no price was counted at the highest price of a list that has lost it since, as
   * it does when a price that was added by mistake is replaced.
   */
  private static boolean countsLess(Charge before, Priced now, Priced then) {
    return before.costNanos() == null
        && now.cost() == null
        && before.countedNanos() == then.counted().nanos()
        && now.counted().nanos() < before.countedNanos();
  }

  /** Whether a part was booked at these rates, as far as it used what they are for. */
  private static boolean agree(Rates booked, Rates rates, ModelUsage part) {
    return part.counts().keySet().stream()
        .allMatch(kind -> booked.picos(kind).equals(rates.picos(kind)));
  }

  /** The rates that lines were booked at, by the parts that they are of. */
  private static List<Rates> booked(List<ModelUsage> parts, List<BookedLine> lines) {
    List<Rates> booked = new ArrayList<>();
    Iterator<BookedLine> line = lines.iterator();
    for (ModelUsage part : parts) {
      Map<Kind, Long> picos = new EnumMap<>(Kind.class);
      for (Kind kind : part.counts().keySet()) {
        BookedLine next = line.next();
        if (next.unitPicos() != null) {
          picos.put(kind, next.unitPicos());
        }
        // What it would have cost uncached is kept with it, too.
        if (next.uncachedPicos() != null) {
          picos.putIfAbsent(Kind.INPUT, next.uncachedPicos());
        }
      }
      booked.add(new Rates(picos));
    }
    return booked;
  }

  private static Charge charge(Charge before, EntryRow entry, Priced priced, PriceList prices) {
    UnaryOperator<String> totalsModel =
        model -> prices.knows(entry.provider(), model) ? model : Ledger.UNKNOWN_MODEL;
    long counted = priced.counted().nanos();
    return new Charge(
        before.state(),
        before.source(),
        priced.cost() == null ? null : priced.cost().nanos(),
        counted,
        before.doubt(entry.holdNanos(), counted),
        before.doubtClosed(),
        before.model(),
        totalsModel.apply(before.model()),
        before.reasoningTokens(),
        priced.lines().stream()
            .map(line -> Charge.booked(line, entry.provider(), totalsModel))
            .toList());
  }
}
