package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.reports.MonthUsage;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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

  private static final int MOST_SERIES = 6;
  private static final int MOST_LINES = 4;
  private static final String OTHER = "Other";

  public UsageChart {
    series = List.copyOf(series);
    days = List.copyOf(days);
    lines = List.copyOf(lines);
  }

  /** One colour: the six dearest have one each, all others share one. */
  public record Series(String name, String style) {}

  /** A piece of a day's bar. */
  public record Piece(Series series, Money cost, String top, String height) {}

  /** What a day to come is expected to cost, as an outline. */
  public record Expected(String top, String height) {}

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
      Money cost,
      long requests,
      CallLink calls,
      @Nullable Expected expected,
      String label,
      boolean today) {

    /** What is shown when the pointer rests on the day. */
    public String inWords() {
      StringBuilder words =
          new StringBuilder(Figures.shortDay(day)).append(": ").append(Figures.sum(cost));
      String separator = ". ";
      for (Piece piece : pieces.reversed()) {
        words
            .append(separator)
            .append(piece.series().name())
            .append(' ')
            .append(Figures.sum(piece.cost()));
        separator = ", ";
      }
      return words.toString();
    }
  }

  /** A part of a day, by whatever it is stacked. */
  record Part(LocalDate day, String name, Money cost, long requests) {}

  static UsageChart of(MonthUsage usage, List<Part> parts, @Nullable Projection projection) {
    Map<String, Series> series = series(parts);
    Map<LocalDate, List<Part>> byDay = new TreeMap<>();
    parts.forEach(part -> byDay.computeIfAbsent(part.day(), day -> new ArrayList<>()).add(part));
    Money perDay = projection == null ? Money.ZERO : projection.perDay();
    Money highest =
        byDay.values().stream()
            .map(UsageChart::cost)
            .reduce(perDay, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    List<Money> lines = lines(highest);
    Money top = lines.getFirst();
    LocalDate today = LocalDate.ofInstant(usage.asOf(), usage.zone());
    List<Day> days = new ArrayList<>();
    for (int number = 1; number <= usage.month().lengthOfMonth(); number++) {
      LocalDate day = usage.month().atDay(number);
      List<Part> ofDay = byDay.getOrDefault(day, List.of());
      days.add(
          new Day(
              day,
              (number - 1) * DAY_WIDTH,
              pieces(ofDay, series, top),
              cost(ofDay),
              ofDay.stream().mapToLong(Part::requests).sum(),
              CallLink.of(day, day),
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

  /** The class of what a name is drawn in; that of the others if it is none of the dearest. */
  String styleOf(String name) {
    return series.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .map(Series::style)
        .orElse("series-other");
  }

  private static Map<String, Series> series(List<Part> parts) {
    Map<String, Long> costs = new TreeMap<>();
    parts.forEach(part -> costs.merge(part.name(), part.cost().nanos(), Math::addExact));
    List<String> dearest =
        costs.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(Map.Entry::getKey)
            .toList();
    Map<String, Series> series = new LinkedHashMap<>();
    Series other = new Series(OTHER, "series-other");
    for (int rank = 0; rank < dearest.size(); rank++) {
      String name = dearest.get(rank);
      series.put(name, rank < MOST_SERIES ? new Series(name, "series-" + (rank + 1)) : other);
    }
    return series;
  }

  private static List<Piece> pieces(List<Part> parts, Map<String, Series> series, Money top) {
    Map<Series, Money> costs = new LinkedHashMap<>();
    series.values().forEach(each -> costs.put(each, Money.ZERO));
    for (Part part : parts) {
      Series own = series.get(part.name());
      if (own != null) {
        costs.merge(own, part.cost(), Money::plus);
      }
    }
    List<Piece> pieces = new ArrayList<>();
    Money below = Money.ZERO;
    for (Map.Entry<Series, Money> each : costs.entrySet()) {
      if (each.getValue().nanos() > 0) {
        Money above = below.plus(each.getValue());
        long from = tenths(below, top);
        long to = tenths(above, top);
        pieces.add(
            new Piece(
                each.getKey(), each.getValue(), decimal(HEIGHT * 10L - to), decimal(to - from)));
        below = above;
      }
    }
    return pieces;
  }

  private static Expected expected(Money perDay, Money top) {
    long height = tenths(perDay, top);
    return new Expected(decimal(HEIGHT * 10L - height), decimal(height));
  }

  private static Money cost(List<Part> parts) {
    return parts.stream().map(Part::cost).reduce(Money.ZERO, Money::plus);
  }

  /** Round figures, at most four steps to the first that is not below the highest day. */
  private static List<Money> lines(Money highest) {
    long wanted = Math.max(1, highest.nanos());
    long step = 1;
    long unit = 1;
    while (Math.multiplyExact(step, MOST_LINES) < wanted) {
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

  /** The parts of a month, by what {@code by} names them. */
  static <T> List<Part> parts(
      List<T> rows,
      Function<T, LocalDate> day,
      Function<T, String> by,
      Function<T, dev.purser.reports.Figures> figures) {
    return rows.stream()
        .map(row ->
            new Part(
                day.apply(row),
                by.apply(row),
                figures.apply(row).cost(),
                figures.apply(row).requests()))
        .toList();
  }
}
