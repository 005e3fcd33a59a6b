package dev.purser.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.people.Spaces;
import dev.purser.pricing.Line;
import dev.purser.pricing.Rates;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.Call;
import dev.purser.reports.CallDetail;
import dev.purser.reports.CallFilter;
import dev.purser.reports.CallPage;
import dev.purser.reports.CallStore;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The entries of the ledger: each call, and why it cost what it cost. */
record CallsResource(CallStore calls, Spaces spaces) {
  private static final int ITEMS = 50;

  private static final Pattern CURSOR = Pattern.compile("[0-9a-z]{1,40}");

  /** A call in the list. */
  record CallBody(
      String id,
      Instant createdAt,
      @Nullable Instant settledAt,
      String agentId,
      String provider,
      String dialect,
      @Nullable String requestedModel,
      @Nullable String model,
      String state,
      @Nullable String usageSource,
      long inputTokens,
      long cacheReadTokens,
      long cacheWriteTokens,
      long outputTokens,
      long reasoningTokens,
      long webSearches,
      @Nullable Long grantedOutputTokens,
      @Nullable String tier,
      @Nullable BigDecimal costCents,
      boolean aboveHold,
      @Nullable Long httpStatus,
      @Nullable String errorCode,
      @Nullable Long durationMs,
      @Nullable Long firstByteMs) {

    static CallBody of(Call call) {
      boolean refused = call.state() == EntryState.REFUSED;
      UsageSource source = refused ? UsageSource.NONE : call.usageSource();
      return new CallBody(
          call.id(),
          call.createdAt(),
          call.settledAt(),
          call.agentId(),
          call.provider().id(),
          call.dialect(),
          call.requestedModel(),
          call.model(),
          call.state().id(),
          source == null ? null : source.id(),
          call.inputTokens(),
          call.cacheReadTokens(),
          call.cacheWriteTokens(),
          call.outputTokens(),
          call.reasoningTokens(),
          call.webSearches(),
          call.grantedOutputTokens(),
          call.tier(),
          // Null means unpriced or not known yet; a refused call is known to have cost nothing.
          cents(refused ? Money.ZERO : call.cost()),
          call.aboveHold(),
          call.httpStatus(),
          call.errorCode(),
          call.durationMillis(),
          call.firstByteMillis());
    }
  }

  /** One call with all that explains it. */
  record DetailBody(
      @JsonUnwrapped CallBody call,
      List<LineBody> lines,
      String priceVersion,
      List<AdjustmentBody> adjustments,
      @Nullable RefusalBody refusal) {}

  /** One priced quantity. */
  record LineBody(
      String model,
      String kind,
      long quantity,
      @Nullable BigDecimal unitPriceUsdPerMillion,
      @Nullable BigDecimal costCents,
      boolean notBilled) {

    static LineBody of(Line line) {
      Long unitPicos = line.unitPicos();
      return new LineBody(
          line.model(),
          line.kind().id(),
          line.quantity(),
          unitPicos == null ? null : Rates.usdPerMillion(unitPicos),
          cents(line.cost()),
          !line.billed());
    }
  }

  /** A later correction. */
  record AdjustmentBody(
      String reason, Instant madeAt, BigDecimal costDeltaCents, @Nullable String detail) {

    static AdjustmentBody of(CallDetail.Adjustment adjustment) {
      return new AdjustmentBody(
          adjustment.reason(),
          adjustment.madeAt(),
          adjustment.costDelta().cents(),
          adjustment.detail());
    }
  }

  /**
   * What a refused call met with; the money is null if no exhausted budget was the reason, the
   * field unless its cost could not be bounded.
   */
  record RefusalBody(
      long count,
      @Nullable String budgetOf,
      @Nullable BigDecimal budgetCents,
      @Nullable BigDecimal spentCents,
      @Nullable BigDecimal heldCents,
      @Nullable BigDecimal doubtCents,
      @Nullable BigDecimal neededCents,
      @Nullable Long largestOutputTokens,
      @Nullable Instant resetsAt,
      @Nullable String unboundedField,
      @Nullable String message) {

    static RefusalBody of(CallDetail detail) {
      long count = detail.call().count();
      CallDetail.BudgetRefusal budget = detail.budgetRefusal();
      return budget == null
          ? new RefusalBody(
              count,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              detail.unboundedField(),
              detail.refusalMessage())
          : new RefusalBody(
              count,
              budget.budgetOf(),
              budget.budget().cents(),
              budget.spent().cents(),
              budget.held().cents(),
              budget.doubt().cents(),
              budget.needed() == null ? null : budget.needed().cents(),
              budget.largestOutputTokens(),
              budget.resetsAt(),
              null,
              null);
    }
  }

  ApiAnswer list(ApiRequest request) {
    Query query = request.query();
    ZoneId zone = spaces.settings(request.spaceId()).timeZone();
    CallFilter filter =
        new CallFilter(
            query.text("agent").orElse(null),
            query.text("model").orElse(null),
            query.oneOf("state", List.of(EntryState.values()), EntryState::id).orElse(null),
            start(query.day("from"), zone),
            start(query.day("to").map(day -> day.plusDays(1)), zone));
    String before = query.text("before").orElse(null);
    if (before != null && !CURSOR.matcher(before).matches()) {
      throw JsonBody.invalid("before", "is no cursor of this list");
    }
    int limit = query.wholeNumber("limit", ITEMS, 1, CallStore.MAX_ITEMS);
    CallPage page = calls.page(request.spaceId(), filter, before, limit);
    return ApiAnswer.ok(
        new Page<>(page.items().stream().map(CallBody::of).toList(), page.before()));
  }

  ApiAnswer read(ApiRequest request) {
    return calls
        .find(request.spaceId(), request.path("id"))
        .map(detail -> ApiAnswer.ok(body(detail)))
        .orElseGet(() -> ApiAnswer.notFound("call"));
  }

  private static DetailBody body(CallDetail detail) {
    return new DetailBody(
        CallBody.of(detail.call()),
        detail.lines().stream().map(LineBody::of).toList(),
        detail.priceVersion(),
        detail.adjustments().stream().map(AdjustmentBody::of).toList(),
        detail.call().state() == EntryState.REFUSED ? RefusalBody.of(detail) : null);
  }

  private static @Nullable Instant start(Optional<LocalDate> day, ZoneId zone) {
    return day.map(start -> start.atStartOfDay(zone).toInstant()).orElse(null);
  }

  private static @Nullable BigDecimal cents(@Nullable Money money) {
    return money == null ? null : money.cents();
  }
}
