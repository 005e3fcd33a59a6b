package dev.purser.reports;

import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;

/** Reads usage by day, out of totals alone. */
public final class DailyUsageStore {
  /** The most days that one question may span. */
  public static final int MAX_DAYS = 366;

  private static final String OF_DAYS =
      """
      FROM totals
      WHERE space_id = :space AND local_day >= :from AND local_day <= :to
      """;

  private static final String BY_PROVIDER =
      "SELECT local_day, provider, "
          + FiguresStore.SUMS
          + OF_DAYS
          + "GROUP BY local_day, provider, kind ORDER BY local_day, provider";

  private static final String BY_MODEL =
      "SELECT local_day, provider, model, "
          + FiguresStore.SUMS
          + OF_DAYS
          + "GROUP BY local_day, provider, model, kind ORDER BY local_day, provider, model";

  private static final String BY_AGENT =
      "SELECT local_day, totals.agent_id, name, "
          + FiguresStore.SUMS
          + """
          FROM totals
          LEFT JOIN agents
            ON agents.space_id = totals.space_id AND agents.agent_id = totals.agent_id
          WHERE totals.space_id = :space AND local_day >= :from AND local_day <= :to
          GROUP BY local_day, totals.agent_id, name, kind
          ORDER BY local_day, totals.agent_id
          """;

  private static final RowViewMapper<Map.Entry<Key, Figures>> PROVIDERS =
      row -> daily(row, new DailyUsage.OfProvider(provider(row)));
  private static final RowViewMapper<Map.Entry<Key, Figures>> MODELS =
      row ->
          daily(row, new DailyUsage.OfModel(provider(row), row.getColumn("model", String.class)));
  private static final RowViewMapper<Map.Entry<Key, Figures>> AGENTS =
      row ->
          daily(
              row,
              new DailyUsage.OfAgent(
                  row.getColumn("agent_id", String.class), row.getColumn("name", String.class)));

  private record Key(LocalDate day, DailyUsage.Part part) {}

  private final Database database;

  public DailyUsageStore(Database database) {
    this.database = database;
  }

  /**
   * The days on which there was something, oldest first.
   *
   * @param to inclusive, and less than {@link #MAX_DAYS} days after {@code from}
   * @throws IllegalArgumentException if the days are more, or none
   */
  public List<DailyUsage> read(String spaceId, LocalDate from, LocalDate to, DailyUsage.By by) {
    long days = ChronoUnit.DAYS.between(from, to) + 1;
    if (days < 1 || days > MAX_DAYS) {
      throw new IllegalArgumentException("1 to " + MAX_DAYS + " days, not " + days);
    }
    return switch (by) {
      case PROVIDER -> read(BY_PROVIDER, PROVIDERS, spaceId, from, to);
      case MODEL -> read(BY_MODEL, MODELS, spaceId, from, to);
      case AGENT -> read(BY_AGENT, AGENTS, spaceId, from, to);
    };
  }

  private List<DailyUsage> read(
      String sql,
      RowViewMapper<Map.Entry<Key, Figures>> mapper,
      String spaceId,
      LocalDate from,
      LocalDate to) {
    List<Map.Entry<Key, Figures>> parts =
        database.read(handle ->
            handle
                .createQuery(sql)
                .bind("space", spaceId)
                .bind("from", from.toString())
                .bind("to", to.toString())
                .map(mapper)
                .list());
    return FiguresStore.sums(parts.stream()).entrySet().stream()
        .map(sum -> new DailyUsage(sum.getKey().day(), sum.getKey().part(), sum.getValue()))
        .toList();
  }

  private static Map.Entry<Key, Figures> daily(RowView row, DailyUsage.Part part) {
    return Map.entry(
        new Key(LocalDate.parse(row.getColumn("local_day", String.class)), part),
        FiguresStore.part(row));
  }

  private static Provider provider(RowView row) {
    return Provider.ofId(row.getColumn("provider", String.class)).orElseThrow();
  }
}
