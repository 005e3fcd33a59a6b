package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Reads and locks the rows of many primary keys with few statements. The number of keys in a
 * statement is a power of two, filled up by repeating the last one, so that there are few
 * statements to prepare.
 */
final class KeyedRead {
  private static final int MAX_POWER = 8;

  private final String[] statements = new String[MAX_POWER + 1];
  private final int columns;

  /**
   * Prepares the texts.
   *
   * @param select with {@code %s} where the list of keys belongs
   * @param columns of a key
   */
  KeyedRead(String select, int columns) {
    this.columns = columns;
    String oneKey = "(" + "?, ".repeat(columns - 1) + "?)";
    for (int power = 0; power <= MAX_POWER; power++) {
      String more = (", " + oneKey).repeat((1 << power) - 1);
      statements[power] = select.formatted("(VALUES " + oneKey + more + ")");
    }
  }

  /** One row. */
  @FunctionalInterface
  interface Reader {
    void read(ResultSet row) throws SQLException;
  }

  /** The columns of one key. */
  @FunctionalInterface
  interface Key<K> {
    String column(K key, int number);
  }

  /** Reads those rows that exist; the keys must be in the order of the primary key. */
  <K> void each(Session session, List<K> keys, Key<K> columnsOf, Reader reader)
      throws SQLException {
    for (int from = 0; from < keys.size(); from += 1 << MAX_POWER) {
      int count = Math.min(keys.size() - from, 1 << MAX_POWER);
      int power = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
      PreparedStatement statement = session.locking(statements[power]);
      int parameter = 1;
      for (int i = 0; i < 1 << power; i++) {
        K key = keys.get(from + Math.min(i, count - 1));
        for (int column = 0; column < columns; column++) {
          statement.setString(parameter++, columnsOf.column(key, column));
        }
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }
}
