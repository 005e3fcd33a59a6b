package dev.purser.ledger;

import dev.purser.pricing.PriceList;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.Repricing;
import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Books what a newer price list changes of the month that is open in an entry's space, each with an
 * adjustment: entries without a price that have one on it, and entries whose price was added and
 * has been replaced by a later added one. What the shipped list has priced keeps its cost, and so
 * do entries of months that have ended.
 */
public final class Repricer implements Repricing {
  static final String UNPRICED =
      "SELECT "
          + BookedCall.COLUMNS
          + """

           FROM entries
          WHERE space_id = ? AND entry_id > ? AND usage_source IS NOT NULL AND cost_nanos IS NULL
            AND local_day >= ?
          ORDER BY entry_id LIMIT ?\
          """;
  static final String OF_MODEL =
      "SELECT "
          + BookedCall.COLUMNS
          + """

           FROM entries
          WHERE space_id = ? AND entry_id > ? AND entry_id <= COALESCE(?, entry_id)
            AND cost_nanos IS NOT NULL
            AND local_day >= ? AND provider = ?
            AND (price_version <> ? OR COALESCE(hold_price_version, price_version) <> ?)
            AND ((state = 'interrupted' AND sent_model = ?) OR EXISTS (
              SELECT 1 FROM entry_lines l
              WHERE l.space_id = entries.space_id AND l.entry_id = entries.entry_id AND l.model = ?))
          ORDER BY entry_id\
          """;
  private static final String ONE =
      "SELECT " + BookedCall.COLUMNS + " FROM entries WHERE space_id = ? AND entry_id = ?";
  private static final String SPACE =
      "SELECT time_zone, latest_month FROM spaces WHERE space_id = ?";
  private static final String PRICE_ENTRY =
      """
      UPDATE entries SET cost_nanos = ?, counted_nanos = ?, totals_model = ?, price_version = ?
      WHERE space_id = ? AND entry_id = ?\
      """;
  private static final String HOLD =
      """
      UPDATE entries SET hold_nanos = ?, hold_price_version = ?, doubt_nanos = ?
      WHERE space_id = ? AND entry_id = ?\
      """;
  private static final String PRICE_LINE =
      """
      UPDATE entry_lines SET totals_model = ?, unit_picos = ?, uncached_picos = ?, cost_nanos = ?
      WHERE space_id = ? AND entry_id = ? AND line_number = ?\
      """;

  private final InstantSource clock;

  public Repricer(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Iterator<Batch> find(Database database, PriceList prices) {
    return new RepricingSearch(database, prices, clock.instant());
  }

  @Override
  public Map<Integer, Repriced> book(Handle transaction, PriceList prices, Batch batch) {
    try {
      Session session = Session.of(transaction);
      PriceChange.Lists lists = new PriceChange.Lists(prices);
      List<PriceChange> changes = new ArrayList<>();
      for (EntryName name : batch.entries()) {
        PreparedStatement select = session.locking(ONE);
        select.setString(1, name.spaceId());
        select.setString(2, name.entryId());
        try (ResultSet row = select.executeQuery()) {
          if (row.next()
              && row.getString("local_day")
                      .compareTo(openMonth(session::statement, name.spaceId(), clock.instant()))
                  >= 0) {
            PriceChange.of(BookedCall.read(session::statement, row), lists).ifPresent(changes::add);
          }
        }
      }
      book(session, changes, prices);
      return figures(changes);
    } catch (SQLException e) {
      throw new StorageException("what was booked cannot be priced just now", e);
    }
  }

  static Map<Integer, Repriced> figures(List<PriceChange> changes) {
    Map<Integer, Repriced> figures = new HashMap<>();
    for (PriceChange change : changes) {
      figures.merge(change.number(), change.figures(), Repriced::plus);
    }
    return figures;
  }

  /** The month that is open in a space, as days begin with it. */
  static String openMonth(BookedCall.Reading reading, String spaceId, Instant now)
      throws SQLException {
    PreparedStatement space = reading.statement(SPACE);
    space.setString(1, spaceId);
    try (ResultSet row = space.executeQuery()) {
      if (!row.next()) {
        throw new IllegalStateException("there is no space " + spaceId);
      }
      return BudgetMonth.current(now, ZoneId.of(row.getString(1)), row.getString(2)).toString();
    }
  }

  private void book(Session session, List<PriceChange> changes, PriceList prices)
      throws SQLException {
    SortedSet<Months.Key> keys = new TreeSet<>();
    for (PriceChange change : changes) {
      Months.addKeys(keys, change.entry());
    }
    Months months = new Months();
    months.load(session, keys);
    Totals totals = new Totals();
    for (PriceChange change : changes) {
      switch (change) {
        case PriceChange.Charged(EntryRow entry, Charge before, Charge after, int _) -> {
          charge(session, entry, after, prices.version());
          hold(session, entry, after);
          adjust(session, entry, before, after, prices.version());
          months.move(
              entry,
              after.countedNanos() - before.countedNanos(),
              0,
              after.doubtNanos() - before.doubtNanos());
          totals.remove(entry, before);
          totals.add(entry, after);
        }
        case PriceChange.Held(EntryRow entry, Charge before, Charge after) -> {
          hold(session, entry, after);
          if (after.doubtNanos() != before.doubtNanos()) {
            adjust(session, entry, before, after, prices.version());
            months.move(entry, 0, 0, after.doubtNanos() - before.doubtNanos());
          }
        }
        case PriceChange.Kept _ -> {}
      }
    }
    months.write(session);
    totals.write(session);
  }

  private void adjust(
      Session session, EntryRow entry, Charge before, Charge after, String priceVersion)
      throws SQLException {
    Adjustments.add(
        session,
        entry,
        before.costNanos() == null && after.costNanos() != null
            ? Adjustments.Reason.PRICED
            : Adjustments.Reason.REPRICED,
        clock.instant(),
        Adjustments.Change.of(before, after),
        priceVersion);
  }

  private static void charge(Session session, EntryRow entry, Charge after, String priceVersion)
      throws SQLException {
    PreparedStatement priceEntry = session.statement(PRICE_ENTRY);
    Entries.setLong(priceEntry, 1, after.costNanos());
    priceEntry.setLong(2, after.countedNanos());
    priceEntry.setString(3, after.totalsModel());
    priceEntry.setString(4, priceVersion);
    priceEntry.setString(5, entry.spaceId());
    priceEntry.setString(6, entry.entryId());
    priceEntry.executeUpdate();
    PreparedStatement priceLine = session.statement(PRICE_LINE);
    for (int i = 0; i < after.lines().size(); i++) {
      BookedLine line = after.lines().get(i);
      priceLine.setString(1, line.totalsModel());
      Entries.setLong(priceLine, 2, line.unitPicos());
      Entries.setLong(priceLine, 3, line.uncachedPicos());
      Entries.setLong(priceLine, 4, line.costNanos());
      priceLine.setString(5, entry.spaceId());
      priceLine.setString(6, entry.entryId());
      priceLine.setLong(7, i + 1L);
      priceLine.addBatch();
    }
    priceLine.executeBatch();
  }

  private static void hold(Session session, EntryRow entry, Charge after) throws SQLException {
    PreparedStatement hold = session.statement(HOLD);
    hold.setLong(1, entry.holdNanos());
    hold.setString(2, entry.holdPriceVersion());
    hold.setLong(3, after.doubtNanos());
    hold.setString(4, entry.spaceId());
    hold.setString(5, entry.entryId());
    hold.executeUpdate();
  }
}
