package dev.purser.reports;

import dev.purser.ledger.BudgetMonth;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Reads summaries, out of totals alone: as fast after ten million calls as after ten. */
public final class UsageSummaryStore {
  /** The agent of a space's own row. */
  private static final String WHOLE_SPACE = "";

  private static final String BY_MODEL =
      "SELECT provider, model, "
          + FiguresStore.SUMS
          + """
          FROM totals
          WHERE space_id = :space AND local_day >= :first AND local_day <= :last
          GROUP BY provider, model, kind
          ORDER BY provider, model
          """;

  private static final String BY_AGENT =
      "SELECT totals.agent_id, name, "
          + FiguresStore.SUMS
          + """
          FROM totals
          LEFT JOIN agents
            ON agents.space_id = totals.space_id AND agents.agent_id = totals.agent_id
          WHERE totals.space_id = :space AND local_day >= :first AND local_day <= :last
          GROUP BY totals.agent_id, name, kind
          ORDER BY totals.agent_id
          """;

  private static final String SPACE =
      "SELECT monthly_budget_cents, budget_mode, time_zone, latest_month FROM spaces WHERE space_id = :space";

  private static final String MONTH =
      """
      SELECT spent_nanos, held_nanos, doubt_nanos FROM months
      WHERE space_id = :space AND local_month = :month AND agent_id = :agent
      """;

  /** A month's money, and beside it each model's use; one row for a month without any use. */
  private static final String MONTH_BY_MODEL =
      "SELECT spent_nanos, held_nanos, doubt_nanos, provider, model, "
          + FiguresStore.SUMS
          + """
          FROM months
          LEFT JOIN totals
            ON totals.space_id = months.space_id AND local_day >= :first AND local_day <= :last
          WHERE months.space_id = :space AND local_month = :month AND months.agent_id = :agent
          GROUP BY spent_nanos, held_nanos, doubt_nanos, provider, model, kind
          ORDER BY provider, model
          """;

  private static final RowViewMapper<Space> SPACES = UsageSummaryStore::space;
  private static final RowViewMapper<Map.Entry<Model, Figures>> MODELS = UsageSummaryStore::model;
  private static final RowViewMapper<Map.Entry<Agent, Figures>> AGENTS = UsageSummaryStore::agent;
  private static final RowViewMapper<Month> MONTHS = UsageSummaryStore::month;
  private static final RowViewMapper<MonthRow> MONTH_ROWS = UsageSummaryStore::monthRow;

  private static final Comparator<Figures> BY_COST = Comparator.comparing(Figures::cost).reversed();

  private static final Month NO_MONEY = new Month(Money.ZERO, Money.ZERO, Money.ZERO);

  private final Database database;

  public UsageSummaryStore(Database database) {
    this.database = database;
  }

  private record Space(Optional<Budget> budget, ZoneId zone, String latestMonth) {}

  private record Month(Money counted, Money held, Money doubt) {}

  private record MonthRow(Month money, Stream<Map.Entry<Model, Figures>> part) {}

  private record Model(Provider provider, String name) {}

  private record Agent(String id, @Nullable String name) {}

  /** Summarizes the month that this moment is in, in the space's time zone. */
  public UsageSummary current(String spaceId, Instant now) {
    return summary(spaceId, Optional.empty(), now);
  }

  /** Summarizes a month; one without calls has a summary of nothing. */
  public UsageSummary of(String spaceId, YearMonth month, Instant now) {
    return summary(spaceId, Optional.of(month), now);
  }

  /**
   * Summarizes a month without its agents: in one statement.
   *
   * @param zone of the space
   * @param budget of the space; null for no limit
   */
  public UsageSummary withoutAgents(
      String spaceId, YearMonth month, ZoneId zone, @Nullable Budget budget, Instant now) {
    List<MonthRow> rows =
        database.read(handle ->
            ofMonth(handle, MONTH_BY_MODEL, spaceId, month)
                .bind("month", month.toString())
                .bind("agent", WHOLE_SPACE)
                .map(MONTH_ROWS)
                .list());
    Month money = rows.isEmpty() ? NO_MONEY : rows.getFirst().money();
    return new UsageSummary(
        month,
        zone,
        models(rows.stream().flatMap(MonthRow::part)),
        List.of(),
        money.counted(),
        money.held(),
        money.doubt(),
        budget,
        now);
  }

