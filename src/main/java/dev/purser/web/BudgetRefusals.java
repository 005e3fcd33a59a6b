package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.providers.BudgetRefused;
import dev.purser.providers.RefusalErrors;
import dev.purser.providers.RequestName;
import dev.purser.reports.Call;
import dev.purser.reports.CallDetail;
import dev.purser.web.WhyRefused.Advice;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Explains the calls that a budget refused: with its figures, or because of a field. */
record BudgetRefusals(RefusalErrors errors, ZoneId zone, Instant now) {
  private static final String SETTINGS = "/settings#llm";
  private static final String TOO_OFTEN =
      "The provider runs one of its tools again and again, and the limit that this request sets is"
          + " below 1 or above 500.";

  /** It did not fit, all was spent, or the budget had been stopped. */
  WhyRefused overBudget(Call call, CallDetail.BudgetRefusal money, List<RequestName> widening) {
    boolean agents = money.budgetOf().equals("agent");
    String whose = agents ? "of " + UsagePage.name(call.agentName()) : "of the space";
    Instant resetsAt = money.resetsAt() == null ? nextMonth(call) : money.resetsAt();
    boolean usedUp = money.spent().compareTo(money.budget()) >= 0;
    // What was spent alone was the reason then: what was set aside beside it had no part in it.
    WhyRefused.Fit fit =
        new WhyRefused.Fit(
            whose,
            money.budget(),
            money.spent(),
            usedUp ? Money.ZERO : money.held(),
            usedUp ? Money.ZERO : money.doubt(),
            money.needed(),
            money.largestOutputTokens(),
            Figures.moment(resetsAt, zone) + " " + zone.getId());
    // Of every other refusal it is known what would have fitted, if only nothing.
    boolean knownToBeStopped = money.resetsAt() != null && money.largestOutputTokens() == null;
    boolean stopped = !usedUp && knownToBeStopped;
    String budgetPath = agents ? "/agents/" + call.agentId() : SETTINGS;
    String standingPath = agents ? budgetPath + "#own-budget" : "/settings#usage";
    return new WhyRefused(
        usedUp
            ? "Refused: the budget was used up"
            : stopped ? "Refused: the budget was stopped" : "Refused: it did not fit the budget",
        usedUp
            ? "What was spent by then had reached the monthly budget "
                + whose
                + ", so Purser did not send this call."
            : stopped
                ? "A call had cost more than was set aside for it. The monthly budget "
                    + whose
                    + " is never to be exceeded, so Purser sent no other call until somebody looked."
                : "The monthly budget "
                    + whose
                    + " is never to be exceeded. This call could have cost more than was free, so"
                    + " Purser did not send it."
                    + (widening.isEmpty()
                        ? ""
                        : " Purser does not know what "
                            + RequestName.shown(widening)
                            + " can add to its cost, so it counted as the most that its model can"
                            + " cost."),
        fit,
        usedUp || stopped || widening.isEmpty()
            ? advice(fit, usedUp, stopped, agents, budgetPath, standingPath, resetsAt)
            : with(
                leaveOut(RequestName.shown(widening)),
                advice(fit, usedUp, stopped, agents, budgetPath, standingPath, resetsAt)),
        WhyRefused.answer(
            call,
            errors.overBudget(
                new BudgetRefused(
                    agents ? call.agentId() : null,
                    knownToBeStopped,
                    money.budget(),
                    money.spent(),
                    money.held(),
                    money.doubt(),
                    money.needed(),
                    // As it was told then.
                    knownToBeStopped ? Long.valueOf(0) : money.largestOutputTokens(),
                    resetsAt),
                widening)));
  }

  private static List<Advice> with(Advice first, List<Advice> others) {
    List<Advice> all = new ArrayList<>(others);
    all.addFirst(first);
    return all;
  }

  private static Advice leaveOut(String names) {
    return Advice.elsewhere(
        "Leave out " + names,
        "Claude Code does with CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1. Or the administrator lists"
            + " what is known to add nothing, with ./run strict allow.");
  }

