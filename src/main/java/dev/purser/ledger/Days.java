package dev.purser.ledger;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The days on which a call counts, decided once, when it asks to be admitted.
 *
 * @param local in the space's time zone: {@code 2026-11-22}
 * @param utc the same moment's day in UTC
 */
record Days(String local, String utc) {
  private static final int MONTH_LENGTH = "2026-11".length();

  static Days of(Instant at, ZoneId zone) {
    String utc = at.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    String local = zone.equals(ZoneOffset.UTC) ? utc : at.atZone(zone).toLocalDate().toString();
    return new Days(local, utc);
  }

  /** The month that budgets count this day in: {@code 2026-11}. */
  String localMonth() {
    return monthOf(local);
  }

  static String monthOf(String day) {
    return day.substring(0, MONTH_LENGTH);
  }

  /** When the month of this moment ends, and budgets begin anew. */
  static Instant nextMonth(Instant at, ZoneId zone) {
    return YearMonth.from(at.atZone(zone)).plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
  }
}
