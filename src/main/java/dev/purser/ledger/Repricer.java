package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.Repricing;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.pricing.WorstCase;
import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import dev.purser.storage.Writer.Session;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Books what a newer price list changes of the month that is open in an entry's space, each with an
 * adjustment: entries without a price that have one on it, and entries whose price was added and
 * has been replaced by a later added one. What the shipped list has priced keeps its cost, and so
 * do entries of months that have ended.
 */
public final class Repricer implements Repricing {
  /** The columns of an entry that its charge is made of. */
  private static final String COLUMNS =
      """
      space_id, entry_id, state, agent_id, provider, model, totals_model,
        local_day, utc_day, hold_nanos, granted_output_tokens, space_strict_nanos,
        agent_strict_nanos,
        usage_source, counted_nanos, doubt_nanos, reasoning_tokens, tier, fast, geography,
        created_at, cost_nanos, price_version, sent_model, search_context\
      """;

  static final String UNPRICED =
      "SELECT "
          + COLUMNS
          + """

           FROM entries
          WHERE space_id = ? AND entry_id > ? AND usage_source IS NOT NULL AND cost_nanos IS NULL
            AND local_day >= ?
          ORDER BY entry_id LIMIT ?\
          """;
  static final String OF_MODEL =
      "SELECT "
          + COLUMNS
          + """

           FROM entries
          WHERE space_id = ? AND entry_id > ? AND entry_id <= COALESCE(?, entry_id)
            AND cost_nanos IS NOT NULL
            AND local_day >= ? AND provider = ? AND price_version <> ?
            AND ((state = 'interrupted' AND sent_model = ?) OR EXISTS (
              SELECT 1 FROM entry_lines l
              WHERE l.space_id = entries.space_id AND l.entry_id = entries.entry_id AND l.model = ?))
          ORDER BY entry_id\
          """;
  private static final String ONE =
      "SELECT " + COLUMNS + " FROM entries WHERE space_id = ? AND entry_id = ?";
  private static final String SPACE =
      "SELECT time_zone, latest_month FROM spaces WHERE space_id = ?";
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
  private static final String HOLD =
      "UPDATE entries SET hold_nanos = ? WHERE space_id = ? AND entry_id = ?";
  private static final String PRICE_LINE =
      """
      UPDATE entry_lines SET totals_model = ?, unit_picos = ?, uncached_picos = ?, cost_nanos = ?
      WHERE space_id = ? AND entry_id = ? AND line_number = ?\
      """;

  private final InstantSource clock;

  public Repricer(InstantSource clock) {
    this.clock = clock;
  }

  /** Where entries are read: beside the writer, or in its transaction. */
  interface Reading {
    PreparedStatement statement(String sql) throws SQLException;
  }

  /**
   * What a list does to one entry.
   *
   * @param after null if it stays as it is although an added price that it has was replaced
   * @param number of the added price that does it; 0 for a shipped one
   */
  record Change(EntryRow entry, Charge before, @Nullable Charge after, int number) {
    Repriced figures() {
      Long costAfter = after == null ? null : after.costNanos();
      if (after == null) {
        return Repriced.kept();
      }
      if (costAfter == null) {
        return Repriced.NOTHING;
      }
      Money cost = new Money(costAfter);
      return before.costNanos() == null
          ? Repriced.priced(cost)
          : Repriced.repriced(new Money(before.costNanos()), cost);
    }
  }

  @Override
  public Iterator<Batch> find(Database database, PriceList prices) {
    return new RepricingSearch(database, prices, clock.instant());
  }

  @Override
  public Map<Integer, Repriced> book(Handle transaction, PriceList prices, Batch batch) {
    try {
      Session session = Session.of(transaction);
      Lists lists = new Lists(prices);
      List<Change> changes = new ArrayList<>();
      for (EntryName name : batch.entries()) {
        PreparedStatement select = session.locking(ONE);
        select.setString(1, name.spaceId());
        select.setString(2, name.entryId());
        try (ResultSet row = select.executeQuery()) {
          if (row.next()
              && row.getString(8)
                      .compareTo(openMonth(session::statement, name.spaceId(), clock.instant()))
                  >= 0) {
            change(session::statement, row, lists).ifPresent(changes::add);
          }
        }
      }
      book(session, changes, prices);
      return figures(changes);
    } catch (SQLException e) {
      throw new StorageException("what was booked cannot be priced just now", e);
    }
  }

  static Map<Integer, Repriced> figures(List<Change> changes) {
    Map<Integer, Repriced> figures = new HashMap<>();
    for (Change change : changes) {
      figures.merge(change.number, change.figures(), Repriced::plus);
    }
    return figures;
  }

