package dev.purser.api;

import dev.purser.money.Budget;
import dev.purser.people.SpaceSettings;
import dev.purser.people.Spaces;
import dev.purser.reports.DailyUsage;
import dev.purser.reports.DailyUsageStore;
import dev.purser.reports.Figures;
import dev.purser.reports.UsageSummary;
import dev.purser.reports.UsageSummaryStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a space used and what it cost. */
record UsageResource(
    UsageSummaryStore summaries, DailyUsageStore daily, Spaces spaces, InstantSource clock) {

  /** A month. */
  record SummaryBody(
      List<ModelBody> breakdown,
      List<ProviderBody> byProvider,
      List<AgentBody> byAgent,
      BigDecimal totalCostCents,
      BigDecimal heldCents,
      BigDecimal doubtCents,
      long requestCount,
      long reportedCount,
      long estimatedCount,
      BigDecimal estimatedCostCents,
      long interruptedCount,
      long unpricedCount,
      @Nullable Long monthlyBudgetCents,
      String budgetMode,
      Instant periodStart,
      Instant periodEnd,
      Instant asOf) {}

  /** A model's part of a month. */
  record ModelBody(
      String provider,
      String model,
      long requestCount,
      long totalInput,
      long totalCacheRead,
      long totalCacheWrite,
      long totalOutput,
      long totalReasoning,
      BigDecimal totalCostCents) {

    static ModelBody of(UsageSummary.OfModel part) {
      Figures figures = part.figures();
      return new ModelBody(
          part.provider().id(),
          part.model(),
          figures.requests(),
          figures.prompt(),
          figures.cacheRead(),
          figures.cacheWrite(),
          figures.output(),
          figures.reasoning(),
          figures.cost().cents());
    }
  }

  /** A provider's part of a month. */
  record ProviderBody(String provider, BigDecimal totalCostCents) {}

  /** An agent's part of a month. */
  record AgentBody(
      String agentId, @Nullable String name, long requestCount, BigDecimal totalCostCents) {}

  /** A provider's, model's or agent's part of a day. */
  record DayBody(
      LocalDate day,
      @Nullable String provider,
      @Nullable String model,
      @Nullable String agentId,
      @Nullable String name,
      long requestCount,
      long totalInput,
      long totalCacheRead,
      long totalCacheWrite,
      long totalOutput,
      long totalReasoning,
      BigDecimal totalCostCents) {

    static DayBody of(DailyUsage usage) {
      return switch (usage.part()) {
        case DailyUsage.OfProvider part -> of(usage, part.provider().id(), null, null, null);
        case DailyUsage.OfModel part -> of(usage, part.provider().id(), part.model(), null, null);
        case DailyUsage.OfAgent part -> of(usage, null, null, part.agentId(), part.name());
      };
    }

    private static DayBody of(
        DailyUsage usage,
        @Nullable String provider,
        @Nullable String model,
        @Nullable String agentId,
        @Nullable String name) {
      Figures figures = usage.figures();
      return new DayBody(
          usage.day(),
          provider,
          model,
          agentId,
          name,
          figures.requests(),
          figures.prompt(),
          figures.cacheRead(),
          figures.cacheWrite(),
          figures.output(),
          figures.reasoning(),
          figures.cost().cents());
    }
  }

  ApiAnswer summary(ApiRequest request) {
    Instant now = clock.instant();
    Optional<YearMonth> month = request.query().month("month");
    UsageSummary summary =
        month.isPresent()
            ? summaries.of(request.spaceId(), month.get(), now)
            : summaries.current(request.spaceId(), now);
    return ApiAnswer.ok(body(summary, spaces.settings(request.spaceId())));
  }

  private static SummaryBody body(UsageSummary summary, SpaceSettings settings) {
    Figures total = summary.total();
    Budget budget = summary.budget();
    return new SummaryBody(
        summary.byModel().stream().map(ModelBody::of).toList(),
        summary.byProvider().entrySet().stream()
            .map(part -> new ProviderBody(part.getKey().id(), part.getValue().cost().cents()))
            .toList(),
        summary.byAgent().stream()
            .map(part ->
                new AgentBody(
                    part.agentId(),
                    part.name(),
                    part.figures().requests(),
                    part.figures().cost().cents()))
            .toList(),
        total.cost().cents(),
        summary.held().cents(),
        summary.doubt().cents(),
        total.requests(),
        total.reported(),
        total.estimated(),
        total.estimatedCost().cents(),
        total.interrupted(),
        total.unpriced(),
        budget == null ? null : budget.limit().cents().longValueExact(),
        (budget == null ? settings.budgetMode() : budget.mode()).id(),
        summary.from(),
        summary.until(),
        summary.asOf());
  }

  ApiAnswer daily(ApiRequest request) {
    Query query = request.query();
    LocalDate today =
        LocalDate.ofInstant(clock.instant(), spaces.settings(request.spaceId()).timeZone());
    LocalDate to = query.day("to").orElse(today);
    LocalDate from = query.day("from").orElse(to.withDayOfMonth(1));
    DailyUsage.By by =
        query
            .oneOf(
                "by",
                List.of(DailyUsage.By.values()),
                value -> value.name().toLowerCase(Locale.ROOT))
            .orElse(DailyUsage.By.MODEL);
    if (from.isAfter(to)) {
      throw JsonBody.invalid("from", "must not be after to");
    }
    if (ChronoUnit.DAYS.between(from, to) >= DailyUsageStore.MAX_DAYS) {
      throw JsonBody.invalid(
          "from", "must be less than " + DailyUsageStore.MAX_DAYS + " days before to");
    }
    return ApiAnswer.ok(
        Page.whole(daily.read(request.spaceId(), from, to, by).stream().map(DayBody::of).toList()));
  }
}
