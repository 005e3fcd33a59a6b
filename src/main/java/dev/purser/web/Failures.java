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
      case 404 -> List.of(otherModel(call, "The API key may not have access to this model."));
      case 429 -> tooMany(call, reason);
      case 500, 502, 504 -> List.of(again(provider, "had an internal error"));
      case 503, 529 ->
          List.of(
              again(provider, "was overloaded"),
              otherModel(call, "Another model may be available."));
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
                  + " serves this key's project at another address. Set PURSER_OPENAI_URL to that"
                  + " address, such as https://eu.api.openai.com, and restart Purser.");
      case "ip_not_authorized" ->
          Advice.elsewhere(
              "Allow Purser's IP address",
              "The API key is valid, but not from this machine's IP address. Allow the address in "
                  + name
                  + "'s console.");
      case "missing_scope" -> permission(provider);
      case "mismatched_organization", "mismatched_project" ->
          Advice.elsewhere(
              "Remove the organization or project",
              "The API key saved in Purser does not belong to the organization or project named in"
                  + " the call. Check the program's settings, and any proxy between Purser and "
                  + name
                  + ".");
      case "invalid_api_key", "authentication_error", "account_deactivated", "no_organization" ->
          new Advice(
              "Replace the API key",
              name + " rejected the API key saved in Purser. The program's virtual key is fine.",
              keyPath(provider),
              "Replace the API key");
      default ->
          new Advice(
              "Check the API key",
              name
                  + " rejected the API key saved in Purser, or another header of the call: see the"
                  + " error response. Use Verify to check the API key.",
              "/settings#key-" + provider.id(),
              "Verify the API key");
    };
  }

  private static List<Advice> forbidden(Call call, String reason) {
    return reason.equals("unsupported_country_region_territory")
        ? List.of(
            Advice.elsewhere(
                "Run Purser in a supported country",
                call.provider().displayName() + " does not serve the country where Purser runs."))
        : List.of(
            permission(call.provider()), otherModel(call, "Choose one that the API key can use."));
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
                  "Send fewer calls",
                  "This is "
                      + provider.displayName()
                      + "'s rate limit for your account, not a limit in Purser. The retry-after"
                      + " header says how long to wait; SDKs do this automatically."),
              Advice.elsewhere(
                  "Request a higher limit",
                  "See your limits in " + provider.displayName() + "'s console."));
    };
  }

  private static Advice billing(Provider provider) {
    return Advice.elsewhere(
        "Add credit, or raise the limit",
        "The account with "
            + provider.displayName()
            + " has no credit left or has reached a limit set there. Change this in its console."
            + " This is not a Purser budget.");
  }

  private static Advice permission(Provider provider) {
    return new Advice(
        "Grant the permission",
        "The API key saved in Purser does not have permission. Change this in "
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
            + ". SDKs retry such calls automatically. Check its status page if the problem"
            + " persists.");
  }

  private static Advice otherModel(Call call, String sentence) {
    return new Advice(
        "Choose another model", sentence, "/agents/" + call.agentId(), "Choose a model");
  }

  private static String keyPath(Provider provider) {
    return "/settings?replace=" + provider.id() + "#key-" + provider.id();
  }
}
