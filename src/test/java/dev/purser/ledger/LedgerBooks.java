package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.storage.Database;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Checks that totals equal the sum of entries and adjustments, which means:
 *
 * <ul>
 *   <li>An entry carries its present figures; its lines, if its cost is known and it has any, add
 *       up to its cost and to its token columns.
 *   <li>A month of a space or agent has spent what its ended entries count, holds what its open
 *       entries hold, and is in doubt by what its ended entries doubt.
 *   <li>Totals of a space, local day, UTC day, agent, provider and model: one row, of no kind,
 *       counts the ended entries that this model answered, and has their cost that no line has; the
 *       others have, kind by kind, the quantities, costs and savings by caches of all lines of this
 *       model. What is unpriced is in no cost, and saves nothing.
 *   <li>An adjustment begins where the one before it ended, and the last one ends with what the
 *       entry says now; that an entry was written again comes first and moves nothing.
 *   <li>Refused entries are in none of it.
 * </ul>
 *
 * Everything is computed anew from entries, lines and adjustments, in SQL of its own.
 */
public final class LedgerBooks {
  private LedgerBooks() {}

  /** All is read as it was at one moment. */
  private static final TransactionIsolationLevel ONE_MOMENT =
      TransactionIsolationLevel.SERIALIZABLE;

  private static final String MONTHS_KEPT =
      """
      SELECT space_id || '|' || local_month || '|' || agent_id AS row_key,
        spent_nanos || '|' || held_nanos || '|' || doubt_nanos AS figures
      FROM months WHERE spent_nanos <> 0 OR held_nanos <> 0 OR doubt_nanos <> 0\
      """;

  private static final String MONTHS_OF_ENTRIES =
      """
      SELECT space_id || '|' || local_month || '|' || agent_id AS row_key,
        SUM(counted_nanos) || '|' || SUM(held_nanos) || '|' || SUM(doubt_nanos) AS figures
      FROM (
        SELECT space_id, SUBSTR(local_day, 1, 7) AS local_month, agent_id, counted_nanos,
          CASE WHEN state = 'open' THEN hold_nanos ELSE 0 END AS held_nanos, doubt_nanos
        FROM entries WHERE state <> 'refused'
        UNION ALL
        SELECT space_id, SUBSTR(local_day, 1, 7), '', counted_nanos,
          CASE WHEN state = 'open' THEN hold_nanos ELSE 0 END, doubt_nanos
        FROM entries WHERE state <> 'refused') AS parts
      GROUP BY space_id, local_month, agent_id
      HAVING SUM(counted_nanos) <> 0 OR SUM(held_nanos) <> 0 OR SUM(doubt_nanos) <> 0\
      """;

  private static final String TOTALS_KEPT =
      """
      SELECT space_id || '|' || local_day || '|' || utc_day || '|' || agent_id || '|' || provider
          || '|' || model || '|' || kind AS row_key,
        request_count || '|' || reported_count || '|' || estimated_count || '|'
          || interrupted_count || '|' || unpriced_count || '|' || reasoning_tokens || '|'
          || quantity || '|' || cost_nanos || '|' || estimated_cost_nanos || '|'
          || cache_saved_nanos AS figures
      FROM totals
      WHERE request_count <> 0 OR reasoning_tokens <> 0 OR quantity <> 0 OR cost_nanos <> 0
        OR estimated_cost_nanos <> 0 OR cache_saved_nanos <> 0\
      """;

  private static final String TOTALS_OF_ENTRIES =
      """
      WITH ended AS (
        SELECT e.*, COALESCE((
            SELECT SUM(l.cost_nanos) FROM entry_lines l
            WHERE l.space_id = e.space_id AND l.entry_id = e.entry_id), 0) AS lines_nanos
        FROM entries e WHERE state IN ('settled', 'interrupted')),
      parts AS (
        SELECT space_id, local_day, utc_day, agent_id, provider, totals_model AS model, '' AS kind,
          1 AS requests,
          CASE WHEN usage_source = 'reported' THEN 1 ELSE 0 END AS reported,
          CASE WHEN usage_source = 'estimated' THEN 1 ELSE 0 END AS estimated,
          CASE WHEN state = 'interrupted' THEN 1 ELSE 0 END AS interrupted,
          CASE WHEN cost_nanos IS NULL THEN 1 ELSE 0 END AS unpriced,
          0 AS quantity, reasoning_tokens AS reasoning,
          CASE WHEN cost_nanos IS NULL THEN 0 ELSE cost_nanos - lines_nanos END AS cost,
          usage_source, 0 AS saved_picos
        FROM ended
        UNION ALL
        SELECT e.space_id, e.local_day, e.utc_day, e.agent_id, l.provider, l.totals_model, l.kind,
          0, 0, 0, 0, 0, l.quantity, 0,
          CASE WHEN e.cost_nanos IS NULL THEN 0 ELSE COALESCE(l.cost_nanos, 0) END, e.usage_source,
          CASE WHEN e.cost_nanos IS NULL THEN 0
            ELSE COALESCE(l.quantity * (l.uncached_picos - l.unit_picos), 0) END
        FROM ended e JOIN entry_lines l ON l.space_id = e.space_id AND l.entry_id = e.entry_id)
      SELECT space_id || '|' || local_day || '|' || utc_day || '|' || agent_id || '|' || provider
          || '|' || model || '|' || kind AS row_key,
        SUM(requests) || '|' || SUM(reported) || '|' || SUM(estimated) || '|' || SUM(interrupted)
          || '|' || SUM(unpriced) || '|' || SUM(reasoning) || '|' || SUM(quantity)
          || '|' || SUM(cost)
          || '|' || SUM(CASE WHEN usage_source = 'estimated' THEN cost ELSE 0 END)
          || '|' || SUM(CASE WHEN (saved_picos + 500) % 1000 < 0
            THEN (saved_picos + 500) / 1000 - 1 ELSE (saved_picos + 500) / 1000 END) AS figures
      FROM parts GROUP BY space_id, local_day, utc_day, agent_id, provider, model, kind\
      """;

