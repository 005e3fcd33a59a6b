package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.Database;
import dev.purser.storage.Rows;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Reads calls. */
public final class CallStore {
  /** The most calls on a page. */
  public static final int MAX_ITEMS = 200;

  /** The most entries that are looked at for one page. */
  private static final int MAX_EXAMINED = 100_000;

  private static final String COLUMNS =
      """
      SELECT entry_id, entries.created_at, settled_at, entries.agent_id, agents.name AS agent_name,
        provider, dialect, requested_model, entries.model, totals_model, state, usage_source,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        web_searches, tier, cost_nanos, hold_nanos, bounded, granted_output_tokens, http_status,
        error_code, duration_millis,
        first_byte_millis, refused_count, entries.virtual_key_id, price_version, counted_nanos, doubt_nanos,
        geography, fast, refused_budget_of, refused_budget_nanos, refused_spent_nanos,
        refused_held_nanos, refused_doubt_nanos, refused_needed_nanos,
        refused_largest_output_tokens, refused_resets_at, refused_field,
        refused_message, widening_names
      """;

  private static final String TABLES =
      """
      FROM entries
      LEFT JOIN agents
        ON agents.space_id = entries.space_id AND agents.agent_id = entries.agent_id
      """;

  static final String CALL = COLUMNS + TABLES;

  static final String SOME =
      CALL
          + """
          WHERE entries.space_id = :space AND entry_id IN (<entries>)
          ORDER BY entry_id DESC
          """;

  static final String ONE =
      COLUMNS
          + ", local_day, sent_model, virtual_keys.name AS virtual_key_name, virtual_keys.masked AS virtual_key_masked\n"
          + TABLES
          + """
          LEFT JOIN virtual_keys
            ON virtual_keys.space_id = entries.space_id
            AND virtual_keys.virtual_key_id = entries.virtual_key_id
          WHERE entries.space_id = :space AND entry_id = :entry
          """;

  private static final String UNPRICED =
      """
      SELECT entry_lines.provider, entry_lines.model, COUNT(DISTINCT entries.entry_id) AS call_count,
        MAX(created_at) AS last_used_at
      FROM entries
      JOIN entry_lines
        ON entry_lines.space_id = entries.space_id AND entry_lines.entry_id = entries.entry_id
      WHERE entries.space_id = :space AND entries.entry_id >= :first
        AND entries.usage_source IS NOT NULL AND entries.cost_nanos IS NULL
        AND unit_picos IS NULL AND local_day >= :since
      GROUP BY entry_lines.provider, entry_lines.model
      ORDER BY call_count DESC, entry_lines.model LIMIT :most
      """;

  private static final String LINES =
      """
      SELECT part, model, kind, quantity, unit_picos, uncached_picos, cost_nanos, billed
      FROM entry_lines
      WHERE space_id = :space AND entry_id = :entry ORDER BY line_number
      """;

  private static final String ADJUSTMENTS =
      """
      SELECT reason, made_at, cost_before_nanos, cost_delta_nanos, counted_delta_nanos,
        doubt_delta_nanos, detail
      FROM adjustments
      WHERE space_id = :space AND entry_id = :entry ORDER BY adjustment_number
      """;

  private static final RowViewMapper<Call> CALLS = CallStore::call;
  private static final RowViewMapper<Line> LINE = CallStore::line;
  private static final RowViewMapper<CallDetail.Adjustment> ADJUSTMENT = CallStore::adjustment;

  private final Database database;
  private final int mostExamined;

  public CallStore(Database database) {
    this(database, MAX_EXAMINED);
  }

  CallStore(Database database, int mostExamined) {
    this.database = database;
    this.mostExamined = mostExamined;
  }

