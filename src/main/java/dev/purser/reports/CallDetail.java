package dev.purser.reports;

import dev.purser.money.Money;
import dev.purser.pricing.Line;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that the ledger has of one call.
 *
 * @param localDay on which it counts, in its space's time zone as that was then
 * @param sentModel the model that went to the provider; null if it did not come to that, and in old
 *     entries
 * @param virtualKeyName null if there is no such virtual key any more
 * @param priceVersion of the price list that it was admitted with; empty if it was refused before
 * @param counted what budgets count for it
 * @param lines as they are priced now
 * @param adjustments what was corrected since it ended, oldest first
 * @param budgetRefusal null unless a budget refused it
 * @param unboundedField the field of the request for which its cost had no bound, so that a strict
 *     budget refused it; else null
 * @param refusalMessage what the program was told, if no budget refused it; null in old entries
 * @param wideningNames of the request, because of which a strict budget counted it as the most that
 *     its model can cost
 */
public record CallDetail(
    Call call,
    LocalDate localDay,
    @Nullable String sentModel,
    String virtualKeyId,
    @Nullable String virtualKeyName,
    @Nullable String maskedVirtualKey,
    String priceVersion,
    Money counted,
    @Nullable String geography,
    boolean fast,
    List<Line> lines,
    List<Adjustment> adjustments,
    @Nullable BudgetRefusal budgetRefusal,
    @Nullable String unboundedField,
    @Nullable String refusalMessage,
    List<String> wideningNames) {

  public CallDetail {
    lines = List.copyOf(lines);
    adjustments = List.copyOf(adjustments);
    wideningNames = List.copyOf(wideningNames);
  }

  /**
   * A later correction.
   *
   * @param reason by its id: {@code priced}
   * @param costBefore null if it was unpriced
   * @param countedDelta by how much what budgets count for it changed
   * @param doubtDelta by how much what is in doubt of it changed
   */
  public record Adjustment(
      String reason,
      Instant madeAt,
      @Nullable Money costBefore,
      Money costDelta,
      Money countedDelta,
      Money doubtDelta,
      @Nullable String detail) {}

  /**
   * The money when a budget refused it.
   *
   * @param budgetOf {@code space} or {@code agent}
   * @param needed for the call as it was asked; null if its body was not read
   * @param largestOutputTokens the output limit for which there was money; null if the budget was
   *     stopped
   * @param resetsAt when the budget begins anew; null in old entries
   */
  public record BudgetRefusal(
      String budgetOf,
      Money budget,
      Money spent,
      Money held,
      Money doubt,
      @Nullable Money needed,
      @Nullable Long largestOutputTokens,
      @Nullable Instant resetsAt) {}
}
