package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.storage.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * One search for calls. It walks an index from the newest entry back; what the filter wants besides
 * is looked at entry by entry, so many of them and no more: so a page costs the same with ten
 * million entries as with ten thousand.
 *
 * @param select the columns and tables, up to {@code WHERE}
 */
record CallSearch(Handle handle, String select, String spaceId, CallFilter filter) {
  /** Sorts after every identifier. */
  static final String AFTER_ALL = "z";

  /** An entry's id is made a little before or after the moment that it says it was created. */
  private static final Duration MAX_SKEW = Duration.ofMinutes(10);

  /** How far a day that totals count can lie from the same day in UTC. */
  private static final int DAYS_OF_ZONES = 2;

  private static final String EARLIEST_DAY = "0000-00-00";
  private static final String LATEST_DAY = "9999-99-99";

  /** What it walks along. */
  enum Index {
    SPACE("WHERE entries.space_id = :space\n"),
    AGENT("WHERE entries.space_id = :space AND entries.agent_id = :agent\n"),
    /** Those are few among many, and have an index of their own. */
    REFUSED_OR_INTERRUPTED(
        "WHERE entries.space_id = :space AND state IN ('refused', 'interrupted')"
            + " AND state = :unusual\n");

    private final String where;

    Index(String where) {
      this.where = where;
    }

    static Index of(CallFilter filter) {
      if (filter.onlyUnusual()) {
        return REFUSED_OR_INTERRUPTED;
      }
      return filter.agentId() == null ? SPACE : AGENT;
    }

    /** Reads the entries that the filter wants. */
    String list(String select) {
      return select + where + SPAN + WANTED + "ORDER BY entry_id DESC LIMIT :limit";
    }

    /** Finds the entry to which the search goes back. */
    String floor() {
      return "SELECT entry_id FROM entries "
          + where
          + SPAN
          + "ORDER BY entry_id DESC LIMIT 1 OFFSET :most";
    }
  }

  private static final String SPAN =
      """
      AND entry_id < :before AND entry_id >= :first
      """;

  /**
   * An entry's lines are counted where the entry is looked at: for {@code EXISTS}, PostgreSQL might
   * read the lines of all entries first.
   */
  private static final String WANTED =
      """
      AND (:agent = '' OR entries.agent_id = :agent)
      AND (:provider = '' OR provider = :provider)
      AND (:model = '' OR entries.model = :model OR totals_model = :model OR 0 < (
        SELECT COUNT(*) FROM entry_lines
        WHERE entry_lines.space_id = entries.space_id AND entry_lines.entry_id = entries.entry_id
          AND (entry_lines.model = :model OR entry_lines.totals_model = :model)))
      AND state IN (:open, :settled, :interrupted, :refused)
      AND (:source = '' OR usage_source = :source OR (:source = 'none' AND state = 'refused'))
      AND (:priced = '' OR (:priced = 'yes' AND cost_nanos IS NOT NULL)
        OR (:priced = 'no' AND cost_nanos IS NULL AND usage_source IS NOT NULL))
      AND (:hold = '' OR (:hold = 'doubt' AND doubt_nanos > 0)
        OR (:hold = 'exceeded' AND bounded = 1 AND counted_nanos > hold_nanos))
      AND entries.created_at >= :from AND entries.created_at < :to
      AND local_day >= :firstDay AND local_day <= :lastDay
      """;

  /**
   * A page of what is found.
   *
   * @param before of the page before this one; null for the first
   * @param mostExamined how many entries are looked at, if the filter sifts
   */
  CallPage page(RowViewMapper<Call> calls, @Nullable String before, int limit, int mostExamined) {
    String end = end(before);
    String floor = filter.sifts() ? floor(end, mostExamined) : null;
    List<Call> found = list(calls, end, floor == null ? first() : floor, limit + 1);
    return found.size() > limit
        ? new CallPage(found.subList(0, limit), found.get(limit - 1).id())
        : new CallPage(found, floor);
  }

  /** The newest that came after the one with this identifier. */
  List<Call> newer(RowViewMapper<Call> calls, String after, int limit) {
    // Sorts after that identifier, and before all that are later.
    String next = after + "0";
    return list(calls, end(null), Collections.max(List.of(first(), next)), limit);
  }

  private @Nullable String floor(String end, int mostExamined) {
    Index index = Index.of(filter);
    Query query = handle.createQuery(index.floor());
    if (index == Index.AGENT) {
      query.bind("agent", filter.agentId());
    }
    if (index == Index.REFUSED_OR_INTERRUPTED) {
      query.bind("unusual", unusual());
    }
    return query
        .bind("space", spaceId)
        .bind("before", end)
        .bind("first", first())
        .bind("most", mostExamined)
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  private List<Call> list(RowViewMapper<Call> calls, String end, String first, int limit) {
    Index index = Index.of(filter);
    Query query = handle.createQuery(index.list(select));
    if (index == Index.REFUSED_OR_INTERRUPTED) {
      query.bind("unusual", unusual());
    }
    for (EntryState state : EntryState.values()) {
      query.bind(state.id(), filter.states().contains(state) ? state.id() : "");
    }
    Boolean priced = filter.priced();
    return query
        .bind("space", spaceId)
        .bind("before", end)
        .bind("first", first)
        .bind("agent", Objects.requireNonNullElse(filter.agentId(), ""))
        .bind("provider", filter.provider() == null ? "" : filter.provider().id())
        .bind("model", Objects.requireNonNullElse(filter.model(), ""))
        .bind("source", filter.source() == null ? "" : filter.source().id())
        .bind("priced", priced == null ? "" : priced ? "yes" : "no")
        .bind("hold", filter.hold() == null ? "" : filter.hold().id())
        .bind("from", filter.from() == null ? Long.MIN_VALUE : filter.from().toEpochMilli())
        .bind("to", filter.to() == null ? Long.MAX_VALUE : filter.to().toEpochMilli())
        .bind("firstDay", filter.firstDay() == null ? EARLIEST_DAY : filter.firstDay().toString())
        .bind("lastDay", filter.lastDay() == null ? LATEST_DAY : filter.lastDay().toString())
        .bind("limit", limit)
        .map(calls)
        .list();
  }

  private String unusual() {
    return filter.states().iterator().next().name().toLowerCase(Locale.ROOT);
  }

  /** What sorts before every entry that totals count on this day or later. */
  static String earliest(LocalDate day) {
    return Ids.firstOf(start(day.minusDays(DAYS_OF_ZONES)));
  }

  private String first() {
    return Stream.of(
            filter.from() == null ? Instant.EPOCH : filter.from().minus(MAX_SKEW),
            filter.firstDay() == null
                ? Instant.EPOCH
                : start(filter.firstDay().minusDays(DAYS_OF_ZONES)))
        .max(Instant::compareTo)
        .map(Ids::firstOf)
        .orElse("");
  }

  private String end(@Nullable String cursor) {
    return Stream.of(
            filter.to() == null ? AFTER_ALL : Ids.firstOf(filter.to().plus(MAX_SKEW)),
            filter.lastDay() == null
                ? AFTER_ALL
                : Ids.firstOf(start(filter.lastDay().plusDays(1 + DAYS_OF_ZONES))),
            cursor == null ? AFTER_ALL : cursor)
        .min(String::compareTo)
        .orElse(AFTER_ALL);
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }
}