  private static final String ENTRIES_UNLIKE_THEIR_LINES =
      """
      SELECT e.entry_id FROM entries e
      JOIN (
        SELECT space_id, entry_id, SUM(cost_nanos) AS cost,
          SUM(CASE WHEN cost_nanos IS NULL THEN 1 ELSE 0 END) AS unpriced,
          SUM(CASE WHEN kind = 'input' THEN quantity ELSE 0 END) AS input,
          SUM(CASE WHEN kind = 'cache_read' THEN quantity ELSE 0 END) AS cache_read,
          SUM(CASE WHEN kind LIKE 'cache_write_%' THEN quantity ELSE 0 END) AS cache_write,
          SUM(CASE WHEN kind = 'output' THEN quantity ELSE 0 END) AS output,
          SUM(CASE WHEN kind = 'web_search' THEN quantity ELSE 0 END) AS web_searches
        FROM entry_lines GROUP BY space_id, entry_id) l
      ON l.space_id = e.space_id AND l.entry_id = e.entry_id
      WHERE e.state <> 'settled' OR e.input_tokens <> l.input
        OR e.cache_read_tokens <> l.cache_read OR e.cache_write_tokens <> l.cache_write
        OR e.output_tokens <> l.output OR e.web_searches <> l.web_searches
        OR (e.cost_nanos IS NULL AND l.unpriced = 0)
        OR (e.cost_nanos IS NOT NULL AND (l.unpriced > 0 OR e.cost_nanos <> l.cost))\
      """;

  private static final String ENTRIES_THAT_CANNOT_BE =
      """
      SELECT entry_id FROM entries
      WHERE (state IN ('open', 'refused')
          AND (usage_source IS NOT NULL OR cost_nanos IS NOT NULL OR counted_nanos <> 0))
        OR (state = 'refused' AND hold_nanos <> 0)
        OR (state IN ('settled', 'interrupted') AND usage_source IS NULL)
        OR (usage_source = 'none' AND (cost_nanos IS NULL OR cost_nanos <> 0))\
      """;

  private static final String LINES_THAT_CANNOT_BE =
      """
      SELECT entry_id FROM entry_lines
      WHERE uncached_picos IS NOT NULL AND (kind NOT LIKE 'cache_%' OR unit_picos IS NULL)\
      """;

  private static final String ADJUSTMENTS_OUT_OF_LINE =
      """
      SELECT a.entry_id FROM adjustments a
      JOIN entries e ON e.space_id = a.space_id AND e.entry_id = a.entry_id
      LEFT JOIN adjustments n ON n.space_id = a.space_id AND n.entry_id = a.entry_id
        AND n.adjustment_number = a.adjustment_number + 1
      WHERE a.reason <> 'restored' AND COALESCE(a.cost_before_nanos, 0) + a.cost_delta_nanos
        <> COALESCE(
          CASE WHEN n.entry_id IS NULL THEN e.cost_nanos ELSE n.cost_before_nanos END, 0)\
      """;

  private static final String RESTORED_THAT_CANNOT_BE =
      """
      SELECT entry_id FROM adjustments
      WHERE reason = 'restored' AND (adjustment_number <> 1 OR cost_delta_nanos <> 0
        OR counted_delta_nanos <> 0 OR doubt_delta_nanos <> 0)\
      """;

  /** Fails, saying where, unless totals equal the sum of entries and adjustments. */
  public static void balance(Database database) {
    database.read(connection ->
        connection.inTransaction(
            ONE_MOMENT,
            handle -> {
              assertThat(rows(handle, MONTHS_KEPT))
                  .as("months are what their entries add up to")
                  .isEqualTo(rows(handle, MONTHS_OF_ENTRIES));
              assertThat(rows(handle, TOTALS_KEPT))
                  .as("totals are what their entries and lines add up to")
                  .isEqualTo(rows(handle, TOTALS_OF_ENTRIES));
              assertThat(ids(handle, ENTRIES_UNLIKE_THEIR_LINES))
                  .as("entries that their lines do not add up to")
                  .isEmpty();
              assertThat(ids(handle, ENTRIES_THAT_CANNOT_BE))
                  .as("entries that cannot be")
                  .isEmpty();
              assertThat(ids(handle, LINES_THAT_CANNOT_BE))
                  .as("entries with lines that cannot be")
                  .isEmpty();
              assertThat(ids(handle, ADJUSTMENTS_OUT_OF_LINE))
                  .as("entries whose adjustments do not lead to their cost")
                  .isEmpty();
              assertThat(ids(handle, RESTORED_THAT_CANNOT_BE))
                  .as("entries that were written again as something else")
                  .isEmpty();
              return true;
            }));
  }

  private static Map<String, String> rows(Handle handle, String sql) {
    Map<String, String> rows = new TreeMap<>();
    handle
        .createQuery(sql)
        .map((row, _) -> Map.entry(row.getString("row_key"), row.getString("figures")))
        .forEach(row -> rows.put(row.getKey(), row.getValue()));
    return rows;
  }

  private static List<String> ids(Handle handle, String sql) {
    return handle.createQuery(sql).mapTo(String.class).list();
  }
}