  private UsageSummary summary(String spaceId, Optional<YearMonth> wanted, Instant now) {
    // One snapshot, so that the parts add up to the whole.
    return database.read(handle ->
        handle.inTransaction(
            TransactionIsolationLevel.SERIALIZABLE,
            snapshot -> summary(snapshot, spaceId, wanted, now)));
  }

  private static UsageSummary summary(
      Handle handle, String spaceId, Optional<YearMonth> wanted, Instant now) {
    Space space = handle.createQuery(SPACE).bind("space", spaceId).map(SPACES).one();
    YearMonth month =
        wanted.orElseGet(() -> BudgetMonth.current(now, space.zone(), space.latestMonth()));
    List<UsageSummary.OfModel> byModel =
        models(ofMonth(handle, BY_MODEL, spaceId, month).map(MODELS).list().stream());
    List<UsageSummary.OfAgent> byAgent =
        FiguresStore.sums(ofMonth(handle, BY_AGENT, spaceId, month).map(AGENTS).list().stream())
            .entrySet()
            .stream()
            .map(sum ->
                new UsageSummary.OfAgent(sum.getKey().id(), sum.getKey().name(), sum.getValue()))
            .sorted(Comparator.comparing(UsageSummary.OfAgent::figures, BY_COST))
            .toList();
    Month money =
        handle
            .createQuery(MONTH)
            .bind("space", spaceId)
            .bind("month", month.toString())
            .bind("agent", WHOLE_SPACE)
            .map(MONTHS)
            .findOne()
            .orElse(NO_MONEY);
    return new UsageSummary(
        month,
        space.zone(),
        byModel,
        byAgent,
        money.counted(),
        money.held(),
        money.doubt(),
        space.budget().orElse(null),
        now);
  }

  private static Query ofMonth(Handle handle, String sql, String spaceId, YearMonth month) {
    return handle
        .createQuery(sql)
        .bind("space", spaceId)
        .bind("first", month.atDay(1).toString())
        .bind("last", month.atEndOfMonth().toString());
  }

  private static Space space(RowView row) {
    Long cents = row.getColumn("monthly_budget_cents", Long.class);
    Budget.Mode mode = Budget.Mode.ofId(row.getColumn("budget_mode", String.class)).orElseThrow();
    return new Space(
        Optional.ofNullable(cents).map(limit -> new Budget(Money.ofCents(limit), mode)),
        ZoneId.of(row.getColumn("time_zone", String.class)),
        row.getColumn("latest_month", String.class));
  }

  /** The highest cost first. */
  private static List<UsageSummary.OfModel> models(Stream<Map.Entry<Model, Figures>> parts) {
    return FiguresStore.sums(parts).entrySet().stream()
        .map(sum ->
            new UsageSummary.OfModel(sum.getKey().provider(), sum.getKey().name(), sum.getValue()))
        .sorted(Comparator.comparing(UsageSummary.OfModel::figures, BY_COST))
        .toList();
  }

  private static Map.Entry<Model, Figures> model(RowView row) {
    return Map.entry(
        new Model(
            Provider.ofId(row.getColumn("provider", String.class)).orElseThrow(),
            row.getColumn("model", String.class)),
        FiguresStore.part(row));
  }

  private static Map.Entry<Agent, Figures> agent(RowView row) {
    return Map.entry(
        new Agent(row.getColumn("agent_id", String.class), row.getColumn("name", String.class)),
        FiguresStore.part(row));
  }

  private static Month month(RowView row) {
    return new Month(
        new Money(row.getColumn("spent_nanos", Long.class)),
        new Money(row.getColumn("held_nanos", Long.class)),
        new Money(row.getColumn("doubt_nanos", Long.class)));
  }

  private static MonthRow monthRow(RowView row) {
    boolean used = row.getColumn("model", String.class) != null;
    return new MonthRow(month(row), used ? Stream.of(model(row)) : Stream.empty());
  }
}
