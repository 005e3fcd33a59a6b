package dev.purser.reports;

import static java.util.stream.Collectors.toMap;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jdbi.v3.core.result.RowView;

/**
 * Reads figures out of a query that groups rows of totals by kind, among others: each of its rows
 * has a part of the figures that it belongs to.
 */
final class FiguresStore {
  /** The columns that {@link #part} reads, for a query that groups by {@code kind}, too. */
  static final String SUMS =
      """
      kind,
        CAST(SUM(request_count) AS BIGINT) AS requests,
        CAST(SUM(reported_count) AS BIGINT) AS reported,
        CAST(SUM(estimated_count) AS BIGINT) AS estimated,
        CAST(SUM(interrupted_count) AS BIGINT) AS interrupted,
        CAST(SUM(unpriced_count) AS BIGINT) AS unpriced,
        CAST(SUM(reasoning_tokens) AS BIGINT) AS reasoning,
        CAST(SUM(quantity) AS BIGINT) AS quantity,
        CAST(SUM(cost_nanos) AS BIGINT) AS cost,
        CAST(SUM(estimated_cost_nanos) AS BIGINT) AS estimated_cost,
        CAST(SUM(cache_saved_nanos) AS BIGINT) AS cache_saved
      """;

  private FiguresStore() {}

  /** What one row adds: of one kind, or what is counted once a call. */
  static Figures part(RowView row) {
    Money cost = new Money(number(row, "cost"));
    Map<Kind, Figures.Used> kinds =
        Kind.ofId(row.getColumn("kind", String.class))
            .map(kind -> Map.of(kind, new Figures.Used(number(row, "quantity"), cost)))
            .orElse(Map.of());
    return new Figures(
        number(row, "requests"),
        number(row, "reported"),
        number(row, "estimated"),
        number(row, "interrupted"),
        number(row, "unpriced"),
        number(row, "reasoning"),
        kinds,
        cost,
        new Money(number(row, "estimated_cost")),
        new Money(number(row, "cache_saved")));
  }

  /** Adds up the parts of each key, in the order of the keys; leaves out what is nothing. */
  static <K> Map<K, Figures> sums(Stream<Map.Entry<K, Figures>> parts) {
    Map<K, Figures> sums =
        parts.collect(
            toMap(Map.Entry::getKey, Map.Entry::getValue, Figures::plus, LinkedHashMap::new));
    sums.values().removeIf(Figures::isEmpty);
    return sums;
  }

  private static long number(RowView row, String column) {
    return row.getColumn(column, Long.class);
  }
}
