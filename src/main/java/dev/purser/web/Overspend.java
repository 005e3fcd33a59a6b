package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.reports.AgentStanding;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the page "Try to overspend" shows.
 *
 * @param calls how many a try sends
 * @param atOnce how many of them at the same moment, before the others
 * @param attempt the try that is under way, else the last one; null before the first
 * @param rows some of its newest calls: shortened, refused and others
 */
public record Overspend(
    long calls,
    long atOnce,
    Money budget,
    long processId,
    Overspending.@Nullable Attempt attempt,
    List<CallRow> rows) {

  /** Where a try stands. */
  public enum Stage {
    NOT_BEGUN,
    UNDER_WAY,
    OVER,
    /** The process of the callers died; another one tells what became of their calls. */
    CUT_OFF
  }

  public Stage stage() {
    if (attempt == null) {
      return Stage.NOT_BEGUN;
    }
    if (attempt.running()) {
      return Stage.UNDER_WAY;
    }
    return standing().interrupted() > 0 || standing().open() > 0 ? Stage.CUT_OFF : Stage.OVER;
  }

  /** Whether anything may still change. */
  public boolean live() {
    return attempt != null && (attempt.running() || standing().open() > 0);
  }

  public AgentStanding standing() {
    return attempt == null ? AgentStanding.NONE : attempt.standing();
  }

  public BudgetBar bar() {
    AgentStanding standing = standing();
    return new BudgetBar(
        "Budget of the try",
        budget,
        standing.spent(),
        standing.held(),
        standing.doubt(),
        /* countsDoubt= */ true,
        BudgetBar.Unpriced.NONE,
        callLink().ended());
  }

  /** Sent, but neither admitted nor answered: they wait for room in the budget. */
  public long waiting() {
    Overspending.Sending sending = attempt == null ? null : attempt.sending();
    return sending == null ? 0 : Math.max(0, sending.sent() - sending.ended() - standing().open());
  }

  /** What a screen reader says: it changes only when there is something to say. */
  public String milestone() {
    return switch (stage()) {
      case NOT_BEGUN -> "Nothing has been tried yet.";
      case UNDER_WAY -> underWay();
      case OVER -> verdict();
      case CUT_OFF ->
          live()
              ? "Purser was killed during this try, and is settling what ran then."
              : "Purser was killed during this try. Nothing is lost, and nothing is held any more.";
    };
  }

  private String underWay() {
    Overspending.Sending sending = Objects.requireNonNull(attempt).sending();
    if (standing().refusals() > 0) {
      return "What no longer fits is refused, and costs nothing.";
    }
    if (standing().shortened() > 0) {
      return "Long answers are cut to what there is still money for.";
    }
    return sending != null && sending.sent() == 0
        ? "The calls are about to be sent."
        : "The calls are on their way.";
  }

  private String verdict() {
    AgentStanding standing = standing();
    return Figures.sum(standing.spent())
        + " of "
        + Figures.sum(budget)
        + " spent; "
        + (kept() ? "never above" : "above it, which must not happen")
        + ". "
        + Figures.count(standing.settled())
        + " answered ("
        + Figures.count(standing.shortened())
        + " shortened), "
        + Figures.count(standing.refusals())
        + " refused.";
  }

  /** Whether the budget was kept, at every look. */
  public boolean kept() {
    Overspending.Sending sending = attempt == null ? null : attempt.sending();
    return standing().counted().compareTo(budget) <= 0
        && (sending == null || sending.highest().compareTo(budget) <= 0);
  }

  /** Why calls were refused, in the words of the pages. */
  public static String reason(AgentStanding.Refused refused) {
    if (refused.budgetOf() == null) {
      return refused.errorCode().replace('_', ' ');
    }
    return refused.budgetOf().equals("agent")
        ? "did not fit the budget of the try"
        : "did not fit the budget of the whole space";
  }

  /** All its calls. */
  public CallLink callLink() {
    return CallLink.ofAgent(attempt == null ? "" : attempt.agentId());
  }

  public String killLine() {
    return "kill -9 " + processId;
  }
}
