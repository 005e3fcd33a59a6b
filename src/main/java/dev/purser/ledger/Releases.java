package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What people can release for a strict budget to admit calls again: the money in doubt, and the
 * stop after a call has cost more than its hold.
 */
public final class Releases {
  /** The most entries in one transaction. */
  static final int PAGE = 200;

  private static final String IN_DOUBT =
      "SELECT "
          + Entries.COLUMNS
          + """
          , cost_nanos, doubt_nanos
          FROM entries
          WHERE space_id = ? AND local_day >= ? AND local_day < ? AND doubt_nanos > 0
          ORDER BY space_id, entry_id LIMIT ?\
          """;
  private static final String RELEASE =
      "UPDATE entries SET doubt_nanos = 0, doubt_closed = 1 WHERE space_id = ? AND entry_id = ?";
  private static final String SPACE =
      "SELECT time_zone, latest_month FROM spaces WHERE space_id = ?";
  private static final String RESUME =
      """
      UPDATE months SET stopped_limit_nanos = NULL
      WHERE space_id = ? AND local_month = ? AND stopped_limit_nanos IS NOT NULL\
      """;

  private final Database database;
  private final InstantSource clock;

  public Releases(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** What was released. */
  public record Released(Money doubt, long calls) {}

  private record InDoubt(EntryRow entry, Adjustments.Change change) {}

  /**
   * Takes the estimates of this month for what its calls have cost, so that no budget counts more
   * for them: an adjustment of each.
   *
   * @throws StorageException if the database cannot be written just now
   */
  public Released releaseDoubt(String spaceId) {
    Money doubt = Money.ZERO;
    long calls = 0;
    Released page;
    do {
      page = database.transact(session -> page(session, spaceId));
      doubt = doubt.plus(page.doubt);
      calls += page.calls;
    } while (page.calls == PAGE);
    return new Released(doubt, calls);
  }

  /**
   * Lets the strict budgets of a space and its agents admit calls again after one of this month has
   * cost more than its hold.
   *
   * @return whether any did not
   * @throws StorageException if the database cannot be written just now
   */
  public boolean resume(String spaceId) {
    return database.transact(session -> {
      YearMonth month = month(session, spaceId);
      PreparedStatement resume = session.statement(RESUME);
      resume.setString(1, spaceId);
      resume.setString(2, month.toString());
      return resume.executeUpdate() > 0;
    });
  }

  private YearMonth month(Session session, String spaceId) throws SQLException {
    PreparedStatement space = session.statement(SPACE);
    space.setString(1, spaceId);
    try (ResultSet row = space.executeQuery()) {
      if (!row.next()) {
        throw new IllegalArgumentException("there is no space " + spaceId);
      }
      return BudgetMonth.current(clock.instant(), ZoneId.of(row.getString(1)), row.getString(2));
    }
  }

  private Released page(Session session, String spaceId) throws SQLException {
    List<InDoubt> found = inDoubt(session, spaceId, month(session, spaceId));
    SortedSet<Months.Key> keys = new TreeSet<>();
    for (InDoubt one : found) {
      Months.addKeys(keys, one.entry);
    }
    Months months = new Months();
    if (!keys.isEmpty()) {
      months.load(session, keys);
    }
    long released = 0;
    for (InDoubt one : found) {
      PreparedStatement release = session.statement(RELEASE);
      release.setString(1, one.entry.spaceId());
      release.setString(2, one.entry.entryId());
      release.executeUpdate();
      Adjustments.add(
          session,
          one.entry,
          Adjustments.Reason.DOUBT_RELEASED,
          clock.instant(),
          one.change,
          /* detail= */ null);
      months.move(one.entry, 0, 0, one.change.doubtDelta());
      released = Math.subtractExact(released, one.change.doubtDelta());
    }
    months.write(session);
    return new Released(new Money(released), found.size());
  }

  private static List<InDoubt> inDoubt(Session session, String spaceId, YearMonth month)
      throws SQLException {
    PreparedStatement select = session.locking(IN_DOUBT);
    select.setString(1, spaceId);
    select.setString(2, month.atDay(1).toString());
    select.setString(3, month.plusMonths(1).atDay(1).toString());
    select.setLong(4, PAGE);
    List<InDoubt> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        EntryRow entry = Entries.entry(row);
        found.add(
            new InDoubt(
                entry,
                new Adjustments.Change(
                    Entries.longOrNull(row, "cost_nanos"), 0, 0, -row.getLong("doubt_nanos"))));
      }
    }
    return found;
  }
}