  /**
   * A page of calls, newest first in the order of their identifiers.
   *
   * @param before of the page before this one; null for the first
   * @param limit 1 to {@link #MAX_ITEMS}
   */
  public CallPage page(String spaceId, CallFilter filter, @Nullable String before, int limit) {
    if (limit < 1 || limit > MAX_ITEMS) {
      throw new IllegalArgumentException("1 to " + MAX_ITEMS + " calls, not " + limit);
    }
    return database.read(handle ->
        new CallSearch(handle, CALL, spaceId, filter).page(CALLS, before, limit, mostExamined));
  }

  /**
   * The newest calls after one.
   *
   * @param after an identifier, which need not be that of a call of this space
   * @param limit 1 to {@link #MAX_ITEMS}
   */
  public List<Call> newer(String spaceId, CallFilter filter, String after, int limit) {
    return database.read(
        handle -> new CallSearch(handle, CALL, spaceId, filter).newer(CALLS, after, limit));
  }

  /** Those of these calls that there are in this space: at most {@link #MAX_ITEMS}. */
  public List<Call> some(String spaceId, List<String> callIds) {
    return callIds.isEmpty()
        ? List.of()
        : database.read(handle ->
            handle
                .createQuery(SOME)
                .bind("space", spaceId)
                .bindList("entries", callIds.stream().limit(MAX_ITEMS).toList())
                .map(CALLS)
                .list());
  }

  /** What a list can be narrowed down to. */
  public CallChoices choices(String spaceId, LocalDate since) {
    return database.read(handle -> CallChoices.read(handle, spaceId, since));
  }

  /** The models without a price that calls of this day or later used, the most used first. */
  public List<UnpricedModel> unpriced(String spaceId, LocalDate since) {
    return database.read(handle ->
        handle
            .createQuery(UNPRICED)
            .bind("space", spaceId)
            .bind("first", CallSearch.earliest(since))
            .bind("since", since.toString())
            .bind("most", MAX_ITEMS)
            .map(row ->
                new UnpricedModel(
                    Provider.ofId(row.getColumn("provider", String.class)).orElseThrow(),
                    row.getColumn("model", String.class),
                    row.getColumn("call_count", Long.class),
                    Rows.instant(row, "last_used_at")))
            .list());
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
        money(row, "doubt_nanos"),
        Rows.flag(row, "bounded"),
        row.getColumn("granted_output_tokens", Long.class),
        Rows.flag(row, "bounded")
            && row.getColumn("counted_nanos", Long.class) > row.getColumn("hold_nanos", Long.class),
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
        LocalDate.parse(row.getColumn("local_day", String.class)),
        row.getColumn("sent_model", String.class),
        row.getColumn("virtual_key_id", String.class),
        row.getColumn("virtual_key_name", String.class),
        row.getColumn("virtual_key_masked", String.class),
        row.getColumn("price_version", String.class),
        money(row, "counted_nanos"),
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
                moneyOrNull(row, "refused_needed_nanos"),
                row.getColumn("refused_largest_output_tokens", Long.class),
                Rows.instantOrNull(row, "refused_resets_at")),
        row.getColumn("refused_field", String.class),
        row.getColumn("refused_message", String.class),
        names(row.getColumn("widening_names", String.class)));
  }

  private static List<String> names(@Nullable String lines) {
    return lines == null ? List.of() : lines.lines().toList();
  }

  private static Line line(RowView row) {
    return new Line(
        row.getColumn("part", Integer.class),
        row.getColumn("model", String.class),
        Kind.ofId(row.getColumn("kind", String.class)).orElseThrow(),
        row.getColumn("quantity", Long.class),
        row.getColumn("unit_picos", Long.class),
        row.getColumn("uncached_picos", Long.class),
        moneyOrNull(row, "cost_nanos"),
        Rows.flag(row, "billed"));
  }

  private static CallDetail.Adjustment adjustment(RowView row) {
    return new CallDetail.Adjustment(
        row.getColumn("reason", String.class),
        Rows.instant(row, "made_at"),
        moneyOrNull(row, "cost_before_nanos"),
        money(row, "cost_delta_nanos"),
        money(row, "counted_delta_nanos"),
        money(row, "doubt_delta_nanos"),
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
