package dev.purser.ledger;

import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Repricing;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.StorageException;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Prices unpriced entries once their models have a price: those of the month that is open in their
 * space's time zone, each with an adjustment. Entries of closed months stay as they are.
 */
public final class Repricer implements Repricing {
  private static final String SPACES =
      """
      SELECT space_id, time_zone FROM spaces WHERE space_id IN (
        SELECT space_id FROM entries WHERE usage_source IS NOT NULL AND cost_nanos IS NULL)
      ORDER BY space_id\
      """;
  private static final String UNPRICED =
      """
      SELECT space_id, entry_id, state, agent_id, provider, model, totals_model,
        local_day, utc_day, hold_nanos, granted_output_tokens, space_strict_nanos,
        agent_strict_nanos,
        usage_source, counted_nanos, doubt_nanos, reasoning_tokens, tier, fast, geography,
        search_context, created_at
      FROM entries
      WHERE space_id = ? AND usage_source IS NOT NULL AND cost_nanos IS NULL AND local_day >= ?
      ORDER BY entry_id\
      """;
  private static final String LINES =
      """
      SELECT model, totals_model, kind, quantity, unit_picos, uncached_picos, cost_nanos, billed
      FROM entry_lines WHERE space_id = ? AND entry_id = ? ORDER BY line_number\
      """;
  private static final String PRICE_ENTRY =
      """
      UPDATE entries SET cost_nanos = ?, counted_nanos = ?, doubt_nanos = ?, totals_model = ?,
        price_version = ?
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

  /** An unpriced entry, what it amounts to, and what it takes to price it. */
  private record Unpriced(EntryRow entry, Charge charge, Usage usage, Instant createdAt) {}

  @Override
  public void in(Handle transaction, PriceList prices) {
    try {
      Session session = Session.of(transaction);
      for (Map.Entry<String, ZoneId> space : spaces(session).entrySet()) {
        String month = YearMonth.from(clock.instant().atZone(space.getValue())).toString();
        price(session, unpriced(session, space.getKey(), month), prices);
      }
    } catch (SQLException e) {
      throw new StorageException("the unpriced entries cannot be priced just now", e);
    }
  }

  private static Map<String, ZoneId> spaces(Session session) throws SQLException {
    Map<String, ZoneId> zones = new LinkedHashMap<>();
    try (ResultSet row = session.statement(SPACES).executeQuery()) {
      while (row.next()) {
        zones.put(row.getString(1), ZoneId.of(row.getString(2)));
      }
    }
    return zones;
  }

  private static List<Unpriced> unpriced(Session session, String spaceId, String month)
      throws SQLException {
    PreparedStatement select = session.locking(UNPRICED);
    select.setString(1, spaceId);
    select.setString(2, month);
    List<Unpriced> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        EntryRow entry = Entries.entry(row);
        List<BookedLine> lines = lines(session, entry);
        Charge charge =
            new Charge(
                entry.state(),
                UsageSource.ofId(row.getString(14)).orElseThrow(),
                null,
                row.getLong(15),
                row.getLong(16),
                entry.model(),
                entry.totalsModel(),
                row.getLong(17),
                lines);
        Usage usage =
            new Usage(
                parts(entry.model(), lines),
                row.getString(18),
                row.getLong(19) == 1,
                row.getString(20),
                searchContext(row.getString(21)));
        found.add(new Unpriced(entry, charge, usage, Instant.ofEpochMilli(row.getLong(22))));
      }
    }
    return found;
  }

  private static @Nullable SearchContext searchContext(@Nullable String id) {
    return id == null ? null : SearchContext.ofId(id).orElseThrow();
  }

  private static List<BookedLine> lines(Session session, EntryRow entry) throws SQLException {
    PreparedStatement select = session.statement(LINES);
    select.setString(1, entry.spaceId());
    select.setString(2, entry.entryId());
    List<BookedLine> lines = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        lines.add(
            new BookedLine(
                row.getString(1),
                row.getString(2),
                Kind.ofId(row.getString(3)).orElseThrow(),
                row.getLong(4),
                Entries.longOrNull(row, 5),
                Entries.longOrNull(row, 6),
                Entries.longOrNull(row, 7),
                row.getLong(8) == 1));
      }
    }
    return lines;
  }

  /**
   * The usage that lines were made of: the lines of a part follow each other in the order of their
   * kinds. Which output was reasoning does not matter for its price.
   */
  private static List<ModelUsage> parts(String model, List<BookedLine> lines) {
    List<ModelUsage> parts = new ArrayList<>();
    Map<Kind, Long> quantities = new EnumMap<>(Kind.class);
    @Nullable BookedLine last = null;
    for (BookedLine line : lines) {
      if (last != null && !samePart(last, line)) {
        parts.add(part(last.model(), quantities, last.billed()));
        quantities.clear();
      }
      last = line;
      quantities.put(line.kind(), line.quantity());
    }
    parts.add(
        last == null
            ? part(model, quantities, /* billed= */ true)
            : part(last.model(), quantities, last.billed()));
    return parts;
  }

  private static boolean samePart(BookedLine last, BookedLine next) {
    return next.model().equals(last.model())
        && next.billed() == last.billed()
        && next.kind().compareTo(last.kind()) > 0;
  }

  private static ModelUsage part(String model, Map<Kind, Long> quantities, boolean billed) {
    return new ModelUsage(
        model,
        quantities.getOrDefault(Kind.INPUT, 0L),
        quantities.getOrDefault(Kind.CACHE_READ, 0L),
        quantities.getOrDefault(Kind.CACHE_WRITE_5M, 0L),
        quantities.getOrDefault(Kind.CACHE_WRITE_1H, 0L),
        quantities.getOrDefault(Kind.CACHE_WRITE_30M, 0L),
        quantities.getOrDefault(Kind.CACHE_WRITE_12H, 0L),
        quantities.getOrDefault(Kind.OUTPUT, 0L),
        0,
        quantities.getOrDefault(Kind.WEB_SEARCH, 0L),
        billed);
  }

  private void price(Session session, List<Unpriced> unpriced, PriceList prices)
      throws SQLException {
    SortedSet<Months.Key> keys = new TreeSet<>();
    for (Unpriced one : unpriced) {
      Months.addKeys(keys, one.entry);
    }
    Months months = new Months();
    months.load(session, keys);
    Totals totals = new Totals();
    for (Unpriced one : unpriced) {
      EntryRow entry = one.entry;
      Priced priced = prices.price(entry.provider(), one.usage, one.createdAt);
      if (priced.cost() == null || !fits(one.charge.lines(), priced.lines())) {
        continue;
      }
      Charge before = one.charge;
      Charge after = after(entry, before, priced, prices);
      write(session, entry, after, prices.version());
      Adjustments.add(
          session,
          entry,
          Adjustments.Reason.PRICED,
          clock.instant(),
          Adjustments.Change.of(before, after),
          prices.version());
      months.move(
          entry,
          after.countedNanos() - before.countedNanos(),
          0,
          after.doubtNanos() - before.doubtNanos());
      totals.remove(entry, before);
      totals.add(entry, after);
    }
    months.write(session);
    totals.write(session);
  }

  /** Whether priced lines are the very lines that the entry has. */
  private static boolean fits(List<BookedLine> booked, List<Line> priced) {
    if (booked.size() != priced.size()) {
      return false;
    }
    for (int i = 0; i < booked.size(); i++) {
      if (booked.get(i).kind() != priced.get(i).kind()
          || booked.get(i).quantity() != priced.get(i).quantity()) {
        return false;
      }
    }
    return true;
  }

  private static Charge after(EntryRow entry, Charge before, Priced priced, PriceList prices) {
    UnaryOperator<String> totalsModel = model -> totalsModel(prices, entry.provider(), model);
    long counted = priced.counted().nanos();
    return new Charge(
        before.state(),
        before.source(),
        priced.cost() == null ? null : priced.cost().nanos(),
        counted,
        isReleased(entry, before) ? 0 : Charge.doubt(before.source(), entry, counted),
        before.model(),
        totalsModel.apply(before.model()),
        before.reasoningTokens(),
        priced.lines().stream().map(line -> Charge.booked(line, totalsModel)).toList());
  }

  /** Whether its user has said that nothing of it is in doubt. */
  private static boolean isReleased(EntryRow entry, Charge before) {
    return before.doubtNanos() == 0
        && Charge.doubt(before.source(), entry, before.countedNanos()) > 0;
  }

  private static String totalsModel(PriceList prices, Provider provider, String model) {
    return prices.knows(provider, model) ? model : Ledger.UNKNOWN_MODEL;
  }

  private static void write(Session session, EntryRow entry, Charge after, String priceVersion)
      throws SQLException {
    PreparedStatement priceEntry = session.statement(PRICE_ENTRY);
    Entries.setLong(priceEntry, 1, after.costNanos());
    priceEntry.setLong(2, after.countedNanos());
    priceEntry.setLong(3, after.doubtNanos());
    priceEntry.setString(4, after.totalsModel());
    priceEntry.setString(5, priceVersion);
    priceEntry.setString(6, entry.spaceId());
    priceEntry.setString(7, entry.entryId());
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
}
