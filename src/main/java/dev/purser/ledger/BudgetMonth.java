package dev.purser.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;

/** The month in which a call would count. */
public final class BudgetMonth {
  private BudgetMonth() {}

  /**
   * The month of a moment, but none before one that has begun: a move to another time zone opens no
   * month again.
   *
   * @param zone of the space
   * @param begun the space's {@code latest_month}, empty if it has none
   */
  public static YearMonth current(Instant now, ZoneId zone, String begun) {
    return YearMonth.parse(Days.of(now, zone).notBefore(begun).localMonth());
  }
}
