package dev.purser.ledger;

import dev.purser.storage.Writer.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Corrections of ended entries: only ever added. */
final class Adjustments {
  private static final String ADD =
      """
      INSERT INTO adjustments (
        space_id, entry_id, adjustment_number, reason, made_at, cost_before_nanos,
        cost_delta_nanos, counted_delta_nanos, doubt_delta_nanos, detail)
      SELECT ?, ?, COALESCE(MAX(adjustment_number), 0) + 1, ?, ?, ?, ?, ?, ?, ?
      FROM adjustments WHERE space_id = ? AND entry_id = ?\
      """;

  private Adjustments() {}

  /** Why an entry was corrected. */
  enum Reason {
    /**
     * Its process was taken for dead, the call charged at its hold, and then the process settled.
     */
    SETTLED_LATE,
    /** It was unpriced, and a price was added. */
    PRICED,
    /** A price was replaced that was added, and that its cost or what it counted as was made of. */
    REPRICED,
    /**
     * The database had lost the entry, and it was written again as it was. Moves nothing by itself.
     */
    RESTORED,
    /** Its user no longer doubts that its estimate is all it has cost. */
    DOUBT_RELEASED;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * By how much an entry's figures change, in nano-dollars.
   *
   * @param costBefore null if it was unpriced
   */
  record Change(@Nullable Long costBefore, long costDelta, long countedDelta, long doubtDelta) {
    static Change of(Charge before, Charge after) {
      return new Change(
          before.costNanos(),
          Math.subtractExact(after.summedCostNanos(), before.summedCostNanos()),
          Math.subtractExact(after.countedNanos(), before.countedNanos()),
          Math.subtractExact(after.doubtNanos(), before.doubtNanos()));
    }
  }

  static void add(
      Session session,
      EntryRow entry,
      Reason reason,
      Instant at,
      Change change,
      @Nullable String detail)
      throws SQLException {
    PreparedStatement add = session.statement(ADD);
    add.setString(1, entry.spaceId());
    add.setString(2, entry.entryId());
    add.setString(3, reason.id());
    add.setLong(4, at.toEpochMilli());
    Entries.setLong(add, 5, change.costBefore);
    add.setLong(6, change.costDelta);
    add.setLong(7, change.countedDelta);
    add.setLong(8, change.doubtDelta);
    add.setString(9, detail);
    add.setString(10, entry.spaceId());
    add.setString(11, entry.entryId());
    add.executeUpdate();
  }
}
