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

  /**
   * These days, unless their month lies before one that has begun: then that one goes on, from its
   * first day. Otherwise whoever moves to another time zone could spend a past month's budget.
   *
   * @param begun the latest month of the space, empty if it has none
   */
  Days notBefore(String begun) {
    return localMonth().compareTo(begun) < 0 ? new Days(begun + "-01", utc) : this;
  }

  /** When their month ends in that time zone, and budgets begin anew. */
  Instant nextMonth(ZoneId zone) {
    return YearMonth.parse(localMonth()).plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
  }
}
