package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import dev.purser.storage.Rows;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Optional;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;

/** Reads what there is to be told of a space's budget, in one statement. */
public final class BudgetOutlookStore {
  /** The month is that of now, but none before one that has begun: as admissions have it. */
  private static final String OUTLOOK =
      """
      WITH space AS (
        SELECT space_id, monthly_budget_cents, budget_mode,
          CASE WHEN latest_month > :month THEN latest_month ELSE :month END AS local_month
        FROM spaces WHERE space_id = :space)
      SELECT space.local_month, stopped_limit_nanos, used_percent, projection_told,
        CASE WHEN EXISTS (
          SELECT 1 FROM entries
          WHERE entries.space_id = space.space_id AND state = 'open' AND bounded = 0)
          THEN 1 ELSE 0 END AS unbounded,
        (SELECT MIN(local_day) FROM totals WHERE totals.space_id = space.space_id) AS first_day,
        (SELECT CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT) FROM totals
          WHERE totals.space_id = space.space_id AND local_day >= :first AND local_day < :today)
          AS last_days,
        (SELECT COUNT(DISTINCT agent_id) FROM totals
          WHERE totals.space_id = space.space_id AND local_day > :first
            AND provider = :provider AND request_count > 0) AS agent_count
      FROM space
      LEFT JOIN months
        ON months.space_id = space.space_id AND months.local_month = space.local_month
          AND months.agent_id = ''
      LEFT JOIN notices_told
        ON notices_told.space_id = space.space_id
          AND notices_told.local_month = space.local_month
          AND notices_told.budget_cents = space.monthly_budget_cents
          AND notices_told.budget_mode = space.budget_mode
      """;

  private static final RowViewMapper<BudgetOutlook> OUTLOOKS = BudgetOutlookStore::outlook;

  private final Database database;

  public BudgetOutlookStore(Database database) {
    this.database = database;
  }

  /**
   * The outlook of a space that exists.
   *
   * @param zone of the space
   */
  public BudgetOutlook read(String spaceId, ZoneId zone, Instant now) {
    return read(spaceId, zone, now, Optional.empty());
  }

  /**
   * The same, and how many agents a provider has.
   *
   * @param provider whose agents are counted
   */
  public BudgetOutlook read(String spaceId, ZoneId zone, Instant now, Optional<Provider> provider) {
    LocalDate today = LocalDate.ofInstant(now, zone);
    return database.read(handle ->
        handle
            .createQuery(OUTLOOK)
            .bind("space", spaceId)
            .bind("month", YearMonth.from(today).toString())
            .bind("today", today.toString())
            .bind("first", today.minusDays(MonthUsage.DAYS_BEFORE).toString())
            .bind("provider", provider.map(Provider::id).orElse(""))
            .map(OUTLOOKS)
            .one());
  }

  private static BudgetOutlook outlook(RowView row) {
    String firstDay = row.getColumn("first_day", String.class);
    Long percent = row.getColumn("used_percent", Long.class);
    Long projection = row.getColumn("projection_told", Long.class);
    return new BudgetOutlook(
        YearMonth.parse(row.getColumn("local_month", String.class)),
        new StrictMarks(
            row.getColumn("stopped_limit_nanos", Long.class), Rows.flag(row, "unbounded")),
        firstDay == null ? null : LocalDate.parse(firstDay),
        new Money(row.getColumn("last_days", Long.class)),
        percent == null ? 0 : percent,
        projection != null && projection == 1,
        row.getColumn("agent_count", Long.class));
  }
}
