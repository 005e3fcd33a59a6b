package dev.purser.ledger;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An ended call as it is booked, with all that its price was made of.
 *
 * @param usage that its lines were made of
 * @param createdAt when it was admitted: the price of that UTC day holds
 * @param sentModel that its hold was made for
 * @param priceVersion of the list that its cost was made by
 */
record BookedCall(
    EntryRow entry,
    Charge charge,
    Usage usage,
    Instant createdAt,
    String sentModel,
    String priceVersion) {
  /** What {@link #read} reads. */
  static final String COLUMNS =
      Entries.COLUMNS
          + """
          , usage_source, cost_nanos, counted_nanos, doubt_nanos, doubt_closed, reasoning_tokens,
            tier, fast, geography, search_context, created_at, sent_model, price_version\
          """;

  private static final String LINES =
      """
      SELECT part, provider, model, totals_model, kind, quantity, unit_picos, uncached_picos,
        cost_nanos, billed
      FROM entry_lines WHERE space_id = ? AND entry_id = ? ORDER BY line_number\
      """;

  /** Where entries are read: beside the writer, or in its transaction. */
  interface Reading {
    PreparedStatement statement(String sql) throws SQLException;
  }

  static BookedCall read(Reading reading, ResultSet row) throws SQLException {
    EntryRow entry = Entries.entry(row);
    List<BookedLine> lines = lines(reading, entry);
    String searchContext = row.getString("search_context");
    String sentModel = row.getString("sent_model");
    return new BookedCall(
        entry,
        new Charge(
            entry.state(),
            UsageSource.ofId(row.getString("usage_source")).orElseThrow(),
            Entries.longOrNull(row, "cost_nanos"),
            row.getLong("counted_nanos"),
            row.getLong("doubt_nanos"),
            row.getLong("doubt_closed") != 0,
            entry.model(),
            entry.totalsModel(),
            row.getLong("reasoning_tokens"),
            lines),
        new Usage(
            parts(entry.model(), lines),
            row.getString("tier"),
            row.getLong("fast") == 1,
            row.getString("geography"),
            searchContext == null ? null : SearchContext.ofId(searchContext).orElseThrow()),
        Instant.ofEpochMilli(row.getLong("created_at")),
        sentModel == null ? entry.model() : sentModel,
        row.getString("price_version"));
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
                row.getInt(1),
                Provider.ofId(row.getString(2)).orElseThrow(),
                row.getString(3),
                row.getString(4),
                Kind.ofId(row.getString(5)).orElseThrow(),
                row.getLong(6),
                Entries.longOrNull(row, 7),
                Entries.longOrNull(row, 8),
                Entries.longOrNull(row, 9),
                row.getLong(10) == 1));
      }
    }
    return lines;
  }

  /**
   * The parts of the usage that lines were made of, as far as they used anything. Which output was
   * reasoning does not matter for its price.
   */
  private static List<ModelUsage> parts(String model, List<BookedLine> lines) {
    SortedMap<Integer, ModelUsage> parts = new TreeMap<>();
    for (BookedLine line : lines) {
      ModelUsage used = ModelUsage.of(line.model(), Map.of(line.kind(), line.quantity()));
      parts.merge(
          line.part(),
          line.billed() ? used : used.notBilled(),
          (part, more) -> part.with(line.kind(), line.quantity()));
    }
    return parts.isEmpty() ? List.of(ModelUsage.none(model)) : List.copyOf(parts.values());
  }
}
