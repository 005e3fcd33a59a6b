package dev.purser.providers;

import dev.purser.money.Money;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A budget that a call did not fit, and the money at that moment.
 *
 * @param agentId whose budget it is; null for that of the space
 * @param stopped whether it admits nothing because a call has cost more than was set aside for it
 * @param needed for the call as it was asked; null if its body was not read
 * @param largestOutputTokens the output limit for which there was money, 0 if for none; null if it
 *     is not known any more
 * @param resetsAt when the budget begins again
 */
public record BudgetRefused(
    @Nullable String agentId,
    boolean stopped,
    Money budget,
    Money spent,
    Money held,
    Money doubt,
    @Nullable Money needed,
    @Nullable Long largestOutputTokens,
    Instant resetsAt) {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** As {@code error.purser} has it. */
  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("budgetOf", agentId == null ? "space" : "agent");
    figures.put("budgetCents", budget.cents());
    figures.put("spentCents", spent.cents());
    figures.put("heldCents", held.cents());
    figures.put("doubtCents", doubt.cents());
    if (needed != null) {
      figures.put("neededCents", needed.cents());
    }
    if (largestOutputTokens != null) {
      figures.put("largestOutputTokens", largestOutputTokens);
    }
    figures.put("resetsAt", resetsAt.toString());
    return figures;
  }

  /** What happened. */
  String message() {
    String whose = agentId == null ? "This month's budget" : "This agent's budget of this month";
    if (stopped) {
      return whose
          + " is stopped by Purser: a call has cost more than the most that was set aside for it.";
    }
    if (usedUp()) {
      return whose
          + " is used up, says Purser: "
          + spent.inDollars()
          + " of "
          + budget.inDollars()
          + " is spent.";
    }
    return whose
        + " has too little free for this call, says Purser: of "
        + budget.inDollars()
        + ", "
        + spent.inDollars()
        + " is spent"
        + (held.nanos() > 0 ? ", " + held.inDollars() + " held for running calls" : "")
        + (doubt.nanos() > 0 ? ", " + doubt.inDollars() + " in doubt" : "")
        + " and "
        + free().inDollars()
        + " free"
        + (needed == null
            ? "."
            : "; the call could cost up to " + needed.upToCents().inDollars() + ".");
  }

  /**
   * What to do.
   *
   * @param place where the budget is changed
   */
  String help(String place) {
    if (stopped) {
      return "Look at that call, then raise the budget or let it go on, at " + place;
    }
    List<String> ways = new ArrayList<>();
    if (!usedUp()) {
      if (held.nanos() > 0) {
        ways.add("wait until running calls have ended");
      }
      if (largestOutputTokens != null && largestOutputTokens > 0) {
        ways.add("limit its output to " + largestOutputTokens + " tokens");
      } else if (needed != null && free().nanos() > 0) {
        ways.add("send less");
      }
    }
    ways.add("raise the budget at " + place);
    ways.add("wait until it begins again on " + MOMENT.format(resetsAt));
    String all = String.join(", or ", ways);
    return all.substring(0, 1).toUpperCase(Locale.ROOT) + all.substring(1);
  }

  /** Whether what was spent alone was the reason. */
  boolean usedUp() {
    return spent.compareTo(budget) >= 0;
  }

  private Money free() {
    return budget.minus(spent).minus(held).minus(doubt).max(Money.ZERO);
  }
}
