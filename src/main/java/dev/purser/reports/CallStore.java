package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * Reads calls. A list is read off an index, a window at a time, and what the filter does not want
 * is dropped here: so a page costs the same with ten million entries as with ten thousand.
 */
public final class CallStore {
  /** The most calls on a page. */
  public static final int MOST_ITEMS = 200;

  /** The most entries that are looked at for one page. */
  private static final int MOST_EXAMINED = 20_000;

  private static final int WINDOW = 500;

  /** Sorts after every identifier. */
  private static final String AFTER_ALL = "z";

  /** An entry's id is made a little before or after the moment that it says it was created. */
  private static final Duration MOST_SKEW = Duration.ofMinutes(10);

  private static final String CALL =
      """
      SELECT entry_id, entries.created_at, settled_at, entries.agent_id, agents.name AS agent_name,
        provider, dialect, requested_model, entries.model, totals_model, state, usage_source,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        web_searches, tier, cost_nanos, hold_nanos, http_status, error_code, duration_millis,
        first_byte_millis, refused_count, virtual_key_id, price_version, counted_nanos, doubt_nanos,
        geography, fast, refused_budget_of, refused_budget_nanos, refused_spent_nanos,
        refused_held_nanos, refused_doubt_nanos, refused_needed_nanos
      FROM entries
      LEFT JOIN agents
        ON agents.space_id = entries.space_id AND agents.agent_id = entries.agent_id
      """;

  static final String OF_SPACE =
      CALL
          + """
          WHERE entries.space_id = :space AND entry_id < :before AND entry_id >= :first
          ORDER BY entry_id DESC LIMIT :window
          """;

  static final String OF_AGENT =
      CALL
          + """
          WHERE entries.space_id = :space AND entries.agent_id = :agent
            AND entry_id < :before AND entry_id >= :first
          ORDER BY entry_id DESC LIMIT :window
          """;

  /** Those are few among many, and have an index of their own. */
  static final String REFUSED_OR_INTERRUPTED =
      CALL
          + """
          WHERE entries.space_id = :space AND state IN ('refused', 'interrupted')
            AND state = :state AND entry_id < :before AND entry_id >= :first
          ORDER BY entry_id DESC LIMIT :window
          """;

  static final String ONE = CALL + "WHERE entries.space_id = :space AND entry_id = :entry";

  private static final String LINES =
      """
      SELECT model, kind, quantity, unit_picos, cost_nanos FROM entry_lines
      WHERE space_id = :space AND entry_id = :entry ORDER BY line_number
      """;

  private static final String ADJUSTMENTS =
      """
      SELECT reason, made_at, cost_before_nanos, cost_delta_nanos, counted_delta_nanos, detail
      FROM adjustments
      WHERE space_id = :space AND entry_id = :entry ORDER BY adjustment_number
      """;

  private static final RowViewMapper<Call> CALLS = CallStore::call;
  private static final RowViewMapper<Line> LINE = CallStore::line;
  private static final RowViewMapper<CallDetail.Adjustment> ADJUSTMENT = CallStore::adjustment;

  private final Database database;
  private final int mostExamined;

  public CallStore(Database database) {
    this(database, MOST_EXAMINED);
  }

  CallStore(Database database, int mostExamined) {
    this.database = database;
    this.mostExamined = mostExamined;
  }

