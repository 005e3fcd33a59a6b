package dev.purser.gateway;

import dev.purser.agents.Presented;
import dev.purser.ledger.Decision;
import dev.purser.pricing.Provider;
import dev.purser.providers.BudgetRefused;
import dev.purser.providers.CallError;
import dev.purser.providers.ErrorCode;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.RefusalErrors;
import dev.purser.providers.RequestName;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What the gateway says when it refuses: what happened, what to do, and on which page. */
final class CallErrors {
  private static final int MAX_NAME_LENGTH = 200;

  private final String pages;
  private final RefusalErrors refusals;
  private final int maxBodyMegabytes;

  /**
   * @param pages where people open Purser's pages
   */
  CallErrors(URI pages, int maxBodyBytes) {
    String text = pages.toString();
    this.pages = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.refusals = new RefusalErrors(pages);
    this.maxBodyMegabytes = maxBodyBytes >> 20;
  }

  CallError unidentified(Presented presented) {
    return switch (presented) {
      case Presented.Nothing _ ->
          keyInvalid(
              "No virtual key was sent.",
              "Send one as x-api-key or as Authorization: Bearer; make it at " + agents());
      case Presented.Mistyped _ ->
          keyInvalid(
              "This virtual key is mistyped or cut short: its checksum does not fit.",
              "Copy it again whole, or make a new one at " + agents());
      case Presented.Mispasted(Presented.Mishap mishap) ->
          keyInvalid(
              "This is not a virtual key alone. " + mishap.sentence(),
              "Send only the key, as x-api-key or after Authorization: Bearer; make a new one at "
                  + agents());
      case Presented.ProviderKey key ->
          keyInvalid(
              "This is a provider key of " + key.provider().displayName() + ", not a virtual key.",
              "Send a virtual key instead, from "
                  + agents()
                  + "; the provider key is saved at "
                  + settings());
      case Presented.AccessToken _ ->
          keyInvalid(
              "This is an access token, which manages Purser and cannot call models.",
              "Send a virtual key instead, from " + agents());
      case Presented.Unknown _ ->
          keyInvalid(
              "This is not a virtual key of Purser: those begin with psr_.",
              "Make one at " + agents());
      case Presented.VirtualKey _ ->
          keyInvalid("This virtual key is not known here.", "Make a new one at " + agents());
    };
  }

  CallError revoked() {
    return keyInvalid(
        "This virtual key was revoked, or its agent archived.", "Make a new one at " + agents());
  }

  CallError expired() {
    return keyInvalid("This virtual key has expired.", "Make a new one at " + agents());
  }

  /** What Purser adds to a provider's error. */
  record Help(String code, String sentences) {}

  /**
   * What a program is told that a provider has refused for what its virtual key stands for: it
   * would suspect the virtual key.
   *
   * @return empty if the answer says nothing of the API key or of how Purser calls
   */
  Optional<Help> keyRefused(Provider provider, KeyCheckResult said) {
    String notYours = "This is about the API key that is saved in Purser, not your virtual key. ";
    return switch (said) {
      case KeyCheckResult.Rejected(String reason) ->
          Optional.of(
              new Help(
                  "provider_key_rejected", notYours + reason + " It is saved at " + settings()));
      case KeyCheckResult.Restricted _ ->
          Optional.of(
              new Help(
                  "provider_key_restricted",
                  notYours
                      + "It may not do this. Give it the permission in "
                      + provider.displayName()
                      + "'s console, or save another one at "
                      + settings()));
      case KeyCheckResult.NotAboutKey(String reason) ->
          Optional.of(
              new Help(
                  "provider_refused",
                  "This is about how Purser reaches "
                      + provider.displayName()
                      + ", not about your virtual key. "
                      + reason));
      case KeyCheckResult.Unreachable _, KeyCheckResult.Valid _ -> Optional.empty();
    };
  }

  /** What is said of a call that was read, and that the ledger has an entry of. */
  RefusalErrors refusals() {
    return refusals;
  }

