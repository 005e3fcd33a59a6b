package dev.purser.pricing;

import dev.purser.money.Money;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The lines of one call while they are added up: exactly, and rounded once. */
final class Lines {
  private static final long PICOS_PER_NANO = 1_000;

  private final Rates dearest;
  private final List<Item> items = new ArrayList<>();

  /**
   * Starts a call that used nothing yet.
   *
   * @param dearest what tokens without a price count as
   */
  Lines(Rates dearest) {
    this.dearest = dearest;
  }

  /**
   * Adds what a part of the call used.
   *
   * @param number of the part, from 0
   */
  void add(int number, ModelUsage part, Rates rates) {
    part.counts()
        .forEach((kind, quantity) ->
            items.add(
                part.billed()
                    ? billed(number, part.model(), kind, quantity, rates)
                    : new Item(
                        number, part.model(), kind, quantity, 0L, null, /* billed= */ false)));
  }

  private static Item billed(int part, String model, Kind kind, long quantity, Rates rates) {
    Long unitPicos = rates.unitPicos().get(kind);
    Long uncachedPicos =
        kind.isCached() && unitPicos != null ? rates.unitPicos().get(Kind.INPUT) : null;
    return new Item(part, model, kind, quantity, unitPicos, uncachedPicos, /* billed= */ true);
  }

  /**
   * What they add up to.
   *
   * @param priceVersion of the list that the rates are of
   */
  Priced priced(String priceVersion) {
    Sum priced = new Sum();
    Sum counted = new Sum();
    boolean unpriced = false;
    for (Item item : items) {
      Long unitPicos = item.unitPicos();
      if (unitPicos == null) {
        unpriced = true;
        counted.add(item.quantity(), dearest.picos(item.kind()).orElse(0));
      } else {
        priced.add(item.quantity(), unitPicos);
        counted.add(item.quantity(), unitPicos);
      }
    }
    return new Priced(
        linesOf(priced), unpriced ? null : priced.rounded(), counted.rounded(), priceVersion);
  }

  /**
   * Cuts each line to whole nano-dollars; what is then missing from the rounded sum goes, a
   * nano-dollar each, to the lines that lost most. So the lines add up to the sum.
   */
  private List<Line> linesOf(Sum sum) {
    long missing = sum.rounded().nanos() - sum.nanos;
    boolean[] up = new boolean[items.size()];
    if (missing > 0) {
      IntStream.range(0, items.size())
          .boxed()
          .sorted(Comparator.comparingLong(i -> -items.get(i).lostPicos()))
          .limit(missing)
          .forEach(i -> up[i] = true);
    }
    List<Line> lines = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      lines.add(items.get(i).line(up[i]));
    }
    return List.copyOf(lines);
  }

  private record Item(
      int part,
      String model,
      Kind kind,
      long quantity,
      @Nullable Long unitPicos,
      @Nullable Long uncachedPicos,
      boolean billed) {
    long lostPicos() {
      return unitPicos == null ? 0 : quantity * (unitPicos % PICOS_PER_NANO) % PICOS_PER_NANO;
    }

    Line line(boolean roundedUp) {
      return new Line(
          part,
          model,
          kind,
          quantity,
          unitPicos,
          uncachedPicos,
          unitPicos == null
              ? null
              : new Money(wholeNanos(quantity, unitPicos) + (roundedUp ? 1 : 0)),
          billed);
    }
  }

  /** An exact sum: whole nano-dollars, and the pico-dollars that they leave. */
  private static final class Sum {
    private long nanos;
    private long restPicos;

    void add(long quantity, long unitPicos) {
      nanos = Math.addExact(nanos, wholeNanos(quantity, unitPicos));
      restPicos += quantity * (unitPicos % PICOS_PER_NANO) % PICOS_PER_NANO;
    }

    Money rounded() {
      return new Money(nanos).plus(Money.ofPicosHalfUp(restPicos));
    }
  }

  /** Never overflows: a quantity is at most 10⁹, a price at most 10¹¹. */
  private static long wholeNanos(long quantity, long unitPicos) {
    return quantity * (unitPicos / PICOS_PER_NANO)
        + quantity * (unitPicos % PICOS_PER_NANO) / PICOS_PER_NANO;
  }
}
