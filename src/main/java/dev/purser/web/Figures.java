package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.pricing.Rates;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How the pages write figures: their only place where a number becomes a text. */
public final class Figures {
  private static final Money DOLLAR = Money.ofCents(100);
  private static final MathContext FOUR_DIGITS = new MathContext(4, RoundingMode.HALF_UP);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter SHORT_DAY =
      DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH);
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter SHORT_MONTH =
      DateTimeFormatter.ofPattern("MMM", Locale.ENGLISH);
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);

  private static final DateTimeFormatter WEEKDAY =
      DateTimeFormatter.ofPattern("EEEE, d MMM uuuu", Locale.ENGLISH);
  private static final DateTimeFormatter TIME_WITH_MILLIS =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ENGLISH);

  /** Pico-dollars for one are dollars for a million with this many decimals, and so on. */
  private static final int DIGITS_PER_MILLION = 6;

  private static final int DIGITS_PER_THOUSAND = 9;

  private Figures() {}

  /** A sum: two decimals; {@code <$0.01} for what is above zero but under a cent. */
  public static String sum(Money sum) {
    return sum.inDollars();
  }

  /** What some calls cost: what is not known is never shown as nothing. */
  public static String cost(dev.purser.reports.Figures calls) {
    return calls.costUnknown() ? "unpriced" : sum(calls.cost());
  }

  /** What one call cost: two decimals from a dollar on, below it up to four significant digits. */
  public static String call(Money cost) {
    if (cost.nanos() < 0) {
      return "−" + call(Money.ZERO.minus(cost));
    }
    if (cost.compareTo(DOLLAR) >= 0) {
      return sum(cost);
    }
    BigDecimal shown = inDollars(cost).round(FOUR_DIGITS).stripTrailingZeros();
    return dollars(shown.scale() < 2 ? shown.setScale(2, RoundingMode.UNNECESSARY) : shown);
  }

  /** A round sum at the side of a chart: two decimals, more where two would say nothing. */
  public static String axis(Money sum) {
    return exactly(inDollars(sum));
  }

  /** The exact value in dollars, for machines: {@code 16.39999195}. */
  public static String exact(Money amount) {
    return inDollars(amount).stripTrailingZeros().toPlainString();
  }

  /** Of a field that takes dollars: {@code 20.50}. */
  public static String plain(long cents) {
    return BigDecimal.valueOf(cents, 2).toPlainString();
  }

  /** A list price of a million tokens: {@code $3}, {@code $0.10}, {@code $12.50}. */
  public static String perMillion(long unitPicos) {
    BigDecimal price = Rates.usdPerMillion(unitPicos).stripTrailingZeros();
    return dollars(
        price.scale() <= 0 ? price.setScale(0) : price.setScale(Math.max(2, price.scale())));
  }

  /** Grouped: {@code 1,234,567}. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** {@code 1 call}, {@code 1,284 calls}. */
  public static String count(long count, String one, String several) {
    return count(count) + " " + (count == 1 ? one : several);
  }

  /** Cut, never rounded up: 82.9 of 100 is {@code 82 %}; some but under one is {@code <1 %}. */
  public static String percent(long part, long whole) {
    if (part > 0 && percentCut(part, whole) == 0) {
      return "<1 %";
    }
    return percentCut(part, whole) + " %";
  }

  /** Whole percent, cut, by exact integers; 100 of nothing, if anything is in the part. */
  public static long percentCut(long part, long whole) {
    if (whole <= 0) {
      return part > 0 ? 100 : 0;
    }
    return BigDecimal.valueOf(part)
        .multiply(BigDecimal.valueOf(100))
        .divideToIntegralValue(BigDecimal.valueOf(whole))
        .longValueExact();
  }

  /** {@code November 2026}. */
  public static String month(YearMonth month) {
    return MONTH.format(month);
  }

  /** The days of a month: {@code 1–30 Nov}. */
  public static String days(YearMonth month) {
    return "1–" + month.lengthOfMonth() + " " + SHORT_MONTH.format(month);
  }

  /** {@code 22 Nov 2026}. */
  public static String day(LocalDate day) {
    return DAY.format(day);
  }

  /** {@code 22 Nov}, where the year is clear. */
  public static String shortDay(LocalDate day) {
    return SHORT_DAY.format(day);
  }

  /** {@code 22 Nov 2026, 14:05}. */
  public static String moment(Instant moment, ZoneId zone) {
    return MOMENT.format(moment.atZone(zone));
  }

  /** {@code 14:05:12}. */
  public static String time(Instant moment, ZoneId zone) {
    return TIME.format(moment.atZone(zone));
  }

  /** {@code Sunday, 22 Nov 2026}. */
  public static String weekday(LocalDate day) {
    return WEEKDAY.format(day);
  }

  /** {@code 14:05:12.208}. */
  public static String timeWithMillis(Instant moment, ZoneId zone) {
    return TIME_WITH_MILLIS.format(moment.atZone(zone));
  }

  /** {@code 42 ms}, {@code 9.7 s}, {@code 2 min 5 s}, {@code 1 h 5 min}; cut, not rounded. */
  public static String duration(long millis) {
    if (millis < 100) {
      return Math.max(0, millis) + " ms";
    }
    if (millis < 100_000) {
      return millis / 1_000 + "." + millis % 1_000 / 100 + " s";
    }
    long seconds = millis / 1_000;
    return seconds < 3_600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : count(seconds / 3_600) + " h " + seconds % 3_600 / 60 + " min";
  }

  /** A price in dollars for a million tokens, exactly: two decimals at least. */
  public static String listPrice(long unitPicos) {
    return exactly(BigDecimal.valueOf(unitPicos, DIGITS_PER_MILLION));
  }

  /** A price in dollars for a thousand requests, likewise. */
  public static String perThousand(long unitPicos) {
    return exactly(BigDecimal.valueOf(unitPicos, DIGITS_PER_THOUSAND));
  }

  /** The exact sum: two decimals at least, and as many as it has. */
  public static String exactDollars(Money amount) {
    return amount.nanos() < 0
        ? "−" + exactly(inDollars(Money.ZERO.minus(amount)))
        : exactly(inDollars(amount));
  }

  private static String exactly(BigDecimal dollars) {
    BigDecimal plain = dollars.stripTrailingZeros();
    return dollars(plain.scale() < 2 ? plain.setScale(2, RoundingMode.UNNECESSARY) : plain);
  }

  private static BigDecimal inDollars(Money amount) {
    return BigDecimal.valueOf(amount.nanos(), 9);
  }

  private static String dollars(BigDecimal dollars) {
    return "$" + String.format(Locale.ROOT, "%,." + dollars.scale() + "f", dollars);
  }
}