  /** Whether a call of this space was ever seen, be it that it was refused. */
  public boolean any(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery("SELECT entry_id FROM entries WHERE space_id = :space LIMIT 1")
            .bind("space", spaceId)
            .mapTo(String.class)
            .findOne()
            .isPresent());
  }

  /**
   * A page of calls, newest first in the order of their identifiers.
   *
   * @param before of the page before this one; null for the first
   * @param limit 1 to {@link #MOST_ITEMS}
   */
  public CallPage page(String spaceId, CallFilter filter, @Nullable String before, int limit) {
    if (limit < 1 || limit > MOST_ITEMS) {
      throw new IllegalArgumentException("1 to " + MOST_ITEMS + " calls, not " + limit);
    }
    return database.read(handle -> page(handle, spaceId, filter, before, limit));
  }

  /** One call; empty if this space has none with this identifier. */
  public Optional<CallDetail> find(String spaceId, String callId) {
    // One snapshot, so that the lines are those of the entry as it says it is.
    return database.read(handle ->
        handle.inTransaction(
            TransactionIsolationLevel.SERIALIZABLE, snapshot -> find(snapshot, spaceId, callId)));
  }

  private static Optional<CallDetail> find(Handle handle, String spaceId, String callId) {
    List<Line> lines = ofEntry(handle, LINES, spaceId, callId).map(LINE).list();
    List<CallDetail.Adjustment> adjustments =
        ofEntry(handle, ADJUSTMENTS, spaceId, callId).map(ADJUSTMENT).list();
    RowViewMapper<CallDetail> detail = row -> detail(row, lines, adjustments);
    return ofEntry(handle, ONE, spaceId, callId).map(detail).findOne();
  }

  private CallPage page(
      Handle handle, String spaceId, CallFilter filter, @Nullable String before, int limit) {
    String first = filter.from() == null ? "" : Ids.firstOf(filter.from().minus(MOST_SKEW));
    String next = before(filter.to(), before);
    int window = filter.equals(CallFilter.ALL) ? limit + 1 : WINDOW;
    List<Call> items = new ArrayList<>();
    for (int examined = 0; examined < mostExamined; examined += window) {
      List<Call> rows =
          query(handle, filter)
              .bind("space", spaceId)
              .bind("before", next)
              .bind("first", first)
              .bind("window", window)
              .map(CALLS)
              .list();
      for (Call call : rows) {
        if (items.size() == limit) {
          return new CallPage(items, next);
        }
        next = call.id();
        if (filter.matches(call)) {
          items.add(call);
        }
      }
      if (rows.size() < window) {
        return new CallPage(items, null);
      }
    }
    return new CallPage(items, next);
  }

  private static Query query(Handle handle, CallFilter filter) {
    if (filter.state() == EntryState.REFUSED || filter.state() == EntryState.INTERRUPTED) {
      return handle.createQuery(REFUSED_OR_INTERRUPTED).bind("state", filter.state().id());
    }
    return filter.agentId() == null
        ? handle.createQuery(OF_SPACE)
        : handle.createQuery(OF_AGENT).bind("agent", filter.agentId());
  }

  private static String before(@Nullable Instant to, @Nullable String cursor) {
    String end = to == null ? AFTER_ALL : Ids.firstOf(to.plus(MOST_SKEW));
    return cursor == null || end.compareTo(cursor) < 0 ? end : cursor;
  }

  private static Query ofEntry(Handle handle, String sql, String spaceId, String callId) {
    return handle.createQuery(sql).bind("space", spaceId).bind("entry", callId);
  }

  private static Call call(RowView row) {
    String source = row.getColumn("usage_source", String.class);
    return new Call(
        row.getColumn("entry_id", String.class),
        Rows.instant(row, "created_at"),
        Rows.instantOrNull(row, "settled_at"),
        row.getColumn("agent_id", String.class),
        row.getColumn("agent_name", String.class),
        Provider.ofId(row.getColumn("provider", String.class)).orElseThrow(),
        row.getColumn("dialect", String.class),
        row.getColumn("requested_model", String.class),
        row.getColumn("model", String.class),
        row.getColumn("totals_model", String.class),
        EntryState.valueOf(row.getColumn("state", String.class).toUpperCase(Locale.ROOT)),
        source == null ? null : UsageSource.ofId(source).orElseThrow(),
        row.getColumn("input_tokens", Long.class),
        row.getColumn("cache_read_tokens", Long.class),
        row.getColumn("cache_write_tokens", Long.class),
        row.getColumn("output_tokens", Long.class),
        row.getColumn("reasoning_tokens", Long.class),
        row.getColumn("web_searches", Long.class),
        row.getColumn("tier", String.class),
        moneyOrNull(row, "cost_nanos"),
        money(row, "hold_nanos"),
        row.getColumn("http_status", Long.class),
        row.getColumn("error_code", String.class),
        row.getColumn("duration_millis", Long.class),
        row.getColumn("first_byte_millis", Long.class),
        Math.max(1, row.getColumn("refused_count", Long.class)));
  }

  private static CallDetail detail(
      RowView row, List<Line> lines, List<CallDetail.Adjustment> adjustments) {
    String budgetOf = row.getColumn("refused_budget_of", String.class);
    return new CallDetail(
        call(row),
        row.getColumn("virtual_key_id", String.class),
        row.getColumn("price_version", String.class),
        money(row, "counted_nanos"),
        money(row, "doubt_nanos"),
        row.getColumn("geography", String.class),
        Rows.flag(row, "fast"),
        lines,
        adjustments,
        budgetOf == null
            ? null
            : new CallDetail.BudgetRefusal(
                budgetOf,
                money(row, "refused_budget_nanos"),
                money(row, "refused_spent_nanos"),
                money(row, "refused_held_nanos"),
                money(row, "refused_doubt_nanos"),
                money(row, "refused_needed_nanos")));
  }

  private static Line line(RowView row) {
    return new Line(
        row.getColumn("model", String.class),
        Kind.ofId(row.getColumn("kind", String.class)).orElseThrow(),
        row.getColumn("quantity", Long.class),
        row.getColumn("unit_picos", Long.class),
        moneyOrNull(row, "cost_nanos"));
  }

  private static CallDetail.Adjustment adjustment(RowView row) {
    return new CallDetail.Adjustment(
        row.getColumn("reason", String.class),
        Rows.instant(row, "made_at"),
        moneyOrNull(row, "cost_before_nanos"),
        money(row, "cost_delta_nanos"),
        money(row, "counted_delta_nanos"),
        row.getColumn("detail", String.class));
  }

  private static Money money(RowView row, String column) {
    return new Money(row.getColumn(column, Long.class));
  }

  private static @Nullable Money moneyOrNull(RowView row, String column) {
    Long nanos = row.getColumn(column, Long.class);
    return nanos == null ? null : new Money(nanos);
  }
}
