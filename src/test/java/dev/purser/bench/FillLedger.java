package dev.purser.bench;

import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Dialect;
import dev.purser.storage.Ids;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a year of settled calls straight into the database of a Purser that is not running, as if
 * they had been made: entries, their lines, and the totals that agree with them. The calls are
 * evenly spread over the year and the models; of the agents, the last one made a thousandth of them
 * and the others the rest.
 */
public final class FillLedger {
  private static final int BATCH = 10_000;
  private static final long YEAR_MILLIS = Duration.ofDays(365).toMillis();

  private static final List<Model> MODELS =
      List.of(
          new Model(Dialect.ANTHROPIC_MESSAGES, "claude-sonnet-4-5-20250929", 3_000, 300, 15_000),
          new Model(Dialect.ANTHROPIC_MESSAGES, "claude-haiku-4-5-20251001", 1_000, 100, 5_000),
          new Model(Dialect.OPENAI_CHAT, "gpt-4.1-mini-2025-04-14", 400, 100, 1_600),
          new Model(Dialect.OPENAI_RESPONSES, "gpt-4.1-2025-04-14", 2_000, 500, 8_000));

  private static final String ENTRY =
      """
      INSERT INTO entries (space_id, entry_id, epoch, state, agent_id, virtual_key_id, provider, dialect,
        requested_model, model, totals_model, created_at, settled_at, local_day, utc_day, price_version, hold_nanos,
        usage_source, cost_nanos, counted_nanos, doubt_nanos, input_tokens, cache_read_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, web_searches, tier, fast, http_status,
        duration_millis, first_byte_millis, refused_count)
      VALUES (?, ?, 0, 'settled', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'filled', 0, ?, ?, ?, 0, ?, ?, 0, ?, 0, 0,
        'standard', 0, 200, ?, ?, 0)
      """;

  private static final String LINE =
      """
      INSERT INTO entry_lines (space_id, entry_id, line_number, model, totals_model, kind, quantity, unit_picos,
        uncached_picos, cost_nanos, provider, part, billed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)
      """;

  private static final String TOTAL =
      """
      INSERT INTO totals (space_id, local_day, utc_day, agent_id, provider, model, kind, request_count,
        reported_count, estimated_count, interrupted_count, unpriced_count, reasoning_tokens, quantity, cost_nanos,
        estimated_cost_nanos, cache_saved_nanos)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?)
      """;

  private static final String MONTH =
      """
      INSERT INTO months (space_id, local_month, agent_id, spent_nanos, held_nanos, doubt_nanos)
      VALUES (?, ?, ?, ?, 0, 0)
      """;

  private final Connection connection;
  private final String spaceId;
  private final List<Agent> agents;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<TotalKey, Total> totals = new HashMap<>();
  private final Map<MonthKey, Long> spentNanos = new HashMap<>();
  private long nowMillis;

  /** Prices are whole nano-dollars a token, so that no line needs rounding. */
  private record Model(
      Dialect dialect, String name, long inputNanos, long cacheReadNanos, long outputNanos) {
    Provider provider() {
      return dialect.provider();
    }
  }

  private record Agent(String agentId, String virtualKeyId) {}

  /**
   * A row of totals.
   *
   * @param kind empty for the row that counts calls
   */
  private record TotalKey(String day, String agentId, Model model, String kind) {}

  private record MonthKey(String month, String agentId) {}

  private static final class Total {
    private long requests;
    private long estimated;
    private long quantity;
    private long costNanos;
    private long estimatedCostNanos;
    private long cacheSavedNanos;
  }

  private FillLedger(Connection connection, String spaceId, List<Agent> agents) {
    this.connection = connection;
    this.spaceId = spaceId;
    this.agents = agents;
  }

