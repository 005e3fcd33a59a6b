package dev.purser.reports;

import dev.purser.ledger.BudgetMonth;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Reads a month day by day, in four statements and out of totals alone. */
public final class MonthUsageStore {
  private static final String SPACE =
      """
      SELECT monthly_budget_cents, budget_mode, time_zone, latest_month,
        (SELECT MIN(local_day) FROM totals WHERE totals.space_id = spaces.space_id) AS first_day
      FROM spaces WHERE space_id = :space
      """;

  private static final String MONTH =
      """
      SELECT spent_nanos, held_nanos, doubt_nanos FROM months
      WHERE space_id = :space AND local_month = :month AND agent_id = ''
      """;

  private static final String MODELS =
      "SELECT local_day, provider, model, "
          + FiguresStore.SUMS
          + """
          FROM totals
          WHERE space_id = :space AND local_day >= :first AND local_day <= :last
          GROUP BY local_day, provider, model, kind
          ORDER BY local_day, provider, model, kind
          """;

  private static final String AGENTS =
      "SELECT local_day, totals.agent_id, name, "
          + FiguresStore.SUMS
          + """
          FROM totals
          LEFT JOIN agents
            ON agents.space_id = totals.space_id AND agents.agent_id = totals.agent_id
          WHERE totals.space_id = :space AND local_day >= :first AND local_day <= :last
          GROUP BY local_day, totals.agent_id, name, kind
          ORDER BY local_day, totals.agent_id, kind
          """;

  private static final RowViewMapper<Space> SPACES = MonthUsageStore::space;
  private static final RowViewMapper<Sums> SUMS = MonthUsageStore::sums;
  private static final RowViewMapper<MonthUsage.OfModel> OF_MODEL = MonthUsageStore::model;
  private static final RowViewMapper<MonthUsage.OfAgent> OF_AGENT = MonthUsageStore::agent;

  private final Database database;

  public MonthUsageStore(Database database) {
    this.database = database;
  }

  private record Space(
      @Nullable Budget budget, ZoneId zone, String latestMonth, @Nullable LocalDate firstDay) {}

  private record Sums(Money counted, Money held, Money doubt) {}

  /**
   * A month of a space.
   *
   * @param wanted empty for the one that this moment is in
   */
  public MonthUsage read(String spaceId, Optional<YearMonth> wanted, Instant now) {
    // One snapshot, so that the parts add up to the whole.
    return database.read(handle ->
        handle.inTransaction(
            TransactionIsolationLevel.SERIALIZABLE,
            snapshot -> read(snapshot, spaceId, wanted, now)));
  }

  private static MonthUsage read(
      Handle handle, String spaceId, Optional<YearMonth> wanted, Instant now) {
    Space space = handle.createQuery(SPACE).bind("space", spaceId).map(SPACES).one();
    YearMonth month =
        wanted.orElseGet(() -> BudgetMonth.current(now, space.zone(), space.latestMonth()));
    Sums sums =
        handle
            .createQuery(MONTH)
            .bind("space", spaceId)
            .bind("month", month.toString())
            .map(SUMS)
            .findOne()
            .orElse(new Sums(Money.ZERO, Money.ZERO, Money.ZERO));
    List<MonthUsage.OfModel> models =
        handle
            .createQuery(MODELS)
            .bind("space", spaceId)
            .bind("first", month.atDay(1).minusDays(MonthUsage.DAYS_BEFORE).toString())
            .bind("last", month.atEndOfMonth().toString())
            .map(OF_MODEL)
            .list();
    List<MonthUsage.OfAgent> agents =
        handle
            .createQuery(AGENTS)
            .bind("space", spaceId)
            .bind("first", month.atDay(1).toString())
            .bind("last", month.atEndOfMonth().toString())
            .map(OF_AGENT)
            .list();
    return new MonthUsage(
        month,
        space.zone(),
        space.firstDay(),
        space.budget(),
        sums.counted(),
        sums.held(),
        sums.doubt(),
        models,
        agents,
        now);
  }

  private static Space space(RowView row) {
    Long cents = row.getColumn("monthly_budget_cents", Long.class);
    Budget.Mode mode = Budget.Mode.ofId(row.getColumn("budget_mode", String.class)).orElseThrow();
    String firstDay = row.getColumn("first_day", String.class);
    return new Space(
        cents == null ? null : new Budget(Money.ofCents(cents), mode),
        ZoneId.of(row.getColumn("time_zone", String.class)),
        row.getColumn("latest_month", String.class),
        firstDay == null ? null : LocalDate.parse(firstDay));
  }

  private static Sums sums(RowView row) {
    return new Sums(
        new Money(row.getColumn("spent_nanos", Long.class)),
        new Money(row.getColumn("held_nanos", Long.class)),
        new Money(row.getColumn("doubt_nanos", Long.class)));
  }

  private static MonthUsage.OfModel model(RowView row) {
    return new MonthUsage.OfModel(
        LocalDate.parse(row.getColumn("local_day", String.class)),
        Provider.ofId(row.getColumn("provider", String.class)).orElseThrow(),
        row.getColumn("model", String.class),
        FiguresStore.part(row));
  }

  private static MonthUsage.OfAgent agent(RowView row) {
    return new MonthUsage.OfAgent(
        LocalDate.parse(row.getColumn("local_day", String.class)),
        row.getColumn("agent_id", String.class),
        row.getColumn("name", String.class),
        FiguresStore.part(row));
  }
}
