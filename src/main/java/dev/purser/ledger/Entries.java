package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The entries, lines and adjustments that one transaction reads, then writes in batches. */
final class Entries {
  /** The columns that {@link #entry} reads; further ones may follow. */
  static final String COLUMNS =
      """
      space_id, entry_id, state, agent_id, provider, model, totals_model, local_day, utc_day,
        hold_nanos, COALESCE(hold_price_version, price_version), granted_output_tokens,
        space_strict_nanos, agent_strict_nanos, widening_names\
      """;

  private static final KeyedRead READ =
      new KeyedRead(
          "SELECT "
              + COLUMNS
              + " FROM entries WHERE (space_id, entry_id) IN %s ORDER BY space_id, entry_id",
          2);

  private static final String OPEN_OF_EPOCH =
      "SELECT "
          + COLUMNS
          + """

           FROM entries WHERE epoch = ? AND state = 'open' ORDER BY space_id, entry_id LIMIT ?\
          """;

  private static final String OPEN =
      """
      INSERT INTO entries (
        space_id, entry_id, epoch, state, agent_id, virtual_key_id, provider, dialect,
        requested_model, model, totals_model, created_at, local_day, utc_day, price_version,
        hold_nanos, hold_price_version, bounded, granted_output_tokens, space_strict_nanos,
        agent_strict_nanos, sent_model, widening_names, counted_nanos, doubt_nanos, input_tokens,
        cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, web_searches, fast, refused_count)
      VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
      ON CONFLICT (space_id, entry_id) DO NOTHING\
      """;

  private static final String REFUSED =
      """
      INSERT INTO entries (
        space_id, entry_id, epoch, state, agent_id, virtual_key_id, provider, dialect,
        requested_model, model, created_at, settled_at, local_day, utc_day, price_version,
        http_status, error_code, refused_budget_of, refused_budget_nanos, refused_spent_nanos,
        refused_held_nanos, refused_doubt_nanos, refused_needed_nanos,
        refused_largest_output_tokens, refused_resets_at, refused_field, refused_message,
        widening_names, refused_count,
        hold_nanos, counted_nanos, doubt_nanos, input_tokens, cache_read_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, web_searches, fast)
      VALUES (?, ?, ?, 'refused', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, 1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
      ON CONFLICT (space_id, entry_id) DO NOTHING\
      """;

  private static final String REFUSED_AGAIN =
      "UPDATE entries SET refused_count = refused_count + 1 WHERE space_id = ? AND entry_id = ?";

  private static final String NARROW =
      """
      UPDATE entries SET hold_nanos = ?, hold_price_version = ?
      WHERE space_id = ? AND entry_id = ? AND state = 'open'\
      """;

  private static final String END =
      """
      UPDATE entries SET
        state = ?, settled_at = ?, model = ?, totals_model = ?, usage_source = ?,
        cost_nanos = ?, counted_nanos = ?, doubt_nanos = ?, doubt_closed = ?,
        input_tokens = ?, cache_read_tokens = ?, cache_write_tokens = ?, output_tokens = ?,
        reasoning_tokens = ?, web_searches = ?, tier = ?, fast = ?, geography = ?,
        search_context = ?, http_status = ?, error_code = ?, duration_millis = ?, first_byte_millis = ?,
        price_version = COALESCE(?, price_version)
      WHERE space_id = ? AND entry_id = ? AND state = ?\
      """;

