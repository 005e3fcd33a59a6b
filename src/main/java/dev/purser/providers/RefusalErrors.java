package dev.purser.providers;

import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.net.URI;
import java.util.List;

/**
 * What Purser says of a call that it has read and does not forward: to the program, and later on
 * the page of the call.
 */
public final class RefusalErrors {
  private static final int MAX_NAME_LENGTH = 200;

  private static final String CLAUDE_CODE =
      "in Claude Code: set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1";
  private static final String LISTED = "or let the administrator list it with ./run strict allow";

  private final String pages;

  /**
   * Makes them.
   *
   * @param pages where people open Purser's pages
   */
  public RefusalErrors(URI pages) {
    String text = pages.toString();
    this.pages = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  /** No API key is saved. */
  public CallError providerKeyMissing(Provider provider) {
    return CallError.of(
        ErrorCode.PROVIDER_KEY_MISSING,
        "No provider key for " + provider.displayName() + " is saved.",
        "Save one at " + settings() + "#keys");
  }

  /** The API key that is saved cannot be opened. */
  public CallError providerKeyUnreadable(Provider provider) {
    return CallError.of(
        ErrorCode.PROVIDER_KEY_UNREADABLE,
        "The provider key for " + provider.displayName() + " cannot be opened.",
        "Save it again at " + settings() + "#keys");
  }

  /** The choice was left to Purser, and there is none. */
  public CallError nothingToChoose(String agentId) {
    return CallError.of(
        ErrorCode.MODEL_NOT_AVAILABLE,
        "The request leaves the choice of a model to Purser, and none is chosen that fits it.",
        "Name a model, choose the agent's preferred model at "
            + agents()
            + "/"
            + agentId
            + "#edit, or the default model at "
            + settings()
            + "#llm");
  }

  /** The model is the other provider's. */
  public CallError otherProvidersModel(String model, Provider other) {
    return CallError.of(
        ErrorCode.MODEL_NOT_AVAILABLE,
        shortened(model) + " is a model of " + other.displayName() + " and is not called this way.",
        switch (other) {
          case ANTHROPIC -> "Call it through /v1/messages";
          case OPENAI -> "Call it through /v1/chat/completions, /v1/responses or /v1/embeddings";
        });
  }

  /**
   * The agent always uses a model that is the other provider's.
   *
   * @param called whose interface the program called
   */
  public CallError agentsModelIsOtherProviders(
      String agentId, String model, Provider other, Provider called) {
    return CallError.of(
        ErrorCode.AGENTS_MODEL_NOT_AVAILABLE,
        "This agent is set to always use "
            + shortened(model)
            + ", a model of "
            + other.displayName()
            + ", and this is a call to "
            + called.displayName()
            + ".",
        "Choose a model of "
            + called.displayName()
            + " for the agent, or let its program choose, at "
            + agents()
            + "/"
            + agentId
            + "#edit");
  }

  /** Nobody knows the model. */
  public CallError unknownModel(String model) {
    return CallError.of(
        ErrorCode.MODEL_NOT_AVAILABLE,
        shortened(model) + " is not among the models of the saved provider keys.",
        "The list is at /v1/models; provider keys are saved at " + settings());
  }

  /** What it uses could not be read from its answer, for a reason that the message says. */
  public static CallError notMeterable(String message) {
    return CallError.of(
        ErrorCode.REQUEST_NOT_METERABLE,
        message,
        "Leave it out, or make this call to the provider directly.");
  }

  /** Its cost has no bound because of a field. */
  public CallError costUnbounded(String field) {
    return CallError.of(
        ErrorCode.COST_UNBOUNDED,
        "What this request can cost has no bound because of "
            + shortened(field)
            + ", and its budget must never be exceeded, says Purser.",
        boundedBy(field) + ", or choose another budget mode at " + settings() + " or " + agents());
  }

  private static String boundedBy(String field) {
    if (field.endsWith(".max_uses")) {
      return "Set " + field + " to 1 or more, at most " + CostTerms.MAX_USES + " in all";
    }
    if (field.endsWith(".allowed_callers")) {
      return "Set " + field + " to direct";
    }
    if (field.startsWith("anthropic-beta ")) {
      return "Leave " + shortened(field) + " out (" + CLAUDE_CODE + "), " + LISTED;
    }
    return switch (field) {
      case "max_tool_calls", "max_tokens", "max_completion_tokens", "max_output_tokens" ->
          "Set " + field;
      case "store" -> "Set store to false";
      case "model" -> "Use another model";
      default ->
          "Leave "
              + shortened(field)
              + " out"
              + (RequestName.isPlain(field) && !Listed.knows(field) ? ", " + LISTED : "");
    };
  }

  /**
   * It does not fit a budget.
   *
   * @param widening names that are not known, because of which the call counts as the most that its
   *     model can cost
   */
  public CallError overBudget(BudgetRefused refused, List<RequestName> widening) {
    String agentId = refused.agentId();
    String place = agentId == null ? settings() + "#llm" : agents() + "/" + agentId + "#edit";
    Money needed = refused.needed();
    if (widening.isEmpty() || refused.stopped() || refused.usedUp() || needed == null) {
      return new CallError(
          ErrorCode.BUDGET_EXHAUSTED, refused.message(), refused.help(place), refused.figures());
    }
    boolean claudes = widening.getFirst().dialect() == Dialect.ANTHROPIC_MESSAGES;
    String names = RequestName.shown(widening);
    return new CallError(
        ErrorCode.BUDGET_EXHAUSTED,
        refused.message()
            + " The call has "
            + names
            + ", which Purser does not know, so it counts as the most that its model can cost.",
        "Leave "
            + names
            + " out"
            + (claudes ? " (" + CLAUDE_CODE + ")" : "")
            + ", "
            + LISTED
            + ". Otherwise: "
            + refused.help(place),
        refused.figures());
  }

  private String agents() {
    return pages + "/agents";
  }

  private String settings() {
    return pages + "/settings";
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME_LENGTH ? name : name.substring(0, MAX_NAME_LENGTH) + "…";
  }
}
