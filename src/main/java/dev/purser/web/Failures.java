package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.pricing.Provider;
import dev.purser.reports.Call;
import dev.purser.web.WhyRefused.Advice;
import java.util.List;

/**
 * What can be done about a call that its provider failed: by its status, and where that means
 * several things by the provider's own word for the reason.
 */
final class Failures {
  private Failures() {}

  /** Nothing for a call that went well, was refused by Purser or runs. */
  static List<Advice> advice(Call call) {
    Long status = call.httpStatus();
    if (call.state() != EntryState.SETTLED
        || status == null
        || CallStanding.code(call.errorCode()).isPresent()) {
      return List.of();
    }
    String reason = call.errorCode() == null ? "" : call.errorCode();
    Provider provider = call.provider();
    return switch (status.intValue()) {
      case 401 -> List.of(unauthorized(provider, reason));
      case 402 -> List.of(billing(provider));
      case 403 -> forbidden(call, reason);
      case 404 -> List.of(otherModel(call, "The API key can perhaps not use this model."));
      case 429 -> tooMany(call, reason);
      case 500, 502, 504 -> List.of(again(provider, "had an error of its own"));
      case 503, 529 ->
          List.of(
              again(provider, "had more calls than it can answer"),
              otherModel(call, "Models are not all overloaded at the same time."));
      default -> List.of();
    };
  }

  private static Advice unauthorized(Provider provider, String reason) {
    String name = provider.displayName();
    return switch (reason) {
      case "incorrect_hostname" ->
          Advice.elsewhere(
              "Set the address of the API key's region",
              name
                  + " serves this key's project at another address. Set PURSER_OPENAI_URL to it,"
                  + " such as https://eu.api.openai.com, and start Purser again.");
      case "ip_not_authorized" ->
          Advice.elsewhere(
              "Allow Purser's IP address",
              "The API key is good, but not from this machine. Allow its address in "
                  + name
                  + "'s console.");
      case "missing_scope" -> permission(provider);
      case "mismatched_organization", "mismatched_project" ->
          Advice.elsewhere(
              "Name no organization and no project",
              "The call named one that the API key saved in Purser does not belong to. Look for it"
                  + " in the program's settings, and in a proxy between Purser and "
                  + name
                  + ".");
      case "invalid_api_key", "authentication_error", "account_deactivated", "no_organization" ->
          new Advice(
              "Replace the API key",
              name
                  + " did not accept the API key that is saved in Purser. The program's virtual key"
                  + " is not the cause.",
              keyPath(provider),
              "Replace the API key");
      default ->
          new Advice(
              "Check the API key",
              name
                  + " refused the API key that is saved in Purser, or something that the call named"
                  + " beside it; the answer that the program got says which. Verify says whether"
                  + " the API key is still good.",
              "/settings#key-" + provider.id(),
              "Verify the API key");
    };
  }

  private static List<Advice> forbidden(Call call, String reason) {
    return reason.equals("unsupported_country_region_territory")
        ? List.of(
            Advice.elsewhere(
                "Call from another country",
                call.provider().displayName()
                    + " does not serve the country that Purser calls from."))
        : List.of(permission(call.provider()), otherModel(call, "One that the API key may use."));
  }

  private static List<Advice> tooMany(Call call, String reason) {
    Provider provider = call.provider();
    return switch (reason) {
      case "insufficient_quota",
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded" ->
          List.of(billing(provider));
      default ->
          List.of(
              Advice.elsewhere(
                  "Call more slowly",
                  "This is "
                      + provider.displayName()
                      + "'s rate limit for your account, not a limit of Purser's. Its answer said"
                      + " in retry-after how long to wait, and SDKs do so by themselves."),
              Advice.elsewhere(
                  "Have the limit raised",
                  "Your limits stand in " + provider.displayName() + "'s console."));
    };
  }

  private static Advice billing(Provider provider) {
    return Advice.elsewhere(
        "Add credit, or raise the limit",
        "The account with "
            + provider.displayName()
            + " has no credit left, or has reached a limit set there. That is done in its console;"
            + " it is not a budget of Purser's.");
  }

  private static Advice permission(Provider provider) {
    return new Advice(
        "Give the API key the permission",
        "The API key that is saved in Purser may not do this. Change that in "
            + provider.displayName()
            + "'s console, or save another API key.",
        keyPath(provider),
        "Replace the API key");
  }

  private static Advice again(Provider provider, String why) {
    return Advice.elsewhere(
        "Try again in a moment",
        provider.displayName()
            + " "
            + why
            + ". SDKs repeat such calls by themselves; its status page says whether it lasts.");
  }

  private static Advice otherModel(Call call, String sentence) {
    return new Advice(
        "Choose another model", sentence, "/agents/" + call.agentId(), "Choose a model");
  }

  private static String keyPath(Provider provider) {
    return "/settings?replace=" + provider.id() + "#key-" + provider.id();
  }
}
