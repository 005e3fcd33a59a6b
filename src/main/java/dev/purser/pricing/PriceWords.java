package dev.purser.pricing;

import dev.purser.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongBinaryOperator;

/** What people read before and after a price is added, on the page and in the command alike. */
public final class PriceWords {
  /** A price this many times below the lowest on the list is doubted. */
  private static final long FAR_BELOW = 10;

  private PriceWords() {}

  /** Why a price may be a mistake; empty if nothing speaks for that. */
  public static List<String> doubts(PriceList prices, ModelPrice price, Instant now) {
    List<String> doubts = new ArrayList<>();
    String provider = price.provider().displayName();
    price
        .list()
        .unitPicos()
        .forEach((kind, picos) -> {
          OptionalLong highest = extreme(prices, price, kind, Math::max);
          OptionalLong lowest = extreme(prices, price, kind, Math::min);
          if (highest.isPresent() && picos > highest.getAsLong()) {
            long times = picos / highest.getAsLong();
            doubts.add(
                name(kind)
                    + " at "
                    + perMillion(picos)
                    + " is "
                    + (times < 2 ? "above" : times + " times")
                    + " the highest list price of "
                    + provider
                    + " ("
                    + perMillion(highest.getAsLong())
                    + ").");
          } else if (lowest.isPresent() && picos > 0 && picos <= lowest.getAsLong() / FAR_BELOW) {
            doubts.add(
                name(kind)
                    + " at "
                    + perMillion(picos)
                    + " is less than a tenth of the lowest list price of "
                    + provider
                    + " ("
                    + perMillion(lowest.getAsLong())
                    + ").");
          }
        });
    prices
        .find(price.provider(), price.model(), now)
        .filter(_ -> prices.addedNumber(price.provider(), price.model(), now) == 0)
        .ifPresent(listed ->
            doubts.add(
                price.model()
                    + " is on the list that comes with Purser"
                    + known(listed)
                    + ". This price takes its place for new calls; calls that have their cost keep"
                    + " it."));
    return List.copyOf(doubts);
  }

  /** What a price would do to calls that are booked. */
  public static List<String> would(PriceStore.Preview preview) {
    Repriced would = preview.would();
    List<String> words = new ArrayList<>();
    if (would.pricedCalls() > 0) {
      words.add(
          "This month, "
              + calls(would.pricedCalls())
              + " without a price would be booked at "
              + dollars(would.pricedCost())
              + ".");
    }
    if (would.repricedCalls() > 0) {
      words.add(
          "This month, "
              + calls(would.repricedCalls())
              + " would cost "
              + dollars(would.costAfter())
              + " in place of "
              + dollars(would.costBefore())
              + ", which an earlier added price made of them.");
    }
    if (would.recountedCalls() > 0) {
      words.add(
          "For budgets, "
              + calls(would.recountedCalls())
              + " without a price would count as less: the price that this one replaces was the"
              + " highest on the list.");
    }
    if (would.keptCalls() > 0) {
      words.add(
          calls(would.keptCalls())
              + " would keep the earlier price: they used tokens of a kind that this price does not"
              + " have.");
    }
    if (words.isEmpty()) {
      words.add("No call of this month changes its cost.");
    }
    if (!preview.counted()) {
      words.add("There are more such calls, which were not counted.");
    }
    return List.copyOf(words);
  }

  /** What a price did to calls that were booked before it. */
  public static List<String> did(Repriced done) {
    List<String> words = new ArrayList<>();
    if (done.pricedCalls() > 0) {
      words.add(
          "This month, "
              + calls(done.pricedCalls())
              + " that had no price "
              + (done.pricedCalls() == 1 ? "is" : "are")
              + " booked at "
              + dollars(done.pricedCost())
              + ".");
    }
    if (done.repricedCalls() > 0) {
      words.add(
          "This month, "
              + calls(done.repricedCalls())
              + (done.repricedCalls() == 1 ? " costs " : " cost ")
              + dollars(done.costAfter())
              + " in place of "
              + dollars(done.costBefore())
              + ".");
    }
    if (done.recountedCalls() > 0) {
      words.add(
          "For budgets, "
              + calls(done.recountedCalls())
              + " without a price "
              + (done.recountedCalls() == 1 ? "counts" : "count")
              + " as less.");
    }
    if (words.isEmpty()) {
      words.add("No call of this month changed its cost.");
    }
    return List.copyOf(words);
  }

  /** Of the shipped list's prices of a kind, for models of the same use. */
  private static OptionalLong extreme(
      PriceList prices, ModelPrice price, Kind kind, LongBinaryOperator which) {
    return prices.withAdded(List.of()).everyPrice(price.provider()).stream()
        .filter(listed -> listed.use() == price.use())
        .flatMapToLong(listed -> listed.list().picos(kind).stream())
        .filter(picos -> picos > 0)
        .reduce(which);
  }

  private static String known(ModelPrice listed) {
    OptionalLong input = listed.list().picos(Kind.INPUT);
    OptionalLong output = listed.list().picos(Kind.OUTPUT);
    return input.isPresent() && output.isPresent()
        ? ", at "
            + perMillion(input.getAsLong())
            + " for input and "
            + perMillion(output.getAsLong())
            + " for output"
        : "";
  }

  private static String name(Kind kind) {
    return switch (kind) {
      case INPUT -> "Input";
      case OUTPUT -> "Output";
      case CACHE_READ -> "Cache read";
      case CACHE_WRITE_5M, CACHE_WRITE_1H, CACHE_WRITE_30M, CACHE_WRITE_12H -> "Cache write";
      case WEB_SEARCH -> "A web search";
    };
  }

  private static String calls(long count) {
    return String.format(Locale.ROOT, "%,d", count) + (count == 1 ? " call" : " calls");
  }

  /** A price in dollars for a million tokens. */
  private static String perMillion(long unitPicos) {
    return dollars(Rates.usdPerMillion(unitPicos));
  }

  private static String dollars(Money money) {
    return dollars(BigDecimal.valueOf(money.nanos(), 9));
  }

  /** Exactly, with two decimals at least. */
  private static String dollars(BigDecimal exact) {
    BigDecimal plain = exact.stripTrailingZeros();
    BigDecimal shown = plain.scale() < 2 ? plain.setScale(2, RoundingMode.UNNECESSARY) : plain;
    return "$" + String.format(Locale.ROOT, "%,." + shown.scale() + "f", shown);
  }
}
