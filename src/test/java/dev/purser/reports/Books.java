package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Rows as a ledger might have written them, put straight into the tables. */
final class Books {
  static final String SPACE = "space-1";
  static final String OTHER_SPACE = "space-2";

  private final Database database;

  Books(Database database) {
    this.database = database;
    write(handle -> {
      for (String space : List.of(SPACE, OTHER_SPACE)) {
        handle.execute(
            """
            INSERT INTO spaces (space_id, revision, monthly_budget_cents, budget_mode,
              time_zone, settings_version, created_at)
            VALUES (?, 1, 2000, 'stop', 'Europe/Berlin', 1, 0)
            """,
            space);
      }
      for (String agent : List.of("tidy", "eager")) {
        handle.execute(
            """
            INSERT INTO agents (space_id, agent_id, name, model_policy, budget_mode,
              created_at, version)
            VALUES (?, ?, ?, 'auto', 'stop', 0, 1)
            """,
            SPACE,
            agent,
            "The " + agent + " one");
      }
    });
  }

  /** The figures of a day: a row of each kind, and one of what is counted once a call. */
  void totals(
      String space, String day, String agent, String provider, String model, Figures figures) {
    List<Object> key = List.of(space, day, day, agent, provider, model);
    total(
        key,
        "",
        figures.requests(),
        figures.reported(),
        figures.estimated(),
        figures.interrupted(),
        figures.unpriced(),
        figures.reasoning(),
        0,
        figures.costOfNoKind().nanos(),
        figures.estimatedCost().nanos(),
        figures.cacheSaved().nanos());
    figures
        .kinds()
        .forEach((kind, used) ->
            total(key, kind.id(), 0, 0, 0, 0, 0, 0, used.count(), used.cost().nanos(), 0, 0));
  }

  private void total(List<Object> key, String kind, long... figures) {
    List<Object> row = new ArrayList<>(key);
    row.add(kind);
    Arrays.stream(figures).forEach(row::add);
    write(handle ->
        handle.execute(
            """
            INSERT INTO totals (space_id, local_day, utc_day, agent_id, provider, model, kind,
              request_count, reported_count, estimated_count, interrupted_count,
              unpriced_count, reasoning_tokens, quantity, cost_nanos, estimated_cost_nanos,
              cache_saved_nanos)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            row.toArray()));
  }

  void month(String space, String month, String agent, Money spent, Money held, Money doubt) {
    write(handle ->
        handle.execute(
            """
            INSERT INTO months (
              space_id, local_month, agent_id, spent_nanos, held_nanos, doubt_nanos)
            VALUES (?, ?, ?, ?, ?, ?)\
            """,
            space,
            month,
            agent,
            spent.nanos(),
            held.nanos(),
            doubt.nanos()));
  }

  /** An entry, settled and reported unless said otherwise. */
  static final class Entry {
    private final Map<String, @Nullable Object> columns = new LinkedHashMap<>();

    Entry(String id, Instant at) {
      with("space_id", SPACE).with("entry_id", id).with("created_at", at.toEpochMilli());
      with("epoch", 1L).with("state", "settled").with("agent_id", "tidy");
      with("virtual_key_id", "vk-1").with("provider", "openai").with("dialect", "openai_chat");
      with("requested_model", "auto").with("model", "gpt-6-luna-2026-09-22");
      with("totals_model", "gpt-6-luna").with("settled_at", at.plusMillis(900).toEpochMilli());
      with("local_day", "2026-11-22").with("utc_day", "2026-11-22");
      with("price_version", "2026-11-22").with("hold_nanos", 0L).with("usage_source", "reported");
      with("cost_nanos", 4_700L).with("counted_nanos", 4_700L).with("doubt_nanos", 0L);
      with("input_tokens", 22L).with("cache_read_tokens", 0L).with("cache_write_tokens", 0L);
      with("output_tokens", 5L).with("reasoning_tokens", 0L).with("web_searches", 0L);
      with("tier", "default").with("fast", 0L).with("geography", null);
      with("http_status", 200L).with("error_code", null).with("duration_millis", 900L);
      with("first_byte_millis", 300L).with("refused_count", 0L).with("refused_budget_of", null);
      with("refused_budget_nanos", null).with("refused_spent_nanos", null);
      with("refused_held_nanos", null).with("refused_doubt_nanos", null);
      with("refused_needed_nanos", null);
    }

    Map<String, @Nullable Object> columns() {
      return columns;
    }

    Entry with(String column, @Nullable Object value) {
      columns.put(column, value);
      return this;
    }
  }

  void entries(List<Entry> entries) {
    String names = String.join(", ", entries.getFirst().columns.keySet());
    String values = ":" + String.join(", :", entries.getFirst().columns.keySet());
    write(handle -> {
      PreparedBatch batch =
          handle.prepareBatch("INSERT INTO entries (" + names + ") VALUES (" + values + ")");
      for (Entry entry : entries) {
        entry.columns.forEach(batch::bind);
        batch.add();
      }
      batch.execute();
    });
  }

  /** So many entries, a second apart, the oldest at that moment. */
  List<Entry> series(Instant from, int count) {
    List<Entry> entries = new ArrayList<>();
    Instant[] now = {from};
    Ids ids = new Ids(() -> now[0], new Random(7));
    for (int i = 0; i < count; i++) {
      entries.add(new Entry(ids.next(), now[0]));
      now[0] = now[0].plusSeconds(1);
    }
    return entries;
  }

  void write(Consumer<Handle> work) {
    database.<@Nullable Void>write(handle -> {
      work.accept(handle);
      return null;
    });
  }
}
