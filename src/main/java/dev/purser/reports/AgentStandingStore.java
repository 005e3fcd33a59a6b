package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.storage.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * Reads how one agent's calls stand, out of the entries themselves: for an agent that has made few.
 */
public final class AgentStandingStore {
  private static final String MONTH =
      """
      SELECT spent_nanos, held_nanos, doubt_nanos FROM months
      WHERE space_id = :space AND agent_id = :agent
      ORDER BY local_month DESC LIMIT 1
      """;

  private static final String ENTRIES =
      """
      SELECT state, error_code, refused_budget_of, COUNT(*) AS calls,
        SUM(refused_count) AS refused, SUM(counted_nanos) AS counted_nanos,
        SUM(CASE WHEN granted_output_tokens IS NULL THEN 0 ELSE 1 END) AS shortened
      FROM entries WHERE space_id = :space AND agent_id = :agent
      GROUP BY state, error_code, refused_budget_of
      ORDER BY state, error_code, refused_budget_of
      """;

  /** The newest of each sort. */
  private static final String SAMPLE =
      """
      SELECT entry_id FROM (
        SELECT entry_id FROM entries
        WHERE space_id = :space AND agent_id = :agent AND state = 'refused'
        ORDER BY entry_id DESC LIMIT :each) AS refused
      UNION ALL SELECT entry_id FROM (
        SELECT entry_id FROM entries
        WHERE space_id = :space AND agent_id = :agent AND granted_output_tokens IS NOT NULL
        ORDER BY entry_id DESC LIMIT :each) AS shortened
      UNION ALL SELECT entry_id FROM (
        SELECT entry_id FROM entries
        WHERE space_id = :space AND agent_id = :agent AND state <> 'refused'
          AND granted_output_tokens IS NULL
        ORDER BY entry_id DESC LIMIT :each) AS others
      """;

  private record Month(long spent, long held, long doubt) {}

  private record Group(
      EntryState state,
      @Nullable String errorCode,
      @Nullable String budgetOf,
      long calls,
      long refused,
      long counted,
      long shortened) {}

  private static final RowMapper<Month> OF_MONTH =
      (row, _) -> new Month(row.getLong(1), row.getLong(2), row.getLong(3));

  private static final RowMapper<Group> OF_GROUP =
      (row, _) ->
          new Group(
              EntryState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
              row.getString("error_code"),
              row.getString("refused_budget_of"),
              row.getLong("calls"),
              row.getLong("refused"),
              row.getLong("counted_nanos"),
              row.getLong("shortened"));

  private final Database database;

  public AgentStandingStore(Database database) {
    this.database = database;
  }

  /** All of one moment. */
  public AgentStanding read(String spaceId, String agentId) {
    return database.read(handle ->
        handle.inTransaction(
            TransactionIsolationLevel.SERIALIZABLE, snapshot -> read(snapshot, spaceId, agentId)));
  }

  /** Spent, held and in doubt together, as they are committed now: one statement. */
  public Money counted(String spaceId, String agentId) {
    return database.read(handle ->
        of(handle, MONTH, spaceId, agentId)
            .map(OF_MONTH)
            .findOne()
            .map(month -> new Money(month.spent + month.held + month.doubt))
            .orElse(Money.ZERO));
  }

  /**
   * Which of its newest calls show best what happens: refused, shortened and others, so many each.
   */
  public List<String> sample(String spaceId, String agentId, int each) {
    return database.read(handle ->
        of(handle, SAMPLE, spaceId, agentId).bind("each", each).mapTo(String.class).list());
  }

  private static AgentStanding read(Handle handle, String spaceId, String agentId) {
    Month month =
        of(handle, MONTH, spaceId, agentId).map(OF_MONTH).findOne().orElse(new Month(0, 0, 0));
    long open = 0;
    long settled = 0;
    long shortened = 0;
    long interrupted = 0;
    long interruptedCost = 0;
    List<AgentStanding.Refused> refused = new ArrayList<>();
    for (Group group : of(handle, ENTRIES, spaceId, agentId).map(OF_GROUP).list()) {
      shortened += group.shortened;
      switch (group.state) {
        case OPEN -> open += group.calls;
        case SETTLED -> settled += group.calls;
        case INTERRUPTED -> {
          interrupted += group.calls;
          interruptedCost += group.counted;
        }
        case REFUSED ->
            refused.add(
                new AgentStanding.Refused(
                    String.valueOf(group.errorCode), group.budgetOf, group.refused));
      }
    }
    return new AgentStanding(
        new Money(month.spent),
        new Money(month.held),
        new Money(month.doubt),
        open,
        settled,
        shortened,
        interrupted,
        new Money(interruptedCost),
        List.copyOf(refused));
  }

  private static Query of(Handle handle, String sql, String spaceId, String agentId) {
    return handle.createQuery(sql).bind("space", spaceId).bind("agent", agentId);
  }
}
