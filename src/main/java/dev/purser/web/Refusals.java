package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.ErrorBody;
import dev.purser.providers.ErrorCode;
import dev.purser.reports.Call;
import dev.purser.reports.CallDetail;
import dev.purser.web.WhyRefused.Advice;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Explains refused calls out of what the ledger keeps of them. */
record Refusals(PriceList prices, ZoneId zone, Instant now) {
  private static final String AUTO = "auto";
  private static final String SETTINGS_KEYS = "/settings#keys";
  private static final String SETTINGS_MODEL = "/settings#llm";

  WhyRefused explain(CallDetail detail) {
    Optional<ErrorCode> known = CallStanding.code(detail.call().errorCode());
    return known.isEmpty() ? unknown(detail.call()) : explain(detail, known.get());
  }

  private WhyRefused explain(CallDetail detail, ErrorCode code) {
    Call call = detail.call();
    CallDetail.BudgetRefusal budget = detail.budgetRefusal();
    return switch (code) {
      case BUDGET_EXHAUSTED -> budget == null ? unknown(call) : overBudget(call, budget);
      case COST_UNBOUNDED ->
          because(
              call,
              code,
              "its cost has no bound",
              "A budget that is never to be exceeded admits only calls whose cost can be bounded"
                  + " before they are sent. This one could have cost any sum.",
              List.of(
                  Advice.elsewhere(
                      "Ask for something with a bound",
                      "Set an output limit, and a limit for each tool that is billed by use."),
                  new Advice(
                      "Let the budget stop at its limit instead",
                      "Then such calls are sent, and may go slightly over.",
                      SETTINGS_MODEL,
                      "Change mode")));
      case MODEL_NOT_AVAILABLE -> modelNotAvailable(call);
      case PROVIDER_KEY_MISSING ->
          because(
              call,
              code,
              "no API key was saved",
              "No API key for " + call.provider().displayName() + " was saved at that time.",
              List.of(
                  new Advice(
                      "Save an API key",
                      "From " + call.provider().displayName() + "; it stays in Purser.",
                      SETTINGS_KEYS,
                      "Save a key")));
      case PROVIDER_KEY_UNREADABLE ->
          because(
              call,
              code,
              "the API key could not be read",
              "The API key for "
                  + call.provider().displayName()
                  + " is saved, but cannot be opened with this installation's keyset.",
              List.of(
                  new Advice(
                      "Save the API key again",
                      "The old one is replaced.",
                      SETTINGS_KEYS,
                      "Replace the key")));
      case VIRTUAL_KEY_INVALID,
          WRONG_PATH,
          REQUEST_NOT_METERABLE,
          REQUEST_MALFORMED,
          REQUEST_TOO_LARGE,
          ENCODING_UNSUPPORTED,
          UPGRADE_REFUSED,
          INTERNAL_ERROR,
          PROVIDER_UNREACHABLE,
          PROVIDER_TIMEOUT,
          LEDGER_UNAVAILABLE,
          OVERLOADED,
          SHUTTING_DOWN ->
          because(
              call,
              code,
              code.id().replace('_', ' '),
              "The answer that the program got says more.",
              List.of());
    };
  }

