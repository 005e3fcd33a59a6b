package dev.purser.reports;

import dev.purser.money.Money;
import org.jdbi.v3.core.result.RowView;

/** Reads figures out of a query that groups rows of totals. */
final class FiguresStore {
  /** The columns that {@link #of} reads, for a query that groups rows of totals. */
  static final String SUMS =
      """
      CAST(SUM(request_count) AS BIGINT) AS requests,
        CAST(SUM(reported_count) AS BIGINT) AS reported,
        CAST(SUM(estimated_count) AS BIGINT) AS estimated,
        CAST(SUM(interrupted_count) AS BIGINT) AS interrupted,
        CAST(SUM(unpriced_count) AS BIGINT) AS unpriced,
        CAST(SUM(input_tokens) AS BIGINT) AS input,
        CAST(SUM(cache_read_tokens) AS BIGINT) AS cache_read,
        CAST(SUM(cache_write_5m_tokens) AS BIGINT) AS cache_write_5m,
        CAST(SUM(cache_write_1h_tokens) AS BIGINT) AS cache_write_1h,
        CAST(SUM(cache_write_30m_tokens) AS BIGINT) AS cache_write_30m,
        CAST(SUM(cache_write_12h_tokens) AS BIGINT) AS cache_write_12h,
        CAST(SUM(output_tokens) AS BIGINT) AS output,
        CAST(SUM(reasoning_tokens) AS BIGINT) AS reasoning,
        CAST(SUM(web_searches) AS BIGINT) AS web_searches,
        CAST(SUM(cost_nanos) AS BIGINT) AS cost,
        CAST(SUM(estimated_cost_nanos) AS BIGINT) AS estimated_cost,
        CAST(SUM(cache_saved_nanos) AS BIGINT) AS cache_saved
      """;

  private FiguresStore() {}

  static Figures of(RowView row) {
    return new Figures(
        number(row, "requests"),
        number(row, "reported"),
        number(row, "estimated"),
        number(row, "interrupted"),
        number(row, "unpriced"),
        number(row, "input"),
        number(row, "cache_read"),
        number(row, "cache_write_5m"),
        number(row, "cache_write_1h"),
        number(row, "cache_write_30m"),
        number(row, "cache_write_12h"),
        number(row, "output"),
        number(row, "reasoning"),
        number(row, "web_searches"),
        new Money(number(row, "cost")),
        new Money(number(row, "estimated_cost")),
        new Money(number(row, "cache_saved")));
  }

  private static long number(RowView row, String column) {
    return row.getColumn(column, Long.class);
  }
}
