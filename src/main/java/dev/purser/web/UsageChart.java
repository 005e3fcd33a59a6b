package dev.purser.web;

import static dev.purser.web.Figures.cost;
import static dev.purser.web.Figures.shortDay;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.reducing;

import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.reports.Figures;
import dev.purser.reports.MonthUsage;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spend per day, stacked: what the template needs to draw it. A day is {@link #DAY_WIDTH} wide, the
 * whole {@link #HEIGHT} high; lengths have one decimal.
 *
 * @param lines the labels of the grid, from the top down, the last of them zero
 */
public record UsageChart(
    List<Series> series, List<Day> days, List<Money> lines, boolean projected) {
  public static final int DAY_WIDTH = 10;
  public static final int HEIGHT = 208;

  private static final int MAX_SERIES = 6;
  private static final int MAX_LINES = 4;
  private static final String STYLE = "series-";
  private static final String OTHER = STYLE + "other";

  public UsageChart {
    series = List.copyOf(series);
    days = List.copyOf(days);
    lines = List.copyOf(lines);
  }

  /**
   * What days are stacked by: a model, a provider or an agent.
   *
   * @param filter which calls are its own, as addresses say it
   * @param style the colour that it has in every month; empty if colours go by rank
   */
  public record Slice(String name, Map<String, String> filter, String style) {
    static Slice of(String name, Map<String, String> filter) {
      return new Slice(name, filter, "");
    }

    static Slice of(Provider provider, Map<String, String> filter) {
      return new Slice(
          provider.displayName(),
          filter,
          STYLE + (List.of(Provider.values()).indexOf(provider) + 1));
    }
  }

  /**
   * One colour: the six dearest have one each (providers always the same), all others that cost
   * anything share one.
   *
   * @param slice null for the others
   */
  public record Series(@Nullable Slice slice, String style) {
    public String name() {
      return slice == null ? "Other" : slice.name();
    }
  }

  /**
   * A piece of a day's bar.
   *
   * @param calls that it is made of; null for the others, which no filter names
   */
  public record Piece(
      Series series, Figures figures, @Nullable CallLink calls, String top, String height) {}

  /** What a day to come is expected to cost, as an outline. */
  public record Expected(Money cost, String top, String height) {}

  /**
   * A day.
   *
   * @param left where it begins
   * @param pieces from the bottom up
   * @param expected of a day to come; null for days that were
   * @param label empty where labels would stand too close
   */
  public record Day(
      LocalDate day,
      int left,
      List<Piece> pieces,
      Figures figures,
      CallLink calls,
      @Nullable Expected expected,
      String label,
      boolean today) {

    /** What is shown when the pointer rests on the day. */
    public String inWords() {
      if (expected != null) {
        return shortDay(day) + ": projected " + dev.purser.web.Figures.sum(expected.cost());
      }
      StringBuilder words = new StringBuilder(shortDay(day)).append(": ").append(cost(figures));
      String separator = ". ";
      for (Piece piece : pieces.reversed()) {
        words
            .append(separator)
            .append(piece.series().name())
            .append(' ')
            .append(cost(piece.figures()));
        separator = ", ";
      }
      return words.toString();
    }

    /** Its piece of a colour; null if it has none. */
    public @Nullable Piece piece(Series series) {
      return pieces.stream()
          .filter(piece -> piece.series().equals(series))
          .findFirst()
          .orElse(null);
    }
  }

  /** What a slice used on a day. */
  record Part(LocalDate day, Slice slice, Figures figures) {}

  static UsageChart of(MonthUsage usage, List<Part> parts, @Nullable Projection projection) {
    Map<Slice, Series> series = series(parts);
    Map<LocalDate, List<Part>> byDay = parts.stream().collect(groupingBy(Part::day));
    Money perDay = projection == null ? Money.ZERO : projection.perDay();
    Money highest =
        byDay.values().stream()
            .map(ofDay -> sum(ofDay).cost())
            .reduce(perDay, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    List<Money> lines = lines(highest);
    Money top = lines.getFirst();
    LocalDate today = LocalDate.ofInstant(usage.asOf(), usage.zone());
    List<Day> days = new ArrayList<>();
    for (int number = 1; number <= usage.month().lengthOfMonth(); number++) {
      LocalDate day = usage.month().atDay(number);
      List<Part> ofDay = byDay.getOrDefault(day, List.of());
      CallLink calls = CallLink.of(day, day).asOf(today);
      days.add(
          new Day(
              day,
              (number - 1) * DAY_WIDTH,
              pieces(ofDay, series, calls, top),
              sum(ofDay),
              calls,
              projection != null && day.isAfter(today) ? expected(perDay, top) : null,
              label(day, today, usage),
              day.equals(today)));
    }
    return new UsageChart(
        series.values().stream().distinct().toList(),
        days,
        lines,
        projection != null && projection.daysLeft() > 0);
  }

  /** The class of what calls are drawn in; that of the others if they are none of the dearest. */
  String styleOf(Map<String, String> filter) {
    return series.stream()
        .filter(each -> each.slice() != null && each.slice().filter().equals(filter))
        .findFirst()
        .map(Series::style)
        .orElse(OTHER);
  }

  private static Map<Slice, Series> series(List<Part> parts) {
    Map<Slice, Money> costs = new LinkedHashMap<>();
    parts.forEach(part -> costs.merge(part.slice(), part.figures().cost(), Money::plus));
    List<Slice> dearest =
        costs.entrySet().stream()
            .filter(each -> each.getValue().nanos() > 0)
            .sorted(
                Map.Entry.<Slice, Money>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(each -> each.getKey().name()))
            .map(Map.Entry::getKey)
            .toList();
    Map<Slice, Series> series = new LinkedHashMap<>();
    for (Slice slice : dearest) {
      int rank = series.size() + 1;
      series.put(
          slice,
          rank > MAX_SERIES
              ? new Series(null, OTHER)
              : new Series(slice, slice.style().isEmpty() ? STYLE + rank : slice.style()));
    }
    return series;
  }

  private static List<Piece> pieces(
      List<Part> parts, Map<Slice, Series> series, CallLink ofDay, Money top) {
    Map<Series, Figures> sums =
        parts.stream()
            .filter(part -> series.containsKey(part.slice()))
            .collect(
                groupingBy(
                    part -> series.get(part.slice()),
                    reducing(Figures.NONE, Part::figures, Figures::plus)));
    List<Piece> pieces = new ArrayList<>();
    Money below = Money.ZERO;
    for (Series each : series.values().stream().distinct().toList()) {
      Figures figures = sums.get(each);
      if (figures != null) {
        Money above = below.plus(figures.cost());
        long from = tenths(below, top);
        long to = tenths(above, top);
        pieces.add(
            new Piece(
                each,
                figures,
                each.slice() == null ? null : ofDay.with(each.slice().filter()),
                decimal(HEIGHT * 10L - to),
                decimal(to - from)));
        below = above;
      }
    }
    return pieces;
  }

  private static Expected expected(Money perDay, Money top) {
    long height = tenths(perDay, top);
    return new Expected(perDay, decimal(HEIGHT * 10L - height), decimal(height));
  }

  private static Figures sum(List<Part> parts) {
    return parts.stream().map(Part::figures).reduce(Figures.NONE, Figures::plus);
  }

  /** Round figures, at most four steps to the first that is not below the highest day. */
  private static List<Money> lines(Money highest) {
    long wanted = Math.max(1, highest.nanos());
    long step = 1;
    long unit = 1;
    while (Math.multiplyExact(step, MAX_LINES) < wanted) {
      step = step == unit ? 2 * unit : step == 2 * unit ? 5 * unit : 10 * unit;
      unit = step == 10 * unit ? step : unit;
    }
    List<Money> lines = new ArrayList<>();
    for (long line = Math.ceilDiv(wanted, step); line >= 0; line--) {
      lines.add(new Money(line * step));
    }
    return lines;
  }

  private static long tenths(Money part, Money top) {
    return BigInteger.valueOf(part.nanos())
        .multiply(BigInteger.valueOf(HEIGHT * 10L))
        .divide(BigInteger.valueOf(top.nanos()))
        .longValueExact();
  }

  private static String decimal(long tenths) {
    return tenths / 10 + "." + tenths % 10;
  }

  private static String label(LocalDate day, LocalDate today, MonthUsage usage) {
    int number = day.getDayOfMonth();
    if (day.equals(today)) {
      return Integer.toString(number);
    }
    boolean regular = number == 1 || number % 5 == 0;
    boolean besideToday = usage.inMonth(today) && Math.abs(number - today.getDayOfMonth()) <= 2;
    return regular && !besideToday ? Integer.toString(number) : "";
  }
}
