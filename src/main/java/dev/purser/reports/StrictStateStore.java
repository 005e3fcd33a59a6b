package dev.purser.reports;

import dev.purser.ledger.BudgetMonth;
import dev.purser.money.Budget;
import dev.purser.storage.Database;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads how strict budgets stand this month. */
public final class StrictStateStore {
  /** The agent of a space's own month. */
  private static final String WHOLE_SPACE = "";

  private static final String SPACE =
      "SELECT time_zone, latest_month FROM spaces WHERE space_id = :space";

  private static final String STOPPED =
      """
      SELECT 1 FROM months
      WHERE space_id = :space AND local_month = :month AND agent_id = :agent
        AND stopped_limit_nanos >= :limit
      """;

  private static final String UNBOUNDED =
      """
      SELECT 1 FROM entries
      WHERE space_id = :space AND state = 'open' AND bounded = 0
        AND (:agent = '' OR agent_id = :agent)
      LIMIT 1
      """;

  private final Database database;

  public StrictStateStore(Database database) {
    this.database = database;
  }

  /** Of a space's budget; empty unless it is strict. */
  public Optional<StrictState> ofSpace(String spaceId, @Nullable Budget budget, Instant now) {
    return ofAgent(spaceId, WHOLE_SPACE, budget, now);
  }

  /** Of an agent's budget; empty unless it is strict. */
  public Optional<StrictState> ofAgent(
      String spaceId, String agentId, @Nullable Budget budget, Instant now) {
    return budget == null || budget.mode() != Budget.Mode.STRICT
        ? Optional.empty()
        : Optional.of(database.read(handle -> read(handle, spaceId, agentId, budget, now)));
  }

  private static StrictState read(
      Handle handle, String spaceId, String agentId, Budget budget, Instant now) {
    String month =
        handle
            .createQuery(SPACE)
            .bind("space", spaceId)
            .map((row, _) ->
                BudgetMonth.current(
                    now, ZoneId.of(row.getString("time_zone")), row.getString("latest_month")))
            .one()
            .toString();
    boolean stopped =
        handle
            .createQuery(STOPPED)
            .bind("space", spaceId)
            .bind("month", month)
            .bind("agent", agentId)
            .bind("limit", budget.limit().nanos())
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    if (stopped) {
      return StrictState.STOPPED;
    }
    boolean unbounded =
        handle
            .createQuery(UNBOUNDED)
            .bind("space", spaceId)
            .bind("agent", agentId)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    return unbounded ? StrictState.PENDING : StrictState.IN_FORCE;
  }
}