  private WhyRefused overBudget(Call call, CallDetail.BudgetRefusal money) {
    boolean agents = money.budgetOf().equals("agent");
    String whose = agents ? "of " + UsagePage.name(call.agentName()) : "of the space";
    WhyRefused.Fit fit =
        new WhyRefused.Fit(
            whose, money.budget(), money.spent(), money.held(), money.doubt(), money.needed());
    boolean usedUp = money.spent().compareTo(money.budget()) >= 0;
    List<Advice> advice = new ArrayList<>();
    advice.add(
        new Advice(
            agents ? "Raise the budget of this agent" : "Raise the budget",
            usedUp
                ? "Calls go on as soon as it is above what is spent: "
                    + Figures.sum(money.spent())
                    + " by then."
                : Figures.sum(wholeCents(fit.missing()))
                    + " more would have been enough for this call.",
            agents ? "/agents/" + call.agentId() : SETTINGS_MODEL,
            "Change budget"));
    if (fit.someFree()) {
      advice.add(
          Advice.elsewhere(
              "Ask for less",
              "A shorter answer, or less to read, for which "
                  + Figures.call(fit.free())
                  + " is enough at most."));
    }
    Instant resetsAt = resetsAt(call);
    advice.add(
        Advice.elsewhere(
            "Wait",
            (now.isBefore(resetsAt) ? "The budget begins anew on " : "The budget began anew on ")
                + Figures.moment(resetsAt, zone)
                + " "
                + zone.getId()
                + "."));
    return new WhyRefused(
        usedUp ? "Refused: the budget was used up" : "Refused: it did not fit the budget",
        usedUp
            ? "What was spent by then had reached the monthly budget "
                + whose
                + ", so Purser did not send this call."
            : "The monthly budget "
                + whose
                + " is never to be exceeded. This call could have cost more than was free, so"
                + " Purser did not send it.",
        fit,
        advice,
        ErrorBody.outline(call.provider(), ErrorCode.BUDGET_EXHAUSTED, figures(money, resetsAt)));
  }

  private static Map<String, Object> figures(
      CallDetail.BudgetRefusal money, @Nullable Instant resetsAt) {
    return ErrorBody.budgetFigures(
        money.budgetOf(),
        money.budget(),
        money.spent(),
        money.held(),
        money.doubt(),
        money.needed(),
        null,
        resetsAt);
  }

  private WhyRefused modelNotAvailable(Call call) {
    String asked = call.requestedModel();
    if (asked == null || asked.equals(AUTO)) {
      return because(
          call,
          ErrorCode.MODEL_NOT_AVAILABLE,
          "no model was chosen",
          "The program left the choice of a model to Purser, and none was chosen that fits what it"
              + " called.",
          List.of(
              new Advice(
                  "Choose the agent's preferred model",
                  "It is used when the program asks for auto.",
                  "/agents/" + call.agentId(),
                  "Choose a model"),
              new Advice(
                  "Choose a default model",
                  "It is used where an agent has no model of its own.",
                  SETTINGS_MODEL,
                  "Choose a default")));
    }
    Optional<Provider> owner = prices.providerOf(asked);
    if (owner.isPresent() && owner.get() != call.provider()) {
      return because(
          call,
          ErrorCode.MODEL_NOT_AVAILABLE,
          "the model is another provider's",
          asked
              + " is a model of "
              + owner.get().displayName()
              + ", and the program called "
              + call.provider().displayName()
              + "'s interface.",
          List.of(
              Advice.elsewhere(
                  "Call it by its own interface",
                  switch (owner.get()) {
                    case ANTHROPIC -> "With an Anthropic client, through /v1/messages.";
                    case OPENAI ->
                        "With an OpenAI client, through /v1/chat/completions or /v1/responses.";
                  }),
              new Advice(
                  "Always use another model",
                  "An agent can use its preferred model whatever its program asks for.",
                  "/agents/" + call.agentId(),
                  "Choose a model")));
    }
    return because(
        call,
        ErrorCode.MODEL_NOT_AVAILABLE,
        "the model is not available",
        asked + " was not among the models that the saved API keys can use.",
        List.of(
            new Advice(
                "See which models there are",
                "The list of prices says which ones your API keys can use.",
                "/prices",
                "See models")));
  }

  private static WhyRefused because(
      Call call, ErrorCode code, String title, String sentence, List<Advice> advice) {
    return new WhyRefused(
        "Refused: " + title,
        sentence,
        null,
        advice,
        ErrorBody.outline(call.provider(), code, Map.of()));
  }

  private static WhyRefused unknown(Call call) {
    return new WhyRefused(
        "Refused",
        "The answer that the program got says why: " + call.errorCode() + ".",
        null,
        List.of(),
        "");
  }

  private Instant resetsAt(Call call) {
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