  private List<Advice> advice(
      WhyRefused.Fit fit,
      boolean usedUp,
      boolean stopped,
      boolean agents,
      String budgetPath,
      String standingPath,
      Instant resetsAt) {
    List<Advice> advice = new ArrayList<>();
    if (stopped) {
      advice.add(
          new Advice(
              "Look at the call that was too dear, and admit calls again",
              "It stands beside the budget's bar, with the button that lets calls go on.",
              standingPath,
              "See the budget"));
    }
    advice.add(
        new Advice(
            agents ? "Raise the budget of this agent" : "Raise the budget",
            usedUp || stopped || fit.needed() == null
                ? "Calls go on as soon as it is above "
                    + (usedUp
                        ? "what is spent: " + Figures.sum(fit.spent()) + " by then."
                        : stopped
                            ? "this."
                            : "what is spent, held and in doubt: "
                                + Figures.sum(fit.set())
                                + " by then.")
                : Figures.sum(wholeCents(fit.missing()))
                    + " more would have been enough for this call.",
            budgetPath,
            "Change budget"));
    if (!usedUp && !stopped) {
      askForLess(fit).ifPresent(advice::add);
      if (fit.doubt().nanos() > 0) {
        advice.add(
            new Advice(
                "Release what is in doubt",
                Figures.sum(fit.doubt())
                    + " was counted for calls that broke off before the provider said what they"
                    + " used.",
                standingPath,
                "See the budget"));
      }
      if (fit.held().nanos() > 0) {
        advice.add(
            Advice.elsewhere(
                "Try again when other calls have ended",
                Figures.sum(fit.held())
                    + " was set aside for calls that were running. What they do not use is free"
                    + " again when they end."));
      }
    }
    advice.add(
        Advice.elsewhere(
            "Wait",
            (now.isBefore(resetsAt) ? "The budget begins anew on " : "The budget began anew on ")
                + Figures.moment(resetsAt, zone)
                + " "
                + zone.getId()
                + "."));
    return advice;
  }

  private static Optional<Advice> askForLess(WhyRefused.Fit fit) {
    Long largest = fit.largestOutputTokens();
    if (!fit.someFree()) {
      return Optional.empty();
    }
    if (largest == null) {
      return Optional.of(
          Advice.elsewhere(
              "Ask for less",
              "A shorter answer, or less to read, for which "
                  + Figures.call(fit.free())
                  + " is enough at most."));
    }
    return Optional.of(
        largest > 0
            ? Advice.elsewhere(
                "Ask for a shorter answer",
                "With an output limit of "
                    + Figures.count(largest, "token", "tokens")
                    + " it would have fit. Purser does not cut answers that short by itself.")
            : Advice.elsewhere(
                "Send less to read",
                "What it sends alone could have cost more than the "
                    + Figures.call(fit.free())
                    + " that was free."));
  }

  /** Because of a field of the request its cost could have been any sum. */
  WhyRefused unbounded(Call call, @Nullable String field) {
    return new WhyRefused(
        field == null
            ? "Refused: its cost has no bound"
            : "Refused: its cost has no bound because of " + field,
        "A budget that is never to be exceeded admits only calls whose cost can be bounded before"
            + " they are sent. "
            + (field == null ? "This one could have cost any sum." : because(field)),
        null,
        List.of(
            field == null
                ? Advice.elsewhere(
                    "Ask for something with a bound",
                    "Set an output limit, and a limit for each tool that is billed by use.")
                : mend(field),
            new Advice(
                "Let the budget stop at its limit instead",
                "Then such calls are sent, and may go slightly over. An agent's own budget is"
                    + " changed on its page.",
                SETTINGS,
                "Change mode")),
        field == null ? "" : WhyRefused.answer(call, errors.costUnbounded(field)));
  }

  private static String because(String field) {
    if (field.endsWith(".max_uses")) {
      return TOO_OFTEN;
    }
    if (field.endsWith(".allowed_callers")) {
      return "It lets code that the provider runs call a tool, and how often has no limit.";
    }
    return switch (field) {
      case "max_tool_calls" -> TOO_OFTEN;
      case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          "This one does not say how long its answer may be, and Purser does not know what its"
              + " model can write at most.";
      case "model" ->
          "How much this model reads and writes at most is not known, or it searches and goes on by"
              + " itself, as often as it likes.";
      default -> "What " + field + " can make this one cost is not known beforehand.";
    };
  }

  private static Advice mend(String field) {
    if (field.endsWith(".max_uses")) {
      return Advice.elsewhere(
          "Set max_uses", "Of each tool that the provider runs, to what is enough for it.");
    }
    if (field.endsWith(".allowed_callers")) {
      return Advice.elsewhere(
          "Set allowed_callers to direct", "Then only the model calls the tool.");
    }
    if (field.startsWith("anthropic-beta ")) {
      return leaveOut(field);
    }
    return switch (field) {
      case "max_tool_calls" ->
          Advice.elsewhere(
              "Set max_tool_calls", "To the most runs of the provider's tools that you need.");
      case "store" ->
          Advice.elsewhere(
              "Set store to false", "Then nobody goes on with its tools in another request.");
      case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          Advice.elsewhere("Set " + field, "To the longest answer that you need.");
      case "model" ->
          Advice.elsewhere(
              "Use another model",
              "One of the price list, which says how much it can read, that does not search by"
                  + " itself.");
      default -> Advice.elsewhere("Leave out " + field, "Then the call can be bounded.");
    };
  }

  /** Of an entry that does not say when its budget begins anew. */
  private Instant nextMonth(Call call) {
    return YearMonth.from(call.createdAt().atZone(zone))
        .plusMonths(1)
        .atDay(1)
        .atStartOfDay(zone)
        .toInstant();
  }

  /** Rounded up: what budgets are set in. */
  private static Money wholeCents(Money sum) {
    long cent = Money.ofCents(1).nanos();
    return new Money(Math.ceilDiv(sum.nanos(), cent) * cent);
  }
}