  /**
   * It does not fit a budget.
   *
   * @param agentId of the caller
   * @param widening names because of which it counts as the most that its model can cost
   */
  CallError overBudget(Decision.OverBudget over, String agentId, List<RequestName> widening) {
    return refusals.overBudget(
        new BudgetRefused(
            switch (over.budgetOf()) {
              case SPACE -> null;
              case AGENT -> agentId;
            },
            over.stopped(),
            over.budget(),
            over.spent(),
            over.held(),
            over.doubt(),
            over.needed(),
            over.largestOutputTokens(),
            over.resetsAt()),
        widening);
  }

  CallError wrongPath(String rightPath) {
    return CallError.of(
        ErrorCode.WRONG_PATH,
        "The base URL is mistaken: the right path is " + rightPath + ".",
        "Base URL for Anthropic clients: " + pages + "; for OpenAI clients: " + pages + "/v1");
  }

  CallError wrongMethod(String rightMethod) {
    return CallError.of(
        ErrorCode.WRONG_PATH,
        "This path is called with " + rightMethod + ".",
        "Use " + rightMethod);
  }

  CallError notMetered() {
    return CallError.of(
        ErrorCode.WRONG_PATH,
        "This endpoint was not forwarded because it could not be metered.",
        "Use /v1/messages, /v1/chat/completions, /v1/responses or /v1/embeddings");
  }

  CallError freeAndNotServed() {
    return CallError.of(
        ErrorCode.WRONG_PATH,
        "Purser does not serve this endpoint, although the provider does not bill for it: it serves"
            + " calls to models, token counts and lists of models.",
        "Call the provider directly for it");
  }

  CallError upgradeRefused() {
    return CallError.of(
        ErrorCode.UPGRADE_REFUSED,
        "WebSockets are not forwarded because they could not be metered.",
        "Call over plain HTTP, with \"stream\": true for a streamed answer");
  }

  CallError encodingUnsupported(String encoding) {
    return CallError.of(
        ErrorCode.ENCODING_UNSUPPORTED,
        "A request body with the content encoding " + shortened(encoding) + " is not read.",
        "Send it unencoded");
  }

  CallError requestTooLarge() {
    return CallError.of(
        ErrorCode.REQUEST_TOO_LARGE,
        "The request body is larger than " + maxBodyMegabytes + " MB.",
        "Send less, or raise PURSER_MAX_BODY_BYTES");
  }

  CallError tooManyBodies() {
    return CallError.of(
        ErrorCode.OVERLOADED,
        "Too many large requests are in flight.",
        "Try again in a moment, or raise PURSER_MAX_BODIES_BYTES");
  }

  CallError tooManyCalls() {
    return overloaded("Too many calls are waiting.");
  }

  CallError allInUse(Provider provider) {
    return CallError.of(
        ErrorCode.OVERLOADED,
        "All connections to "
            + provider.displayName()
            + " are in use by other calls, and none became free in time.",
        "Try again in a moment, or raise PURSER_MAX_CONNECTIONS");
  }

  CallError ledgerUnavailable() {
    return CallError.of(
        ErrorCode.LEDGER_UNAVAILABLE,
        "The ledger cannot be written just now, so the call was not forwarded.",
        "Try again; if it lasts, see the server's log and its disk or database");
  }

  CallError shuttingDown() {
    return CallError.of(ErrorCode.SHUTTING_DOWN, "Purser is stopping.", "Try again in a moment");
  }

  CallError unreachable(Provider provider) {
    return CallError.of(
        ErrorCode.PROVIDER_UNREACHABLE,
        provider.displayName() + " could not be reached, or closed the connection.",
        "Try again; see the provider's status page");
  }

  CallError timedOut(Provider provider) {
    return CallError.of(
        ErrorCode.PROVIDER_TIMEOUT,
        provider.displayName() + " took too long to answer.",
        "Ask for less or stream the answer; the limit is PURSER_HEADERS_SECONDS");
  }

  CallError broken() {
    return CallError.of(
        ErrorCode.INTERNAL_ERROR,
        "Purser failed on this call.",
        "This is an error of Purser's own: the server's log says more");
  }

  private CallError overloaded(String message) {
    return CallError.of(ErrorCode.OVERLOADED, message, "Try again in a moment");
  }

  private static CallError keyInvalid(String message, String help) {
    return CallError.of(ErrorCode.VIRTUAL_KEY_INVALID, message, help);
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
