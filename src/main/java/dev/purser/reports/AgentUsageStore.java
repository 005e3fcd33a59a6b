package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import dev.purser.storage.Rows;
import java.time.YearMonth;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;

/** Reads what agents used in a month, in one statement and out of totals alone. */
public final class AgentUsageStore {
  private static final String OF_MONTH =
      "SELECT months.agent_id, spent_nanos, held_nanos, doubt_nanos, stopped_limit_nanos, "
          + """
          CASE WHEN EXISTS (
            SELECT 1 FROM entries
            WHERE entries.space_id = months.space_id AND entries.agent_id = months.agent_id
              AND state = 'open' AND bounded = 0)
            THEN 1 ELSE 0 END AS unbounded,
          """
          + FiguresStore.SUMS
          + """
          FROM months LEFT JOIN totals
            ON totals.space_id = months.space_id AND totals.agent_id = months.agent_id
              AND local_day >= :first AND local_day <= :last
          WHERE months.space_id = :space AND local_month = :month AND months.agent_id <> ''
          GROUP BY months.space_id, months.agent_id, spent_nanos, held_nanos, doubt_nanos,
            stopped_limit_nanos
          """;

  private static final RowViewMapper<AgentUsage> USAGE = AgentUsageStore::usage;

  private final Database database;

  public AgentUsageStore(Database database) {
    this.database = database;
  }

  /** By the agent's identifier; agents that did nothing are not in it. */
  public Map<String, AgentUsage> read(String spaceId, YearMonth month) {
    Map<String, AgentUsage> byAgent = new HashMap<>();
    database
        .read(handle ->
            handle
                .createQuery(OF_MONTH)
                .bind("space", spaceId)
                .bind("month", month.toString())
                .bind("first", month.atDay(1).toString())
                .bind("last", month.atEndOfMonth().toString())
                .map(USAGE)
                .list())
        .forEach(usage -> byAgent.put(usage.agentId(), usage));
    return byAgent;
  }

  private static AgentUsage usage(RowView row) {
    boolean used = row.getColumn("requests", Long.class) != null;
    return new AgentUsage(
        row.getColumn("agent_id", String.class),
        used ? FiguresStore.of(row) : Figures.NONE,
        new Money(row.getColumn("spent_nanos", Long.class)),
        new Money(row.getColumn("held_nanos", Long.class)),
        new Money(row.getColumn("doubt_nanos", Long.class)),
        new StrictMarks(
            row.getColumn("stopped_limit_nanos", Long.class), Rows.flag(row, "unbounded")));
  }
}
