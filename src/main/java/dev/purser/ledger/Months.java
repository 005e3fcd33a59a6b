package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The month rows that one transaction decides by and moves: locked when they are read, in one order
 * in every process, and written back once each.
 */
final class Months {
  /** The agent of a space's own row. */
  static final String WHOLE_SPACE = "";

  private static final KeyedRead READ =
      new KeyedRead(
          """
          SELECT space_id, local_month, agent_id, spent_nanos, held_nanos, doubt_nanos,
            stopped_limit_nanos
          FROM months WHERE (space_id, local_month, agent_id) IN %s
          ORDER BY space_id, local_month, agent_id\
          """,
          3);
  private static final String MAKE =
      """
      INSERT INTO months (space_id, local_month, agent_id, spent_nanos, held_nanos, doubt_nanos)
      VALUES (?, ?, ?, 0, 0, 0) ON CONFLICT (space_id, local_month, agent_id) DO NOTHING\
      """;
  private static final String WRITE =
      """
      UPDATE months SET spent_nanos = ?, held_nanos = ?, doubt_nanos = ?, stopped_limit_nanos = ?
      WHERE space_id = ? AND local_month = ? AND agent_id = ?\
      """;

  /** A row's name. */
  record Key(String spaceId, String month, String agentId) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::spaceId).thenComparing(Key::month).thenComparing(Key::agentId);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }

    String column(int number) {
      return switch (number) {
        case 0 -> spaceId;
        case 1 -> month;
        default -> agentId;
      };
    }
  }

  /** A row, in nano-dollars. */
  static final class Month {
    private long spent;
    private long held;
    private long doubt;
    private @Nullable Long stoppedLimit;
    private boolean moved;

    private Month(long spent, long held, long doubt, @Nullable Long stoppedLimit) {
      this.spent = spent;
      this.held = held;
      this.doubt = doubt;
      this.stoppedLimit = stoppedLimit;
    }

    long spent() {
      return spent;
    }

    long held() {
      return held;
    }

    long doubt() {
      return doubt;
    }

    /** Whether a call has cost more than its hold under a strict budget that was no smaller. */
    boolean stops(long strictLimit) {
      return stoppedLimit != null && strictLimit <= stoppedLimit;
    }

    private void stop(long strictLimit) {
      if (!stops(strictLimit)) {
        stoppedLimit = strictLimit;
        moved = true;
      }
    }

    private void move(long spentDelta, long heldDelta, long doubtDelta) {
      spent = Math.addExact(spent, spentDelta);
      held = Math.addExact(held, heldDelta);
      doubt = Math.addExact(doubt, doubtDelta);
      moved = true;
    }
  }

  private final Map<Key, Month> months = new TreeMap<>();

  /** Reads and locks rows; those that are missing are made. */
  void load(Session session, SortedSet<Key> keys) throws SQLException {
    List<Key> wanted = new ArrayList<>(keys);
    read(session, wanted);
    wanted.removeIf(months::containsKey);
    if (!wanted.isEmpty()) {
      PreparedStatement make = session.statement(MAKE);
      for (Key key : wanted) {
        make.setString(1, key.spaceId);
        make.setString(2, key.month);
        make.setString(3, key.agentId);
        make.addBatch();
      }
      make.executeBatch();
      read(session, wanted);
    }
  }

  private void read(Session session, List<Key> keys) throws SQLException {
    READ.each(
        session,
        keys,
        Key::column,
        row ->
            months.put(
                new Key(row.getString(1), row.getString(2), row.getString(3)),
                new Month(
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getObject(7) == null ? null : row.getLong(7))));
  }

  /** A row that was loaded. */
  Month get(Key key) {
    Month month = months.get(key);
    if (month == null) {
      throw new IllegalStateException("a month that was not loaded: " + key.month);
    }
    return month;
  }

  /** The two rows that an entry counts in. */
  static void addKeys(Set<Key> keys, EntryRow entry) {
    addKeys(keys, entry.spaceId(), entry.days().localMonth(), entry.agentId());
  }

  static void addKeys(Set<Key> keys, String spaceId, String month, String agentId) {
    keys.add(new Key(spaceId, month, WHOLE_SPACE));
    keys.add(new Key(spaceId, month, agentId));
  }

  /** Moves both rows that an entry counts in. */
  void move(EntryRow entry, long spentDelta, long heldDelta, long doubtDelta) {
    String month = entry.days().localMonth();
    get(new Key(entry.spaceId(), month, WHOLE_SPACE)).move(spentDelta, heldDelta, doubtDelta);
    get(new Key(entry.spaceId(), month, entry.agentId())).move(spentDelta, heldDelta, doubtDelta);
  }

  /** Stops the strict budgets that an entry was admitted under: it has cost more than its hold. */
  void stop(EntryRow entry) {
    String month = entry.days().localMonth();
    if (entry.spaceStrictNanos() != null) {
      get(new Key(entry.spaceId(), month, WHOLE_SPACE)).stop(entry.spaceStrictNanos());
    }
    if (entry.agentStrictNanos() != null) {
      get(new Key(entry.spaceId(), month, entry.agentId())).stop(entry.agentStrictNanos());
    }
  }

  void write(Session session) throws SQLException {
    PreparedStatement write = session.statement(WRITE);
    boolean any = false;
    for (Map.Entry<Key, Month> row : months.entrySet()) {
      Month month = row.getValue();
      if (month.moved) {
        write.setLong(1, month.spent);
        write.setLong(2, month.held);
        write.setLong(3, month.doubt);
        Entries.setLong(write, 4, month.stoppedLimit);
        write.setString(5, row.getKey().spaceId);
        write.setString(6, row.getKey().month);
        write.setString(7, row.getKey().agentId);
        write.addBatch();
        any = true;
      }
    }
    if (any) {
      write.executeBatch();
    }
  }
}
