package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The widening names of calls that one transaction books above their holds: refused in their space
 * from its commit on, for which the space's revision moves.
 */
final class Strikes {
  private static final Logger log = LoggerFactory.getLogger(Strikes.class);

  private static final String INSERT =
      """
      INSERT INTO strict_strikes (space_id, name, entry_id, struck_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (space_id, name) DO NOTHING\
      """;
  private static final String MOVE_REVISION =
      "UPDATE spaces SET revision = revision + 1 WHERE space_id = ?";

  private final SortedMap<Key, Strike> strikes = new TreeMap<>();

  private record Key(String spaceId, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int bySpace = spaceId.compareTo(other.spaceId);
      return bySpace == 0 ? name.compareTo(other.name) : bySpace;
    }
  }

  private record Strike(String entryId, Instant at) {}

  /** Notes an entry; whether its space's revision moves for it. */
  boolean add(EntryRow entry, Instant now) {
    boolean first = strikes.keySet().stream().noneMatch(k -> k.spaceId.equals(entry.spaceId()));
    for (String name : entry.wideningNames()) {
      strikes.putIfAbsent(new Key(entry.spaceId(), name), new Strike(entry.entryId(), now));
      log.warn(
          "call {} of space {} cost more than was set aside for it: unless \"{}\" is listed, strict"
              + " budgets of this space refuse it from now on (see: ./run strict list)",
          entry.entryId(),
          entry.spaceId(),
          name);
    }
    return first && !entry.wideningNames().isEmpty();
  }

  void write(Session session) throws SQLException {
    String moved = "";
    for (Map.Entry<Key, Strike> strike : strikes.entrySet()) {
      PreparedStatement insert = session.statement(INSERT);
      insert.setString(1, strike.getKey().spaceId);
      insert.setString(2, strike.getKey().name);
      insert.setString(3, strike.getValue().entryId);
      insert.setLong(4, strike.getValue().at.toEpochMilli());
      insert.executeUpdate();
      if (!strike.getKey().spaceId.equals(moved)) {
        moved = strike.getKey().spaceId;
        PreparedStatement move = session.statement(MOVE_REVISION);
        move.setString(1, moved);
        move.executeUpdate();
      }
    }
  }
}
