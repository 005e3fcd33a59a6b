package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.CallDetail;
import java.time.YearMonth;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the page of one call shows.
 *
 * @param lines what it cost, line by line
 * @param uncached what it would have cost without a prompt cache; null if it used none, or if that
 *     is not known
 * @param refusal null unless it was refused
 * @param failure what can be done about it, if the provider failed it
 */
public record OneCall(
    CallRow row,
    CallDetail detail,
    List<LineRow> lines,
    @Nullable Money uncached,
    @Nullable WhyRefused refusal,
    List<WhyRefused.Advice> failure) {

  /** Of the bar that shows its time, in hundredths of a percent. */
  private static final long WHOLE = 10_000;

  public OneCall {
    lines = List.copyOf(lines);
    failure = List.copyOf(failure);
  }

  /**
   * A priced quantity.
   *
   * @param model named only where a call has lines of several models; else empty
   * @param quantity in tokens or requests
   * @param unitPrice with the unit in which it is listed; empty while there is none
   * @param billed false for what the provider does not bill: its price does not matter
   * @param of which of it is reasoning; 0 if none is
   */
  public record LineRow(
      String name,
      String model,
      long quantity,
      String unitPrice,
      boolean billed,
      @Nullable Money cost,
      long of) {}

  /** Whether the provider does not bill some of what it reports. */
  public boolean partlyUnbilled() {
    return detail.lines().stream().anyMatch(line -> !line.billed());
  }

  public String title() {
    return switch (row.call().state()) {
      case OPEN -> "Running call";
      case SETTLED, INTERRUPTED -> "Call";
      case REFUSED -> "Refused call";
    };
  }

  public String dialect() {
    return switch (row.call().dialect()) {
      case "anthropic_messages" -> "Anthropic Messages";
      case "openai_chat" -> "OpenAI Chat Completions";
      case "openai_responses" -> "OpenAI Responses";
      case "openai_embeddings" -> "OpenAI Embeddings";
      default -> row.call().dialect();
    };
  }

  /** What the call's usage is known from, in a sentence. */
  public String usageInWords() {
    String provider = row.call().provider().displayName();
    UsageSource source = row.call().usageSource();
    if (row.call().state() == EntryState.INTERRUPTED) {
      return "Purser stopped before this call ended, so nobody knows what it used. It counts with"
          + " all that was set aside for it.";
    }
    return switch (source) {
      case null -> "What it costs is known when it ends.";
      case REPORTED ->
          "Usage reported by "
              + provider
              + " × price list "
              + detail.priceVersion()
              + (row.call().tier() == null ? "." : ", " + row.call().tier() + " tier.");
      case ESTIMATED ->
          row.call().errorCode() == null
              ? "≈ Estimated: "
                  + provider
                  + " reported the tokens, but not all that their price depends on "
                  + (row.call().webSearches() > 0
                      ? "(whether it searched the web). A search is counted"
                      : "(for how long some were cached). The longer time is counted")
                  + " × price list "
                  + detail.priceVersion()
                  + "."
              : "≈ Estimated, because "
                  + provider
                  + " did not report the usage: the input as far as it is known and at most the output"
                  + " that came × price list "
                  + detail.priceVersion()
                  + ".";
      case NONE -> "Nothing was used, so there is nothing to pay.";
    };
  }

  public boolean ended() {
    return row.call().state() == EntryState.SETTLED || row.call().state() == EntryState.INTERRUPTED;
  }

  /** Whether there is anything that its cost is made of. */
  public boolean itemised() {
    Money cost = row.call().cost();
    return !lines.isEmpty() || (cost != null && cost.nanos() > 0);
  }

  /** Whether the prompt cache made it dearer: writing to one costs more than reading saves. */
  public boolean cacheCostMore() {
    Money cost = row.call().cost();
    return uncached != null && cost != null && uncached.compareTo(cost) < 0;
  }

  /** Whether budgets count another sum for it than it costs. */
  public boolean countedOtherwise() {
    Money cost = row.call().cost();
    return ended() && (cost != null || row.call().unpriced()) && !detail.counted().equals(cost);
  }

  /** The model that it was sent with, if that is neither what was asked for nor what answered. */
  public @Nullable String sentInstead() {
    String sent = detail.sentModel();
    return sent == null
            || sent.equals(row.call().requestedModel())
            || sent.equals(row.call().model())
        ? null
        : sent;
  }

  /** Whether it counts in a month that is over: a price that is added now does not reach it. */
  public boolean monthIsOver() {
    return YearMonth.from(detail.localDay()).isBefore(YearMonth.from(row.now().atZone(row.zone())));
  }

  /**
   * Where what has no price leads to: to the price, or to why it stays without.
   *
   * @param model of the line; empty for the call's own
   */
  public String pricePath(String model) {
    return monthIsOver() ? "#unpriced" : PriceTables.path(model.isEmpty() ? ownModel() : model);
  }

  /** Where the price of its model is found, or given. */
  public String pricePath() {
    return PriceTables.path(ownModel());
  }

  private String ownModel() {
    return Objects.requireNonNullElse(row.call().model(), "");
  }

  /** Where its first byte stands on the bar of its time; null if that is not known. */
  public @Nullable String firstByteAt() {
    Long first = row.call().firstByteMillis();
    Long all = row.call().durationMillis();
    if (first == null || all == null || all <= 0) {
      return null;
    }
    long part = Math.clamp(first * WHOLE / all, 0, WHOLE);
    return part / 100 + "." + part % 100 / 10 + "%";
  }

  /** The bar's words. */
  public String timeInWords() {
    Long first = row.call().firstByteMillis();
    return (first == null ? "No byte came" : Figures.duration(first) + " to the first byte")
        + ", "
        + row.duration()
        + " in all";
  }

  /** What is said of it by a warning: how it ended badly, but not that it was shortened. */
  public boolean endedBadly() {
    return row.call().state() == EntryState.SETTLED
        && !row.standing().why().isEmpty()
        && !row.standing().tone().equals("quiet")
        && !row.call().aboveHold();
  }

  /** What a correction was for. */
  public static String reason(CallDetail.Adjustment adjustment) {
    return switch (adjustment.reason()) {
      case "priced" -> "A price was added";
      case "repriced" -> "An added price was replaced";
      case "doubt_released" -> "What was in doubt was released: its estimate counts as its cost";
      case "settled_late" -> "Its end was booked after it had been taken for interrupted";
      case "restored" -> "The database had lost this entry, and it was written again";
      default -> adjustment.reason().replace('_', ' ');
    };
  }

  static String unitPrice(Kind kind, @Nullable Long unitPicos) {
    if (unitPicos == null) {
      return "";
    }
    return kind == Kind.WEB_SEARCH
        ? Figures.perThousand(unitPicos) + " per 1,000"
        : Figures.listPrice(unitPicos);
  }
}