  /** The month that is open in a space, as days begin with it. */
  static String openMonth(Reading reading, String spaceId, Instant now) throws SQLException {
    PreparedStatement space = reading.statement(SPACE);
    space.setString(1, spaceId);
    try (ResultSet row = space.executeQuery()) {
      if (!row.next()) {
        throw new IllegalStateException("there is no space " + spaceId);
      }
      return BudgetMonth.current(now, ZoneId.of(row.getString(1)), row.getString(2)).toString();
    }
  }

  /** A price list, and what it was when entries were priced. */
  static final class Lists {
    private final PriceList now;
    private final Map<String, PriceList> then = new HashMap<>();

    Lists(PriceList now) {
      this.now = now;
    }

    /** Of the newer list: what was priced by that needs no other price. */
    String version() {
      return now.version();
    }

    PriceList then(String version) {
      return then.computeIfAbsent(version, now::asAdded);
    }
  }

  /** What a list does to the entry of a row; empty if nothing. */
  static Optional<Change> change(Reading reading, ResultSet row, Lists lists) throws SQLException {
    EntryRow entry = Entries.entry(row);
    List<BookedLine> lines = lines(reading, entry);
    Charge before =
        new Charge(
            entry.state(),
            UsageSource.ofId(row.getString(14)).orElseThrow(),
            Entries.longOrNull(row, 22),
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
            searchContext(row.getString(25)));
    Instant createdAt = Instant.ofEpochMilli(row.getLong(21));
    String sent = row.getString(24);
    String sentModel = sent == null ? entry.model() : sent;
    PriceList then = lists.then(row.getString(23));
    return entry.state() == EntryState.INTERRUPTED
        ? interrupted(entry, before, createdAt, sentModel, then, lists.now)
        : change(entry, before, usage, createdAt, sentModel, then, lists.now);
  }

  /** Its usage is not known: it was charged at its hold, which the replaced price was part of. */
  private static Optional<Change> interrupted(
      EntryRow entry,
      Charge before,
      Instant createdAt,
      String sentModel,
      PriceList then,
      PriceList now) {
    long hold = hold(entry, sentModel, createdAt, then, now);
    if (hold == entry.holdNanos()) {
      return Optional.empty();
    }
    return Optional.of(
        new Change(
            entry,
            before,
            Charge.atHold(entry.holding(hold)),
            now.addedNumber(entry.provider(), sentModel, createdAt)));
  }

  private static @Nullable SearchContext searchContext(@Nullable String id) {
    return id == null ? null : SearchContext.ofId(id).orElseThrow();
  }

  private static List<BookedLine> lines(Reading reading, EntryRow entry) throws SQLException {
    PreparedStatement select = reading.statement(LINES);
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

  private static Optional<Change> change(
      EntryRow entry,
      Charge before,
      Usage usage,
      Instant createdAt,
      String sentModel,
      PriceList then,
      PriceList now) {
    Provider provider = entry.provider();
    List<Rates> booked = booked(usage.byModel(), before.lines());
    List<Rates> rates = new ArrayList<>(booked);
    int number = 0;
    boolean kept = false;
    for (int i = 0; i < booked.size(); i++) {
      ModelUsage part = usage.byModel().get(i);
      boolean hadPrice = booked.get(i).has(part);
      boolean replaced =
          hadPrice
              && now.replaces(then, provider, part.model(), createdAt)
              && agree(booked.get(i), then.rates(provider, part, usage.terms(), createdAt), part);
      if (hadPrice && !replaced) {
        continue;
      }
      Rates newer = now.rates(provider, part, usage.terms(), createdAt);
      boolean has = newer.has(part);
      if (has) {
        rates.set(i, newer);
      }
      kept |= replaced && !has;
      if (number == 0 && (replaced || has)) {
        number = now.addedNumber(provider, part.model(), createdAt);
      }
    }
    Priced priced = now.price(provider, usage, rates);
    boolean changed =
        !rates.equals(booked) || countsLess(before, priced, then.price(provider, usage, booked));
    if (changed && fits(before.lines(), priced.lines())) {
      long hold = hold(entry, sentModel, createdAt, then, now);
      return Optional.of(
          new Change(entry, before, after(entry, before, priced, now, hold), number));
    }
    return kept ? Optional.of(new Change(entry, before, null, number)) : Optional.empty();
  }

  /**
   * Whether what has no price was counted at the dearest price of a list that has lost it since, as
   * it does when a price that was added by mistake is replaced.
   */
  private static boolean countsLess(Charge before, Priced now, Priced then) {
    return before.costNanos() == null
        && now.cost() == null
        && before.countedNanos() == then.counted().nanos()
        && now.counted().nanos() < before.countedNanos();
  }

  /** Whether a part was booked at these rates, as far as it used what they are for. */
  private static boolean agree(Rates booked, Rates rates, ModelUsage part) {
    for (Kind kind : Kind.values()) {
      if (part.quantity(kind) > 0 && !booked.picos(kind).equals(rates.picos(kind))) {
        return false;
      }
    }
    return true;
  }

  /** The rates that lines were booked at, by the parts that they are of. */
  private static List<Rates> booked(List<ModelUsage> parts, List<BookedLine> lines) {
    List<Rates> booked = new ArrayList<>();
    Iterator<BookedLine> line = lines.iterator();
    for (ModelUsage part : parts) {
      Map<Kind, Long> picos = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        if (part.quantity(kind) > 0) {
          BookedLine next = line.next();
          if (next.unitPicos() != null) {
            picos.put(kind, next.unitPicos());
          }
          // What it would have cost uncached is kept with it, too.
          if (next.uncachedPicos() != null) {
            picos.putIfAbsent(Kind.INPUT, next.uncachedPicos());
          }
        }
      }
      booked.add(new Rates(picos));
    }
    return booked;
  }

