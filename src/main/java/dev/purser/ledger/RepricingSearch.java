package dev.purser.ledger;

import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Repricing.Batch;
import dev.purser.pricing.Repricing.EntryName;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a price list changes, found in short reads beside the writer: of each space
 * those without a price, and those of models whose added price was replaced, if its totals of the
 * open month have any.
 */
final class RepricingSearch implements Iterator<Batch> {
  /** The most entries in one transaction. */
  static final int BATCH = 200;

  /** The most entries that one read passes over. */
  private static final int WINDOW = 2_000;

  /** How much earlier than its month's first moment, in UTC, an entry of it can begin. */
  private static final int DAYS_OF_ZONES = 3;

  private static final String WITH_UNPRICED =
      """
      SELECT DISTINCT space_id FROM entries WHERE usage_source IS NOT NULL AND cost_nanos IS NULL
      ORDER BY space_id\
      """;
  private static final String ALL = "SELECT space_id FROM spaces ORDER BY space_id";
  private static final String MODELS =
      """
      SELECT DISTINCT provider, model FROM totals WHERE space_id = ? AND local_day >= ?
      ORDER BY provider, model\
      """;
  private static final String WINDOW_END =
      """
      SELECT entry_id FROM entries WHERE space_id = ? AND entry_id > ?
      ORDER BY entry_id LIMIT 1 OFFSET ?\
      """;

  private final Database database;
  private final Instant at;
  private final PriceChange.Lists lists;
  private final Deque<Search> searches;
  private final Deque<Batch> ready = new ArrayDeque<>();

  RepricingSearch(Database database, PriceList prices, Instant at) {
    this.database = database;
    this.at = at;
    this.lists = new PriceChange.Lists(prices);
    this.searches = read(reading -> searches(reading, prices));
  }

  /**
   * What is looked for in a space.
   *
   * @param month that is open there
   * @param model null for what has no price
   * @param after the last entry that was looked at
   */
  private record Search(
      String spaceId, String month, Provider provider, @Nullable String model, String after) {
    Search from(String entryId) {
      return new Search(spaceId, month, provider, model, entryId);
    }
  }

  private interface Read<T> {
    T from(BookedCall.Reading reading) throws SQLException;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && !searches.isEmpty()) {
      Search search = searches.removeFirst();
      List<PriceChange> found = new ArrayList<>();
      Search next = read(reading -> look(reading, search, found));
      if (next != null) {
        searches.addFirst(next);
      }
      for (int from = 0; from < found.size(); from += BATCH) {
        List<PriceChange> some = found.subList(from, Math.min(found.size(), from + BATCH));
        ready.add(
            new Batch(
                some.stream()
                    .map(
                        change -> new EntryName(change.entry().spaceId(), change.entry().entryId()))
                    .toList(),
                Repricer.figures(some)));
      }
    }
    return !ready.isEmpty();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.removeFirst();
  }

  private Deque<Search> searches(BookedCall.Reading reading, PriceList prices) throws SQLException {
    Deque<Search> found = new ArrayDeque<>();
    for (String spaceId : texts(reading.statement(WITH_UNPRICED))) {
      String month = Repricer.openMonth(reading, spaceId, at);
      found.add(new Search(spaceId, month, Provider.ANTHROPIC, null, first(month)));
    }
    if (prices.hasReplaced()) {
      for (String spaceId : texts(reading.statement(ALL))) {
        String month = Repricer.openMonth(reading, spaceId, at);
        PreparedStatement models = reading.statement(MODELS);
        models.setString(1, spaceId);
        models.setString(2, month);
        try (ResultSet row = models.executeQuery()) {
          while (row.next()) {
            Provider provider = Provider.ofId(row.getString(1)).orElseThrow();
            String model = row.getString(2);
            if (prices.hasReplaced(provider, model)) {
              found.add(new Search(spaceId, month, provider, model, first(month)));
            }
          }
        }
      }
    }
    return found;
  }

  /** Looks on; null after the last. */
  private @Nullable Search look(BookedCall.Reading reading, Search search, List<PriceChange> found)
      throws SQLException {
    return search.model == null
        ? lookAtUnpriced(reading, search, found)
        : lookAtWindow(reading, search, search.model, found);
  }

  private @Nullable Search lookAtUnpriced(
      BookedCall.Reading reading, Search search, List<PriceChange> found) throws SQLException {
    PreparedStatement select = reading.statement(Repricer.UNPRICED);
    select.setString(1, search.spaceId);
    select.setString(2, search.after);
    select.setString(3, search.month);
    select.setInt(4, BATCH);
    int rows = 0;
    String last = search.after;
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows++;
        last = row.getString(2);
        PriceChange.of(BookedCall.read(reading, row), lists).ifPresent(found::add);
      }
    }
    return rows < BATCH ? null : search.from(last);
  }

  private @Nullable Search lookAtWindow(
      BookedCall.Reading reading, Search search, String model, List<PriceChange> found)
      throws SQLException {
    PreparedStatement window = reading.statement(WINDOW_END);
    window.setString(1, search.spaceId);
    window.setString(2, search.after);
    window.setInt(3, WINDOW);
    List<String> end = texts(window);
    PreparedStatement select = reading.statement(Repricer.OF_MODEL);
    select.setString(1, search.spaceId);
    select.setString(2, search.after);
    // Without an end in the last window: no character comes after all others in every collation.
    select.setString(3, end.isEmpty() ? null : end.getFirst());
    select.setString(4, search.month);
    select.setString(5, search.provider.id());
    select.setString(6, lists.now().version());
    select.setString(7, lists.now().version());
    select.setString(8, model);
    select.setString(9, model);
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        PriceChange.of(BookedCall.read(reading, row), lists).ifPresent(found::add);
      }
    }
    return end.isEmpty() ? null : search.from(end.getFirst());
  }

  private static String first(String month) {
    return Ids.firstOf(
        YearMonth.parse(month)
            .atDay(1)
            .minusDays(DAYS_OF_ZONES)
            .atStartOfDay(ZoneOffset.UTC)
            .toInstant());
  }

  private static List<String> texts(PreparedStatement select) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }

  /** One read on a connection of its own, each of its statements prepared once. */
  private <T extends @Nullable Object> T read(Read<T> read) {
    return database.read(handle -> {
      Map<String, PreparedStatement> statements = new HashMap<>();
      try {
        try {
          Connection connection = handle.getConnection();
          return read.from(sql -> {
            PreparedStatement known = statements.get(sql);
            if (known == null) {
              known = connection.prepareStatement(sql);
              statements.put(sql, known);
            }
            return known;
          });
        } finally {
          for (PreparedStatement statement : statements.values()) {
            statement.close();
          }
        }
      } catch (SQLException e) {
        throw new StorageException("what was booked cannot be read just now", e);
      }
    });
  }
}
