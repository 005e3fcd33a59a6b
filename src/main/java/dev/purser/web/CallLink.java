package dev.purser.web;

import dev.purser.ledger.Ledger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Map;
import java.util.TreeMap;

/**
 * The address of the list of those calls that a figure is made of.
 *
 * @param over whether their month is over, so that what has no price stays without one
 */
public record CallLink(Map<String, String> filter, boolean over) {
  public CallLink {
    filter = new TreeMap<>(filter);
  }

  CallLink(Map<String, String> filter) {
    this(filter, false);
  }

  /** The calls of a month that have ended: those that its figures are made of. */
  public static CallLink of(YearMonth month) {
    return of(month.atDay(1), month.atEndOfMonth());
  }

  /** The calls of some days that have ended, first and last included. */
  public static CallLink of(LocalDate first, LocalDate last) {
    return new CallLink(Map.of("from", first.toString(), "to", last.toString(), "state", "ended"));
  }

  /** The same as they are seen on a day of this month or a later one. */
  CallLink asOf(LocalDate today) {
    String last = filter.get("to");
    return new CallLink(
        filter,
        last != null && YearMonth.from(LocalDate.parse(last)).isBefore(YearMonth.from(today)));
  }

  /** All calls of an agent, whatever became of them; of all agents if it is empty. */
  public static CallLink ofAgent(String agentId) {
    return new CallLink(agentId.isEmpty() ? Map.of() : Map.of("agent", agentId));
  }

  /** Those that have ended. */
  public CallLink ended() {
    return with("state", "ended");
  }

  /** Those that no budget let through. */
  public CallLink refused() {
    return with("state", "refused");
  }

  /** Only those of them for which this holds, too. */
  public CallLink with(String name, String value) {
    Map<String, String> narrower = new TreeMap<>(filter);
    narrower.put(name, value);
    return new CallLink(narrower, over);
  }

  /** Only those of them for which all of this holds, too. */
  public CallLink with(Map<String, String> narrowing) {
    Map<String, String> narrower = new TreeMap<>(filter);
    narrower.putAll(narrowing);
    return new CallLink(narrower, over);
  }

  /** Those whose usage the provider reported. */
  public CallLink reported() {
    return with("source", "reported");
  }

  /** Those whose usage is an estimate, interrupted ones among them. */
  public CallLink estimated() {
    return with("source", "estimated");
  }

  /** Those that used nothing: what the provider refused, for the most part. */
  public CallLink nothingToPay() {
    return with("source", "none");
  }

  /** Those that Purser did not live to see the end of. */
  public CallLink interrupted() {
    return with("state", "interrupted");
  }

  /** Those without a price. */
  public CallLink unpriced() {
    return with("priced", "no");
  }

  /** Those that are running: none of the figures, but what is held for them. */
  public CallLink open() {
    return with("state", "open");
  }

  /**
   * Where it is seen what of theirs has no price: at their model itself, if they have one. A price
   * would come too late for a month that is over: then these calls themselves are shown.
   */
  public String pricePath() {
    if (over) {
      return unpriced().path();
    }
    String model = filter.get("model");
    return model == null || model.equals(Ledger.UNKNOWN_MODEL)
        ? "/prices#unpriced"
        : PriceTables.path(model);
  }

  /** Those whose estimates do not cover what was set aside for them. */
  public CallLink inDoubt() {
    return with("hold", "doubt");
  }

  /** Those that have cost more than was set aside for them. */
  public CallLink aboveHold() {
    return with("hold", "exceeded");
  }

  /** What a link leads to. */
  public String path() {
    return "/calls" + query();
  }

  /** The part of an address that names the filter; empty if there is none. */
  public String query() {
    StringBuilder query = new StringBuilder();
    for (Map.Entry<String, String> part : filter.entrySet()) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(part.getKey())
          .append('=')
          .append(URLEncoder.encode(part.getValue(), StandardCharsets.UTF_8));
    }
    return query.toString();
  }
}