  private void book(Session session, List<Change> changes, PriceList prices) throws SQLException {
    SortedSet<Months.Key> keys = new TreeSet<>();
    for (Change change : changes) {
      Months.addKeys(keys, change.entry);
    }
    Months months = new Months();
    months.load(session, keys);
    Totals totals = new Totals();
    for (Change change : changes) {
      EntryRow entry = change.entry;
      Charge before = change.before;
      Charge after = change.after;
      if (after == null) {
        continue;
      }
      write(session, entry, after, prices.version());
      Adjustments.add(
          session,
          entry,
          before.costNanos() == null && after.costNanos() != null
              ? Adjustments.Reason.PRICED
              : Adjustments.Reason.REPRICED,
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

  private static Charge after(
      EntryRow entry, Charge before, Priced priced, PriceList prices, long hold) {
    UnaryOperator<String> totalsModel = model -> totalsModel(prices, entry.provider(), model);
    long counted = priced.counted().nanos();
    return new Charge(
        before.state(),
        before.source(),
        priced.cost() == null ? null : priced.cost().nanos(),
        counted,
        isReleased(entry, before) ? 0 : Charge.doubt(before.source(), entry.holding(hold), counted),
        before.model(),
        totalsModel.apply(before.model()),
        before.reasoningTokens(),
        priced.lines().stream().map(line -> Charge.booked(line, totalsModel)).toList());
  }

  /**
   * What the call would have held at the price that replaced the one it was admitted by, so that
   * money of a wrong price does not stay in doubt: the hold times the largest of the relations
   * between both prices, over the kinds of the replaced one.
   */
  private static long hold(
      EntryRow entry, String sentModel, Instant createdAt, PriceList then, PriceList now) {
    Provider provider = entry.provider();
    if (!now.replaces(then, provider, sentModel, createdAt)) {
      return entry.holdNanos();
    }
    Rates after = now.find(provider, sentModel, createdAt).orElseThrow().list();
    BigInteger hold = BigInteger.valueOf(entry.holdNanos());
    BigInteger most = BigInteger.ZERO;
    for (Map.Entry<Kind, Long> before :
        then.find(provider, sentModel, createdAt).orElseThrow().list().unitPicos().entrySet()) {
      Kind kind = before.getKey();
      long replacing =
          after.picos(kind).orElse(now.dearest(provider).picos(kind).orElse(before.getValue()));
      if (before.getValue() == 0) {
        // Nothing was held for these tokens, and so nothing is known of how many they could be.
        continue;
      }
      BigInteger[] scaled =
          hold.multiply(BigInteger.valueOf(replacing))
              .divideAndRemainder(BigInteger.valueOf(before.getValue()));
      most = most.max(scaled[0].add(BigInteger.valueOf(scaled[1].signum())));
    }
    return most.min(BigInteger.valueOf(WorstCase.CEILING.nanos())).longValueExact();
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
    if (after.state() == EntryState.INTERRUPTED) {
      // What it is charged at, now and when its settlement comes late.
      PreparedStatement hold = session.statement(HOLD);
      hold.setLong(1, after.countedNanos());
      hold.setString(2, entry.spaceId());
      hold.setString(3, entry.entryId());
      hold.executeUpdate();
    }
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
