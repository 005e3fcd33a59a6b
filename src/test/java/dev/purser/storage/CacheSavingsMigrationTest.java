package dev.purser.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a database that was filled before savings were booked is told of its older calls. */
class CacheSavingsMigrationTest {
  private static final String ENTRY =
      """
      INSERT INTO entries (
        space_id, entry_id, epoch, state, agent_id, virtual_key_id, provider, dialect, created_at,
        local_day, utc_day, price_version, hold_nanos, usage_source, cost_nanos, counted_nanos,
        doubt_nanos, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens,
        reasoning_tokens, web_searches, fast, refused_count)
      VALUES ('space-1', ?, 1, 'settled', 'agent-1', 'vk-1', 'anthropic', 'anthropic_messages', 0,
        '2026-11-22', '2026-11-22', 'test-1', 0, 'reported', ?, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0)\
      """;
  private static final String LINE =
      """
      INSERT INTO entry_lines (
        space_id, entry_id, line_number, model, totals_model, kind, quantity, unit_picos,
        cost_nanos)
      VALUES ('space-1', ?, ?, ?, ?, ?, ?, ?, ?)\
      """;
  private static final String TOTALS =
      """
      INSERT INTO totals (space_id, local_day, utc_day, agent_id, provider, model, request_count,
        reported_count, estimated_count, interrupted_count, unpriced_count, input_tokens,
        cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_write_30m_tokens,
        cache_write_12h_tokens, output_tokens, reasoning_tokens, web_searches, cost_nanos,
        estimated_cost_nanos)
      VALUES ('space-1', '2026-11-22', '2026-11-22', 'agent-1', 'anthropic', ?, 1, 1, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)\
      """;

  /** A line: what is not told here does not matter. */
  private record Row(String model, String kind, long quantity, @Nullable Long unitPicos) {}

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void olderCallsSaveWhatTheirOwnUncachedInputSays(TestDatabase.Kind kind) throws SQLException {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      fill(test.configuration());

      assertThat(strings(test, "SELECT model, cache_saved_nanos FROM totals"))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "both", "7799995",
                  "dearer", "-37",
                  "equal", "0",
                  "most", "99998998999000000",
                  "alone", "0",
                  "unsure", "0",
                  "unpriced", "0"));
      assertThat(
              strings(
                  test,
                  """
                  SELECT model || ' ' || kind AS line, uncached_picos FROM entry_lines
                  WHERE uncached_picos IS NOT NULL\
                  """))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "both cache_read", "8000000",
                  "both cache_write_1h", "8000000",
                  "dearer cache_write_5m", "100000",
                  "equal cache_write_30m", "400000",
                  "most cache_read", "100000000000",
                  "unpriced cache_read", "100000"));
    }
  }

  /** With the tables of before the migration. */
  private static Connection connection(Engine engine, String url) throws SQLException {
    Flyway.configure()
        .dataSource(url, null, null)
        .locations(engine.migrations())
        .placeholders(engine.words())
        .target("5?")
        .load()
        .migrate();
    return engine.connect();
  }

  private static void fill(DatabaseConfiguration configuration) throws SQLException {
    String url =
        switch (configuration) {
          case DatabaseConfiguration.Sqlite(var file) -> "jdbc:sqlite:" + file;
          case DatabaseConfiguration.Postgresql server -> server.jdbcUrl();
        };
    try (Engine engine =
            switch (configuration) {
              case DatabaseConfiguration.Sqlite(var file) -> Sqlite.open(file);
              case DatabaseConfiguration.Postgresql server -> new Postgresql(server);
            };
        Connection connection = connection(engine, url)) {
      call(
          connection,
          true,
          new Row("both", "input", 10, 8_000_000L),
          new Row("both", "cache_read", 1_000, 200_000L),
          new Row("both", "cache_write_1h", 1, 8_005_000L),
          new Row("both", "output", 5, 40_000_000L));
      // 12.5 nano-dollars dearer each, half up
      call(
          connection,
          true,
          new Row("dearer", "input", 1, 100_000L),
          new Row("dearer", "cache_write_5m", 3, 112_500L));
      call(
          connection,
          true,
          new Row("equal", "input", 1, 400_000L),
          new Row("equal", "cache_write_30m", 7, 400_000L));
      // The dearest price, and the most that a call can use.
      call(
          connection,
          true,
          new Row("most", "input", 1, 100_000_000_000L),
          new Row("most", "cache_read", 1_000_000_000, 1_001_001L));
      call(connection, true, new Row("alone", "cache_read", 9, 100L));
      call(
          connection,
          true,
          new Row("unsure", "input", 1, 1_000L),
          new Row("unsure", "cache_read", 9, 100L),
          new Row("unsure", "input", 1, 2_000L),
          new Row("unsure", "cache_read", 9, 200L));
      call(
          connection,
          false,
          new Row("unpriced", "input", 1, 100_000L),
          new Row("unpriced", "cache_read", 9, 10_000L),
          new Row("unpriced", "cache_write_12h", 9, null));
      connection.commit();
    }
  }

  /** A call with these lines, and the row of totals that its model has. */
  private static void call(Connection connection, boolean priced, Row... lines)
      throws SQLException {
    String model = lines[0].model;
    execute(connection, ENTRY, model, priced ? 1L : null);
    for (Row line : lines) {
      execute(
          connection,
          LINE,
          model,
          Arrays.asList(lines).indexOf(line) + 1L,
          model,
          model,
          line.kind,
          line.quantity,
          line.unitPicos,
          line.unitPicos == null ? null : 1L);
    }
    execute(connection, TOTALS, model);
  }

  private static void execute(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  /** The second column by the first. */
  private static Map<String, String> strings(TestDatabase test, String sql) {
    return test.database()
        .read(handle ->
            handle
                .createQuery(sql)
                .reduceResultSet(
                    new LinkedHashMap<String, String>(),
                    (found, row, _) -> {
                      found.put(row.getString(1), row.getString(2));
                      return found;
                    }));
  }
}
