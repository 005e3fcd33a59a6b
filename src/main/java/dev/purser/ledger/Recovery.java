package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Ends what dead processes left open: each entry is charged at its hold, because nobody knows what
 * its call used. If its process was not dead after all, that settles it late.
 */
record Recovery(InstantSource clock) {
  /** The most entries in one transaction. */
  static final int PAGE = 200;

  private static final String INTERRUPTED = "interrupted";

  private static final String EXPIRED =
      """
      SELECT epoch FROM processes
      WHERE ended_at IS NULL AND lease_until < (SELECT now_millis FROM clock)
      ORDER BY epoch LIMIT 1\
      """;
  private static final String ENDED =
      "UPDATE processes SET ended_at = (SELECT now_millis FROM clock) WHERE epoch = ?";

  /**
   * One page of the open entries of one process whose lease has run out; the process is done with
   * after its last page.
   *
   * @return how many entries were ended; empty if there is no such process
   */
  OptionalInt endExpired(Session session) throws SQLException {
    long epoch;
    try (ResultSet row = session.locking(EXPIRED).executeQuery()) {
      if (!row.next()) {
        return OptionalInt.empty();
      }
      epoch = row.getLong(1);
    }
    Entries entries = new Entries(session, epoch);
    List<EntryRow> open = entries.open(epoch, PAGE);
    SortedSet<Months.Key> keys = new TreeSet<>();
    for (EntryRow entry : open) {
      Months.addKeys(keys, entry);
    }
    Months months = new Months();
    if (!keys.isEmpty()) {
      months.load(session, keys);
    }
    Totals totals = new Totals();
    for (EntryRow entry : open) {
      Charge charge = Charge.atHold(entry);
      entries.end(entry, charge, Ending.unanswered(clock.instant(), null, INTERRUPTED));
      months.move(entry, charge.countedNanos(), -entry.holdNanos(), charge.doubtNanos());
      totals.add(entry, charge);
    }
    entries.write();
    months.write(session);
    totals.write(session);
    if (open.size() < PAGE) {
      PreparedStatement ended = session.statement(ENDED);
      ended.setLong(1, epoch);
      ended.executeUpdate();
    }
    return OptionalInt.of(open.size());
  }
}
