package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import dev.purser.storage.Rows;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/**
 * Reads what agents used in the current month, in one statement and out of totals; of the entries,
 * each agent's newest alone.
 */
public final class AgentUsageStore {
  /**
   * The month in which a call would count is none before one that has begun. Calls without a bound
   * may run for longer than what is left of a month, so their agents are in it too.
   */
  private static final String CURRENT =
      """
      WITH month AS (
        SELECT CASE WHEN latest_month > :calendar THEN latest_month ELSE :calendar END AS name
        FROM spaces WHERE space_id = :space),
      unbounded AS (
        SELECT DISTINCT agent_id FROM entries
        WHERE space_id = :space AND state = 'open' AND bounded = 0),
      used AS (
        SELECT agent_id, spent_nanos, held_nanos, doubt_nanos, stopped_limit_nanos
        FROM months JOIN month ON local_month = month.name
        WHERE space_id = :space AND agent_id <> ''),
      known AS (
        SELECT agent_id FROM used UNION SELECT agent_id FROM unbounded)
      SELECT month.name AS month, known.agent_id,
        COALESCE(spent_nanos, 0) AS spent_nanos, COALESCE(held_nanos, 0) AS held_nanos,
        COALESCE(doubt_nanos, 0) AS doubt_nanos, stopped_limit_nanos,
        CASE WHEN unbounded.agent_id IS NULL THEN 0 ELSE 1 END AS unbounded,
        (SELECT created_at FROM entries
         WHERE entries.space_id = :space AND entries.agent_id = known.agent_id
         ORDER BY entry_id DESC LIMIT 1) AS last_call_at,
      """
          + FiguresStore.SUMS
          + """
          FROM month LEFT JOIN known ON 1 = 1
            LEFT JOIN used ON used.agent_id = known.agent_id
            LEFT JOIN unbounded ON unbounded.agent_id = known.agent_id
            LEFT JOIN totals
              ON totals.space_id = :space AND totals.agent_id = known.agent_id
                AND local_day >= month.name || '-01' AND local_day <= month.name || '-31'
          GROUP BY month.name, known.agent_id, spent_nanos, held_nanos, doubt_nanos,
            stopped_limit_nanos, unbounded.agent_id, kind
          """;

  /** A part of one agent's; of none if no agent has done anything. */
  private record Row(String month, @Nullable AgentUsage usage) {}

  private static final RowViewMapper<Row> ROW = AgentUsageStore::row;

  private final Database database;

  public AgentUsageStore(Database database) {
    this.database = database;
  }

  /**
   * Of all agents of a space.
   *
   * @param calendar the month in the space's time zone
   */
  public AgentsUsage read(String spaceId, YearMonth calendar) {
    List<Row> rows =
        database.read(handle ->
            handle
                .createQuery(CURRENT)
                .bind("space", spaceId)
                .bind("calendar", calendar.toString())
                .map(ROW)
                .list());
    Map<String, AgentUsage> byAgent = new HashMap<>();
    for (Row row : rows) {
      if (row.usage != null) {
        byAgent.merge(row.usage.agentId(), row.usage, AgentUsage::plus);
      }
    }
    return new AgentsUsage(YearMonth.parse(rows.getFirst().month), byAgent);
  }

  private static Row row(RowView row) {
    return new Row(
        row.getColumn("month", String.class),
        row.getColumn("agent_id", String.class) == null ? null : usage(row));
  }

  private static AgentUsage usage(RowView row) {
    boolean used = row.getColumn("requests", Long.class) != null;
    return new AgentUsage(
        row.getColumn("agent_id", String.class),
        used ? FiguresStore.part(row) : Figures.NONE,
        new Money(row.getColumn("spent_nanos", Long.class)),
        new Money(row.getColumn("held_nanos", Long.class)),
        new Money(row.getColumn("doubt_nanos", Long.class)),
        new StrictMarks(
            row.getColumn("stopped_limit_nanos", Long.class), Rows.flag(row, "unbounded")),
        Rows.instantOrNull(row, "last_call_at"));
  }
}