  private static final String LINE =
      """
      INSERT INTO entry_lines (
        space_id, entry_id, line_number, part, provider, model, totals_model, kind, quantity,
        unit_picos, uncached_picos, cost_nanos, billed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  private static final String REFUSED_FIGURES =
      """
      SELECT refused_budget_of, refused_budget_nanos, refused_spent_nanos, refused_held_nanos,
        refused_doubt_nanos, refused_needed_nanos, refused_largest_output_tokens,
        refused_resets_at
      FROM entries WHERE space_id = ? AND entry_id = ?\
      """;

  /** A row's name. */
  record Key(String spaceId, String entryId) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::spaceId).thenComparing(Key::entryId);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    String column(int number) {
      return number == 0 ? spaceId : entryId;
    }
  }

  private final Session session;
  private final long epoch;
  private final Map<Key, EntryRow> rows = new TreeMap<>();
  private final List<PreparedStatement> inserts = new ArrayList<>();
  private final List<PreparedStatement> narrowings = new ArrayList<>();
  private final List<PreparedStatement> changes = new ArrayList<>();
  private final List<PreparedStatement> refusals = new ArrayList<>();
  private final List<PreparedStatement> refusedAgain = new ArrayList<>();

  Entries(Session session, long epoch) {
    this.session = session;
    this.epoch = epoch;
  }

  /** Reads and locks rows; those that do not exist are skipped. */
  void load(SortedSet<Key> keys) throws SQLException {
    READ.each(
        session,
        List.copyOf(keys),
        Key::column,
        row -> {
          EntryRow entry = entry(row);
          rows.put(new Key(entry.spaceId(), entry.entryId()), entry);
        });
  }

  /** Reads and locks the first open entries of an epoch. */
  List<EntryRow> open(long ofEpoch, int limit) throws SQLException {
    PreparedStatement select = session.locking(OPEN_OF_EPOCH);
    select.setLong(1, ofEpoch);
    select.setLong(2, limit);
    List<EntryRow> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(entry(row));
      }
    }
    return found;
  }

  /** A row that was loaded and exists. */
  @Nullable EntryRow get(Key key) {
    return rows.get(key);
  }

  /** Reads {@link #COLUMNS}. */
  static EntryRow entry(ResultSet row) throws SQLException {
    EntryState state = EntryState.ofId(row.getString(3));
    String model = row.getString(6);
    String totalsModel = row.getString(7);
    return new EntryRow(
        row.getString(1),
        row.getString(2),
        state,
        row.getString(4),
        Provider.ofId(row.getString(5)).orElseThrow(),
        model == null ? "" : model,
        totalsModel == null ? "" : totalsModel,
        new Days(row.getString(8), row.getString(9)),
        row.getLong(10),
        row.getString(11),
        longOrNull(row, 12),
        longOrNull(row, 13),
        longOrNull(row, 14),
        names(row.getString(15)));
  }

  private static List<String> names(@Nullable String lines) {
    return lines == null ? List.of() : lines.lines().toList();
  }

  private static @Nullable String lines(List<String> names) {
    return names.isEmpty() ? null : String.join("\n", names);
  }

  static @Nullable Long longOrNull(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable Long longOrNull(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  /** Writes an open entry. */
  EntryRow open(Admission admission, Days days, String totalsModel, Budgets.Granted granted)
      throws SQLException {
    EntryRow entry =
        new EntryRow(
            admission.spaceId(),
            admission.entryId(),
            EntryState.OPEN,
            admission.agentId(),
            admission.provider(),
            admission.sentModel(),
            totalsModel,
            days,
            granted.hold().nanos(),
            admission.priceVersion(),
            granted.outputTokens(),
            Budgets.strictNanos(admission.spaceBudget()),
            Budgets.strictNanos(admission.agentBudget()),
            admission.wideningNames());
    open(admission, entry);
    return entry;
  }

  /** Writes an open entry as it was, or would have been, written before. */
  void open(Admission admission, EntryRow entry) throws SQLException {
    PreparedStatement open = session.statement(OPEN);
    open.setString(1, admission.spaceId());
    open.setString(2, admission.entryId());
    open.setLong(3, epoch);
    open.setString(4, admission.agentId());
    open.setString(5, admission.virtualKeyId());
    open.setString(6, admission.provider().id());
    open.setString(7, admission.dialect());
    open.setString(8, admission.requestedModel());
    open.setString(9, admission.sentModel());
    open.setString(10, entry.totalsModel());
    open.setLong(11, admission.createdAt().toEpochMilli());
    open.setString(12, entry.days().local());
    open.setString(13, entry.days().utc());
    open.setString(14, admission.priceVersion());
    open.setLong(15, entry.holdNanos());
    open.setString(16, entry.holdPriceVersion());
    open.setLong(17, admission.bounded() == null ? 0 : 1);
    setLong(open, 18, entry.grantedOutputTokens());
    setLong(open, 19, entry.spaceStrictNanos());
    setLong(open, 20, entry.agentStrictNanos());
    open.setString(21, admission.sentModel());
    open.setString(22, lines(entry.wideningNames()));
    add(inserts, open);
    rows.put(entry.key(), entry);
  }

  /** Writes a refused entry. */
  void refused(RefusedCall call) throws SQLException {
    PreparedStatement refused = session.statement(REFUSED);
    refused.setString(1, call.spaceId());
    refused.setString(2, call.entryId());
    refused.setLong(3, epoch);
    refused.setString(4, call.agentId());
    refused.setString(5, call.virtualKeyId());
    refused.setString(6, call.provider().id());
    refused.setString(7, call.dialect());
    refused.setString(8, call.requestedModel());
    refused.setString(9, call.sentModel());
    refused.setLong(10, call.createdAt().toEpochMilli());
    refused.setLong(11, call.createdAt().toEpochMilli());
    refused.setString(12, call.days().local());
    refused.setString(13, call.days().utc());
    refused.setString(14, call.priceVersion());
    refused.setLong(15, call.httpStatus());
    refused.setString(16, call.errorCode());
    Decision.OverBudget money = call.overBudget();
    refused.setString(17, money == null ? null : money.budgetOf().id());
    setLong(refused, 18, money == null ? null : money.budget().nanos());
    setLong(refused, 19, money == null ? null : money.spent().nanos());
    setLong(refused, 20, money == null ? null : money.held().nanos());
    setLong(refused, 21, money == null ? null : money.doubt().nanos());
    Money needed = money == null ? null : money.needed();
    setLong(refused, 22, needed == null ? null : needed.nanos());
    // None for a stopped budget, whatever there is money for: by that it is known again.
    setLong(refused, 23, money == null || money.stopped() ? null : money.largestOutputTokens());
    setLong(refused, 24, money == null ? null : money.resetsAt().toEpochMilli());
    refused.setString(25, call.unboundedField());
    refused.setString(26, call.message());
    refused.setString(27, lines(call.wideningNames()));
    add(refusals, refused);
  }

  /** Counts one more call on a refused entry that stands for many. */
  void refusedAgain(String spaceId, String entryId) throws SQLException {
    PreparedStatement again = session.statement(REFUSED_AGAIN);
    again.setString(1, spaceId);
    again.setString(2, entryId);
    add(refusedAgain, again);
  }

  /** What a refused entry was refused for, if for a budget. */
  Decision.@Nullable OverBudget refusedFor(Key key) throws SQLException {
    PreparedStatement figures = session.statement(REFUSED_FIGURES);
    figures.setString(1, key.spaceId());
    figures.setString(2, key.entryId());
    try (ResultSet row = figures.executeQuery()) {
      if (!row.next() || row.getString(1) == null) {
        return null;
      }
      Long neededNanos = longOrNull(row, 6);
      Long largestOutputTokens = longOrNull(row, 7);
      return new Decision.OverBudget(
          key.entryId(),
          Decision.BudgetOf.ofId(row.getString(1)),
          new Money(row.getLong(2)),
          new Money(row.getLong(3)),
          new Money(row.getLong(4)),
          new Money(row.getLong(5)),
          neededNanos == null ? null : new Money(neededNanos),
          largestOutputTokens == null ? 0 : largestOutputTokens,
          /* stopped= */ largestOutputTokens == null,
          Instant.ofEpochMilli(row.getLong(8)));
    }
  }

  /**
   * Lowers what an open entry holds.
   *
   * @param priceVersion of the list that the lower hold is made by
   */
  EntryRow narrow(EntryRow entry, long holdNanos, String priceVersion) throws SQLException {
    PreparedStatement narrow = session.statement(NARROW);
    narrow.setLong(1, holdNanos);
    narrow.setString(2, priceVersion);
    narrow.setString(3, entry.spaceId());
    narrow.setString(4, entry.entryId());
    add(narrowings, narrow);
    EntryRow narrowed = entry.holding(holdNanos, priceVersion);
    rows.put(new Key(entry.spaceId(), entry.entryId()), narrowed);
    return narrowed;
  }

  /** Ends an entry, from the state in which it was read. */
  void end(EntryRow entry, Charge charge, Ending ending) throws SQLException {
    PreparedStatement end = session.statement(END);
    end.setString(1, charge.state().id());
    end.setLong(2, ending.settledAt().toEpochMilli());
    end.setString(3, charge.model());
    end.setString(4, charge.totalsModel());
    end.setString(5, charge.source().id());
    setLong(end, 6, charge.costNanos());
    end.setLong(7, charge.countedNanos());
    end.setLong(8, charge.doubtNanos());
    end.setLong(9, charge.doubtClosed() ? 1 : 0);
    end.setLong(10, charge.quantity(Kind.INPUT));
    end.setLong(11, charge.quantity(Kind.CACHE_READ));
    end.setLong(12, charge.cacheWrites());
    end.setLong(13, charge.quantity(Kind.OUTPUT));
    end.setLong(14, charge.reasoningTokens());
    end.setLong(15, charge.quantity(Kind.WEB_SEARCH));
    end.setString(16, ending.tier());
    end.setLong(17, ending.fast() ? 1 : 0);
    end.setString(18, ending.geography());
    end.setString(19, ending.searchContext() == null ? null : ending.searchContext().id());
    setLong(end, 20, ending.httpStatus() == null ? null : ending.httpStatus().longValue());
    end.setString(21, ending.errorCode());
    setLong(end, 22, ending.durationMillis());
    setLong(end, 23, ending.firstByteMillis());
    end.setString(24, ending.priceVersion());
    end.setString(25, entry.spaceId());
    end.setString(26, entry.entryId());
    end.setString(27, entry.state().id());
    add(changes, end);
    lines(entry, charge.lines());
    rows.put(
        new Key(entry.spaceId(), entry.entryId()),
        entry.ended(charge.state(), charge.model(), charge.totalsModel()));
  }

  private void lines(EntryRow entry, List<BookedLine> lines) throws SQLException {
    if (lines.isEmpty()) {
      return;
    }
    PreparedStatement insert = session.statement(LINE);
    for (int i = 0; i < lines.size(); i++) {
      BookedLine line = lines.get(i);
      insert.setString(1, entry.spaceId());
      insert.setString(2, entry.entryId());
      insert.setLong(3, i + 1L);
      insert.setInt(4, line.part());
      insert.setString(5, line.provider().id());
      insert.setString(6, line.model());
      insert.setString(7, line.totalsModel());
      insert.setString(8, line.kind().id());
      insert.setLong(9, line.quantity());
      setLong(insert, 10, line.unitPicos());
      setLong(insert, 11, line.uncachedPicos());
      setLong(insert, 12, line.costNanos());
      insert.setLong(13, line.billed() ? 1 : 0);
      add(inserts, insert);
    }
  }

  /**
   * Writes all that was handed over.
   *
   * @throws IllegalStateException if a row was not as it had been read, or was there already
   */
  void write() throws SQLException {
    // An entry is made, then held less, then ended: in this order, each as the one before left it.
    for (List<PreparedStatement> statements : List.of(inserts, narrowings, changes)) {
      for (PreparedStatement statement : statements) {
        for (int count : statement.executeBatch()) {
          if (count != 1) {
            throw new IllegalStateException("an entry is not as it was read");
          }
        }
      }
    }
    for (PreparedStatement statement : refusals) {
      // A refusal that an earlier, broken transaction had written after all is not written again.
      statement.executeBatch();
    }
    for (PreparedStatement statement : refusedAgain) {
      statement.executeBatch();
    }
  }

  private static void add(List<PreparedStatement> used, PreparedStatement statement)
      throws SQLException {
    statement.addBatch();
    if (!used.contains(statement)) {
      used.add(statement);
    }
  }

  static void setLong(PreparedStatement statement, int parameter, @Nullable Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(parameter, Types.BIGINT);
    } else {
      statement.setLong(parameter, value);
    }
  }
}