  /**
   * Arguments: the database's JDBC URL, the e-mail address of the user whose agents made the calls,
   * and how many they made. User and password of the database come from the environment.
   */
  public static void main(String[] arguments) throws SQLException {
    String url = arguments[0];
    boolean sqlite = url.startsWith("jdbc:sqlite:");
    try (Connection connection = DriverManager.getConnection(url, credentials())) {
      if (sqlite) {
        execute(connection, "PRAGMA synchronous = OFF");
        execute(connection, "PRAGMA cache_size = -500000");
      }
      String spaceId =
          rows(connection, "SELECT space_id, '' FROM users WHERE email = ?", arguments[1])
              .getFirst()
              .agentId();
      List<Agent> agents =
          rows(
              connection,
              "SELECT agent_id, virtual_key_id FROM virtual_keys WHERE space_id = ? ORDER BY virtual_key_id",
              spaceId);
      connection.setAutoCommit(false);
      new FillLedger(connection, spaceId, agents)
          .fill(Long.parseLong(arguments[2]), Clock.systemUTC().instant());
      connection.setAutoCommit(true);
      // What the server itself has long done when a year has gone by.
      execute(connection, sqlite ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE");
    }
  }

  private void fill(long count, Instant end) throws SQLException {
    Ids ids = new Ids(() -> Instant.ofEpochMilli(nowMillis), random);
    long startMillis = end.toEpochMilli() - YEAR_MILLIS;
    try (PreparedStatement entry = connection.prepareStatement(ENTRY);
        PreparedStatement line = connection.prepareStatement(LINE)) {
      for (long i = 0; i < count; i++) {
        nowMillis = startMillis + Math.multiplyExact(YEAR_MILLIS, i) / count;
        call(ids.next(), i, entry, line);
        if ((i + 1) % BATCH == 0 || i + 1 == count) {
          entry.executeBatch();
          line.executeBatch();
          connection.commit();
        }
      }
    }
    writeTotals();
    writeMonths();
    connection.commit();
  }

  private void call(String entryId, long number, PreparedStatement entry, PreparedStatement line)
      throws SQLException {
    Agent agent =
        number % 1_000 == 999 ? agents.getLast() : agents.get(random.nextInt(agents.size() - 1));
    Model model = MODELS.get(random.nextInt(MODELS.size()));
    boolean estimated = random.nextInt(400) == 0;
    long input = random.nextLong(20, 4_000);
    long cacheRead = random.nextBoolean() ? random.nextLong(1_024, 40_000) : 0;
    long output = random.nextLong(1, 1_500);
    long costNanos =
        input * model.inputNanos + cacheRead * model.cacheReadNanos + output * model.outputNanos;
    String day = Instant.ofEpochMilli(nowMillis).atOffset(ZoneOffset.UTC).toLocalDate().toString();
    long durationMillis = random.nextLong(300, 20_000);

    int at = 0;
    entry.setString(++at, spaceId);
    entry.setString(++at, entryId);
    entry.setString(++at, agent.agentId);
    entry.setString(++at, agent.virtualKeyId);
    entry.setString(++at, model.provider().id());
    entry.setString(++at, model.dialect.id());
    entry.setString(++at, model.name);
    entry.setString(++at, model.name);
    entry.setString(++at, model.name);
    entry.setLong(++at, nowMillis);
    entry.setLong(++at, nowMillis + durationMillis);
    entry.setString(++at, day);
    entry.setString(++at, day);
    entry.setString(++at, (estimated ? UsageSource.ESTIMATED : UsageSource.REPORTED).id());
    entry.setLong(++at, costNanos);
    entry.setLong(++at, costNanos);
    entry.setLong(++at, input);
    entry.setLong(++at, cacheRead);
    entry.setLong(++at, output);
    entry.setLong(++at, durationMillis);
    entry.setLong(++at, durationMillis / 4);
    entry.addBatch();

    Total calls = total(day, agent, model, "");
    calls.requests++;
    calls.estimated += estimated ? 1 : 0;
    List<Used> lines =
        List.of(
            new Used(Kind.INPUT, input, model.inputNanos),
            new Used(Kind.CACHE_READ, cacheRead, model.cacheReadNanos),
            new Used(Kind.OUTPUT, output, model.outputNanos));
    for (int i = 0; i < lines.size(); i++) {
      Used used = lines.get(i);
      if (used.quantity > 0) {
        line(line, entryId, i + 1, model, used);
        Total total = total(day, agent, model, used.kind.id());
        total.quantity += used.quantity;
        total.costNanos += used.costNanos();
        total.estimatedCostNanos += estimated ? used.costNanos() : 0;
        total.cacheSavedNanos +=
            used.kind.isCached() ? used.quantity * (model.inputNanos - used.unitNanos) : 0;
      }
    }
    String month = day.substring(0, "2026-11".length());
    spentNanos.merge(new MonthKey(month, agent.agentId), costNanos, Long::sum);
    spentNanos.merge(new MonthKey(month, ""), costNanos, Long::sum);
  }

  private record Used(Kind kind, long quantity, long unitNanos) {
    long costNanos() {
      return quantity * unitNanos;
    }
  }

  private Total total(String day, Agent agent, Model model, String kind) {
    return totals.computeIfAbsent(
        new TotalKey(day, agent.agentId, model, kind), key -> new Total());
  }

  private void line(PreparedStatement line, String entryId, int number, Model model, Used used)
      throws SQLException {
    line.setString(1, spaceId);
    line.setString(2, entryId);
    line.setLong(3, number);
    line.setString(4, model.name);
    line.setString(5, model.name);
    line.setString(6, used.kind.id());
    line.setLong(7, used.quantity);
    line.setLong(8, used.unitNanos * 1_000);
    line.setObject(9, used.kind.isCached() ? model.inputNanos * 1_000 : null, Types.BIGINT);
    line.setLong(10, used.costNanos());
    line.setString(11, model.provider().id());
    line.addBatch();
  }

  private void writeTotals() throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(TOTAL)) {
      for (Map.Entry<TotalKey, Total> row : totals.entrySet()) {
        TotalKey key = row.getKey();
        Total total = row.getValue();
        int at = 0;
        insert.setString(++at, spaceId);
        insert.setString(++at, key.day);
        insert.setString(++at, key.day);
        insert.setString(++at, key.agentId);
        insert.setString(++at, key.model.provider().id());
        insert.setString(++at, key.model.name);
        insert.setString(++at, key.kind);
        insert.setLong(++at, total.requests);
        insert.setLong(++at, total.requests - total.estimated);
        insert.setLong(++at, total.estimated);
        insert.setLong(++at, total.quantity);
        insert.setLong(++at, total.costNanos);
        insert.setLong(++at, total.estimatedCostNanos);
        insert.setLong(++at, total.cacheSavedNanos);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void writeMonths() throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(MONTH)) {
      for (Map.Entry<MonthKey, Long> row : spentNanos.entrySet()) {
        insert.setString(1, spaceId);
        insert.setString(2, row.getKey().month);
        insert.setString(3, row.getKey().agentId);
        insert.setLong(4, row.getValue());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static Properties credentials() {
    Properties properties = new Properties();
    put(properties, "user", System.getenv("PURSER_DATABASE_USER"));
    put(properties, "password", System.getenv("PURSER_DATABASE_PASSWORD"));
    properties.setProperty("reWriteBatchedInserts", "true");
    return properties;
  }

  private static void put(Properties properties, String name, @Nullable String value) {
    if (value != null) {
      properties.setProperty(name, value);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<Agent> rows(Connection connection, String sql, String parameter)
      throws SQLException {
    List<Agent> rows = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, parameter);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(new Agent(found.getString(1), found.getString(2)));
        }
      }
    }
    return rows;
  }
}
