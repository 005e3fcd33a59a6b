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
      "The provider can run one of its tools repeatedly, and this request's limit is below 1 or"
          + " above 500.";

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
            : stopped ? "Refused: the budget was paused" : "Refused: it did not fit the budget",
        usedUp
            ? "Spending had reached the monthly budget "
                + whose
                + ", so Purser did not send this call."
            : stopped
                ? "A call had cost more than was held for it. The monthly budget "
                    + whose
                    + " is strict, so Purser paused calls until someone had checked."
                : "The monthly budget "
                    + whose
                    + " is strict. This call could have cost more than was free, so Purser did not"
                    + " send it."
                    + (widening.isEmpty()
                        ? ""
                        : " Purser does not know what "
                            + RequestName.shown(widening)
                            + " can add to the cost, so it held the most that the model can cost."),
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
        "In Claude Code, set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1. If it adds no cost, an"
            + " administrator can list it with ./run strict allow.");
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
              "Check the call that cost too much, then resume calls",
              "The call and the button are next to the budget bar.",
              standingPath,
              "See the budget"));
    }
    advice.add(
        new Advice(
            agents ? "Raise the budget of this agent" : "Raise the budget",
            usedUp || stopped || fit.needed() == null
                ? "Calls continue once it is above "
                    + (usedUp
                        ? "the amount spent, " + Figures.sum(fit.spent()) + " at that time."
                        : stopped
                            ? "this."
                            : "the total spent, held and in doubt, "
                                + Figures.sum(fit.set())
                                + " at that time.")
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
                    + " was counted for calls that ended before the provider reported their usage.",
                standingPath,
                "See the budget"));
      }
      if (fit.held().nanos() > 0) {
        advice.add(
            Advice.elsewhere(
                "Try again when other calls have ended",
                Figures.sum(fit.held())
                    + " was held for running calls. What they do not use becomes free when they"
                    + " end."));
      }
    }
    advice.add(
        Advice.elsewhere(
            "Wait",
            (now.isBefore(resetsAt) ? "The budget resets on " : "The budget reset on ")
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
              "Ask for a shorter answer, or send a shorter prompt, to cost at most "
                  + Figures.call(fit.free())
                  + "."));
    }
    return Optional.of(
        largest > 0
            ? Advice.elsewhere(
                "Ask for a shorter answer",
                "With an output limit of "
                    + Figures.count(largest, "token", "tokens")
                    + " it would have fit. Purser does not shorten answers that much by itself.")
            : Advice.elsewhere(
                "Send a shorter prompt",
                "The prompt alone could cost more than the "
                    + Figures.call(fit.free())
                    + " available."));
  }

  /** Because of a field of the request its cost could have been any sum. */
  WhyRefused unbounded(Call call, @Nullable String field) {
    return new WhyRefused(
        field == null
            ? "Refused: its cost has no limit"
            : "Refused: no cost limit because of " + field,
        "A strict budget allows only calls whose maximum cost is known before they are sent. "
            + (field == null ? "This call's cost has no limit." : because(field)),
        null,
        List.of(
            field == null
                ? Advice.elsewhere(
                    "Limit the call",
                    "Set an output limit, and a limit for each tool that is billed per use.")
                : mend(field),
            new Advice(
                "Use “Stop at the limit” instead",
                "Such calls are then sent and may go slightly over. Change an agent's own budget on"
                    + " its page.",
                SETTINGS,
                "Change mode")),
        field == null ? "" : WhyRefused.answer(call, errors.costUnbounded(field)));
  }

  private static String because(String field) {
    if (field.endsWith(".max_uses")) {
      return TOO_OFTEN;
    }
    if (field.endsWith(".allowed_callers")) {
      return "It lets code run by the provider call a tool without a limit.";
    }
    return switch (field) {
      case "max_tool_calls" -> TOO_OFTEN;
      case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          "This call sets no output limit, and Purser does not know the model's maximum output.";
      case "model" ->
          "This model's maximum input and output are unknown, or it can search without a limit.";
      default -> "The cost that " + field + " can add is not known in advance.";
    };
  }

  private static Advice mend(String field) {
    if (field.endsWith(".max_uses")) {
      return Advice.elsewhere("Set max_uses", "Set it for each tool that the provider runs.");
    }
    if (field.endsWith(".allowed_callers")) {
      return Advice.elsewhere(
          "Set allowed_callers to direct", "Then only the model can call the tool.");
    }
    if (field.startsWith("anthropic-beta ")) {
      return leaveOut(field);
    }
    return switch (field) {
      case "max_tool_calls" ->
          Advice.elsewhere("Set max_tool_calls", "Set it to the most tool runs you need.");
      case "store" ->
          Advice.elsewhere(
              "Set store to false", "Then no later request can continue with its tools.");
      case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          Advice.elsewhere("Set " + field, "Set it to the longest answer you need.");
      case "model" ->
          Advice.elsewhere(
              "Use another model",
              "Choose a model from the price list with a known context size that does not search on"
                  + " its own.");
      default -> Advice.elsewhere("Leave out " + field, "Then the maximum cost is known.");
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
