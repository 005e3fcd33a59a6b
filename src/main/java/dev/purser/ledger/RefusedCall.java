package dev.purser.ledger;

import dev.purser.pricing.Provider;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call that is refused, by a budget or before it came to one. */
record RefusedCall(
    String entryId,
    String spaceId,
    String agentId,
    String virtualKeyId,
    Provider provider,
    String dialect,
    @Nullable String requestedModel,
    @Nullable String sentModel,
    String priceVersion,
    Instant createdAt,
    Days days,
    int httpStatus,
    String errorCode,
    @Nullable String message,
    @Nullable String unboundedField,
    List<String> wideningNames,
    Decision.@Nullable OverBudget overBudget,
    @Nullable Long fingerprint) {

  /** What callers are told when a budget refuses them, and its HTTP status. */
  private static final String BUDGET_EXHAUSTED = "budget_exhausted";

  private static final int PAYMENT_REQUIRED = 402;

  static RefusedCall of(Refusal refusal) {
    return new RefusedCall(
        refusal.entryId(),
        refusal.spaceId(),
        refusal.agentId(),
        refusal.virtualKeyId(),
        refusal.provider(),
        refusal.dialect(),
        refusal.requestedModel(),
        refusal.sentModel(),
        "",
        refusal.createdAt(),
        Days.of(refusal.createdAt(), refusal.zone()),
        refusal.httpStatus(),
        refusal.errorCode(),
        refusal.message(),
        refusal.unboundedField(),
        List.of(),
        null,
        refusal.fingerprint());
  }

  static RefusedCall of(UnreadCall call, Days days, Decision.OverBudget overBudget) {
    return new RefusedCall(
        call.entryId(),
        call.spaceId(),
        call.agentId(),
        call.virtualKeyId(),
        call.provider(),
        call.dialect(),
        null,
        null,
        "",
        call.createdAt(),
        days,
        PAYMENT_REQUIRED,
        BUDGET_EXHAUSTED,
        null,
        null,
        List.of(),
        overBudget,
        call.fingerprint());
  }

  static RefusedCall of(Admission admission, Days days, Decision.OverBudget overBudget) {
    return new RefusedCall(
        admission.entryId(),
        admission.spaceId(),
        admission.agentId(),
        admission.virtualKeyId(),
        admission.provider(),
        admission.dialect(),
        admission.requestedModel(),
        admission.sentModel(),
        admission.priceVersion(),
        admission.createdAt(),
        days,
        PAYMENT_REQUIRED,
        BUDGET_EXHAUSTED,
        null,
        null,
        admission.wideningNames(),
        overBudget,
        admission.fingerprint());
  }
}
