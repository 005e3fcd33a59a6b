package dev.purser.web;

import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.CallError;
import dev.purser.providers.ErrorCode;
import dev.purser.providers.RefusalErrors;
import dev.purser.providers.RequestName;
import dev.purser.reports.Call;
import dev.purser.reports.CallDetail;
import dev.purser.web.WhyRefused.Advice;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Explains refused calls out of what the ledger keeps of them. */
record Refusals(PriceList prices, RefusalErrors errors, ZoneId zone, Instant now) {
  private static final String AUTO = "auto";
  private static final String SETTINGS_KEYS = "/settings#keys";
  private static final String SETTINGS_MODEL = "/settings#llm";

  WhyRefused explain(CallDetail detail) {
    Optional<ErrorCode> known = CallStanding.code(detail.call().errorCode());
    return known.isEmpty() ? unknown(detail.call()) : explain(detail, known.get());
  }

  private static List<RequestName> names(CallDetail detail) {
    return detail.wideningNames().stream().flatMap(id -> RequestName.ofId(id).stream()).toList();
  }

  private WhyRefused explain(CallDetail detail, ErrorCode code) {
    Call call = detail.call();
    CallDetail.BudgetRefusal budget = detail.budgetRefusal();
    return switch (code) {
      case BUDGET_EXHAUSTED ->
          budget == null ? unknown(call) : budgets().overBudget(call, budget, names(detail));
      case COST_UNBOUNDED -> budgets().unbounded(call, detail.unboundedField());
      case MODEL_NOT_AVAILABLE, AGENTS_MODEL_NOT_AVAILABLE -> modelNotAvailable(call);
      case PROVIDER_KEY_MISSING ->
          because(
              call,
              errors.providerKeyMissing(call.provider()),
              "no API key was saved",
              "No API key for " + call.provider().displayName() + " was saved at that time.",
              List.of(
                  new Advice(
                      "Save an API key",
                      "From " + call.provider().displayName() + "; it stays in Purser.",
                      SETTINGS_KEYS,
                      "Save an API key")));
      case PROVIDER_KEY_UNREADABLE ->
          because(
              call,
              errors.providerKeyUnreadable(call.provider()),
              "the API key could not be read",
              "The API key for "
                  + call.provider().displayName()
                  + " is saved, but cannot be opened with this installation's keyset.",
              List.of(
                  new Advice(
                      "Save the API key again",
                      "The old one is replaced.",
                      SETTINGS_KEYS,
                      "Replace the API key")));
      case REQUEST_NOT_METERABLE -> notMeterable(call, detail.refusalMessage());
      case VIRTUAL_KEY_INVALID,
          WRONG_PATH,
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
              null,
              code.id().replace('_', ' '),
              "The answer that the program got says more.",
              List.of());
    };
  }

  private static WhyRefused notMeterable(Call call, @Nullable String message) {
    return because(
        call,
        message == null ? null : RefusalErrors.notMeterable(message),
        "it cannot be metered",
        message == null ? "The answer that the program got says more." : message,
        List.of(
            Advice.elsewhere(
                "Leave it out", "Then Purser forwards the request and knows what it costs."),
            Advice.elsewhere(
                "Call the provider directly",
                "With the API key itself. Such calls are in no figure of Purser's, and no budget"
                    + " holds them.")));
  }

  private BudgetRefusals budgets() {
    return new BudgetRefusals(errors, zone, now);
  }

  private WhyRefused modelNotAvailable(Call call) {
    String asked = call.requestedModel();
    String chosen = call.model();
    if (chosen != null) {
      return agentsModelNotAvailable(call, chosen);
    }
    if (asked == null || asked.equals(AUTO)) {
      return because(
          call,
          errors.nothingToChoose(call.agentId()),
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
          errors.otherProvidersModel(asked, owner.get()),
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
                    case ANTHROPIC -> "With an Anthropic SDK, through /v1/messages.";
                    case OPENAI ->
                        "With an OpenAI SDK, through /v1/chat/completions or /v1/responses.";
                  }),
              new Advice(
                  "Always use another model",
                  "An agent can use its preferred model whatever its program asks for.",
                  "/agents/" + call.agentId(),
                  "Choose a model")));
    }
    return because(
        call,
        errors.unknownModel(asked),
        "the model is not available",
        asked + " was not among the models that the saved API keys can use.",
        List.of(
            new Advice(
                "See which models there are",
                "The list of prices says which ones your API keys can use.",
                "/prices",
                "See models")));
  }

  /** An agent's model was chosen for the call, and could not answer it. */
  private WhyRefused agentsModelNotAvailable(Call call, String chosen) {
    Provider called = call.provider();
    Provider owner =
        prices
            .providerOf(chosen)
            .orElse(called == Provider.ANTHROPIC ? Provider.OPENAI : Provider.ANTHROPIC);
    return because(
        call,
        errors.agentsModelIsOtherProviders(call.agentId(), chosen, owner, called),
        "the agent's model is another provider's",
        "The agent was set to always use "
            + chosen
            + ", a model of "
            + owner.displayName()
            + ", and its program called "
            + called.displayName()
            + "'s interface.",
        List.of(
            new Advice(
                "Choose a model of " + called.displayName() + " for the agent",
                "Or let its program choose the model.",
                "/agents/" + call.agentId(),
                "Change the agent")));
  }

  /**
   * Explains it.
   *
   * @param error what the program was told; null if that is not known any more
   */
  private static WhyRefused because(
      Call call, @Nullable CallError error, String title, String sentence, List<Advice> advice) {
    return new WhyRefused(
        "Refused: " + title,
        sentence,
        null,
        advice,
        error == null ? "" : WhyRefused.answer(call, error));
  }

  private static WhyRefused unknown(Call call) {
    return new WhyRefused(
        "Refused",
        "The answer that the program got says why: " + call.errorCode() + ".",
        null,
        List.of(),
        "");
  }
}
