package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.Call;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A call as lists show it. */
public record CallRow(Call call, CallStanding standing, ZoneId zone, Instant now) {
  private static final String AUTO = "auto";
  private static final Pattern SNAPSHOT = Pattern.compile("-\\d{4}-?\\d{2}-?\\d{2}$");

  static CallRow of(Call call, ZoneId zone, Instant now) {
    return new CallRow(call, CallStanding.of(call), zone, now);
  }

  public LocalDate day() {
    return call.createdAt().atZone(zone).toLocalDate();
  }

  public String agent() {
    return UsagePage.name(call.agentName());
  }

  public boolean open() {
    return call.state() == EntryState.OPEN;
  }

  /** The model that answered or was sent; what was asked for, if it came to none. */
  public String model() {
    String model = call.model();
    return model == null ? asked() : model;
  }

  /** What was asked for, if that was another model and no snapshot of the same; else null. */
  public @Nullable String askedInstead() {
    return withoutDay(asked()).equals(withoutDay(model())) ? null : asked();
  }

  private static String withoutDay(String model) {
    return SNAPSHOT.matcher(model).replaceFirst("");
  }

  private String asked() {
    return call.requestedModel() == null ? AUTO : call.requestedModel();
  }

  public boolean counted() {
    return prompt() + call.outputTokens() > 0;
  }

  /** The whole prompt. */
  public long prompt() {
    return call.inputTokens() + call.cacheReadTokens() + call.cacheWriteTokens();
  }

  public String fromCache() {
    return Figures.percent(call.cacheReadTokens(), prompt());
  }

  /** How long it took, or has taken so far; empty if it was not forwarded. */
  public String duration() {
    if (open()) {
      return Figures.duration(now.toEpochMilli() - call.createdAt().toEpochMilli());
    }
    return call.durationMillis() == null ? "" : Figures.duration(call.durationMillis());
  }

  /** What can be done about it if it has no price: none helps it once its month is over. */
  public String pricePath() {
    return YearMonth.from(day()).isBefore(YearMonth.from(now.atZone(zone)))
        ? "/calls/" + call.id() + "#unpriced"
        : PriceTables.path(model());
  }

  /** Whether the provider did not say what was used. */
  public boolean estimated() {
    return call.usageSource() == UsageSource.ESTIMATED;
  }

  public boolean refused() {
    return call.state() == EntryState.REFUSED;
  }
}
