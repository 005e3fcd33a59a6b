package dev.purser.storage;

import java.time.Instant;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/** How the tables' times and flags are read from a row. */
public final class Rows {
  private Rows() {}

  /** A time that is always there. */
  public static Instant instant(RowView row, String column) {
    return Instant.ofEpochMilli(row.getColumn(column, Long.class));
  }

  /** A time that may be missing. */
  public static @Nullable Instant instantOrNull(RowView row, String column) {
    Long millis = row.getColumn(column, Long.class);
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }

  /** A flag, 0 or 1. */
  public static boolean flag(RowView row, String column) {
    return row.getColumn(column, Long.class) == 1;
  }
}
