package dev.purser.ledger;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that asks to be admitted.
 *
 * @param entryId made before the write, so that a repeat after a lost connection is harmless; sorts
 *     by time
 * @param revision the space's revision that everything here was read at; if the space has moved on,
 *     the answer is {@link Decision.Stale}
 * @param requestedModel as the caller asked; null if it named none
 * @param hold what is set aside for the call as it was asked
 * @param bounded null if {@code hold} is only an estimate, which no strict budget admits
 * @param priceVersion the price list that the call will be priced by
 * @param zone where the space's months begin
 * @param spaceBudget null for no limit
 * @param agentBudget null for no limit
 * @param deadline after which the caller has been told that it was not admitted
 * @param fingerprint of the request's body, by which a repeat of a refused call is known; null if
 *     it is not to be taken for one. Never stored
 */
public record Admission(
    String entryId,
    String spaceId,
    long revision,
    String agentId,
    String virtualKeyId,
    Provider provider,
    String dialect,
    @Nullable String requestedModel,
    String sentModel,
    Money hold,
    @Nullable Bounded bounded,
    String priceVersion,
    Instant createdAt,
    ZoneId zone,
    @Nullable Budget spaceBudget,
    @Nullable Budget agentBudget,
    Instant deadline,
    @Nullable Long fingerprint) {

  /**
   * Takes texts through the door, and checks that what a strict budget would decide by is there.
   *
   * @throws IllegalArgumentException for a call without a bound under a strict budget
   */
  public Admission {
    requestedModel = Texts.kept(requestedModel);
    sentModel = Texts.required(sentModel);
    if (bounded == null && (isStrict(spaceBudget) || isStrict(agentBudget))) {
      throw new IllegalArgumentException("a call without a bound under a strict budget");
    }
  }

  /** Because of which it counts as the most that its model can cost. */
  List<String> wideningNames() {
    return bounded == null ? List.of() : bounded.wideningNames();
  }

  private static boolean isStrict(@Nullable Budget budget) {
    return budget != null && budget.mode() == Budget.Mode.STRICT;
  }
}
