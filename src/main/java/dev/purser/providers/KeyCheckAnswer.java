package dev.purser.providers;

import dev.purser.pricing.Provider;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What an answer other than a success says about the key that was sent. Told in Purser's own words:
 * a provider's may quote a part of the key.
 */
public final class KeyCheckAnswer {
  private KeyCheckAnswer() {}

  /**
   * Judges an answer by its status and its error.
   *
   * @param status any but 200
   * @param body as it came, JSON or not
   */
  public static KeyCheckResult judge(Provider provider, int status, byte[] body) {
    String name = provider.displayName();
    JsonNode error = error(body);
    // Without the provider's own error shape somebody in between has answered.
    boolean fromProvider = error.isObject();
    if (fromProvider && (status == 400 || status == 401 || status == 402 || status == 403)) {
      return switch (provider) {
        case ANTHROPIC -> anthropic(status, error);
        case OPENAI -> openAi(status, error);
      };
    }
    if (status >= 300 && status < 400) {
      return new KeyCheckResult.Unreachable(
          name
              + " was not reached: its address redirects elsewhere, and Purser sends a key nowhere"
              + " else. Check "
              + setting(provider)
              + ".");
    }
    if (status == 429 || status >= 500) {
      return new KeyCheckResult.Unreachable(
          name + " cannot answer just now (HTTP status " + status + "). Try again in a minute.");
    }
    return new KeyCheckResult.Unreachable(
        "The answer (HTTP status "
            + status
            + ") is none that "
            + name
            + " gives about a key. Check "
            + setting(provider)
            + " and any proxy in between.");
  }

  /** The setting that says where a provider is. */
  static String setting(Provider provider) {
    return "PURSER_" + provider.id().toUpperCase(Locale.ROOT) + "_URL";
  }

  private static KeyCheckResult anthropic(int status, JsonNode error) {
    String message = error.path("message").asString("");
    String detail = error.path("details").path("error_code").asString("");
    if (detail.equals("organization_on_hold")) {
      return new KeyCheckResult.Rejected(
          "Anthropic has put this key's organization on hold. Its owner can appeal in Anthropic's"
              + " console.");
    }
    if (detail.equals("claude_code_key_creator_not_member")) {
      return new KeyCheckResult.Rejected(
          "Whoever made this key has left its organization. Make a new one in Anthropic's console.");
    }
    if (message.startsWith("CORS requests are not allowed")) {
      return new KeyCheckResult.Unreachable(
          "Anthropic took this for a request of a web browser, so a proxy in between adds an Origin"
              + " header. It says nothing about the key.");
    }
    if (status == 402 || message.startsWith("Your credit balance is too low")) {
      return new KeyCheckResult.Rejected(
          "Anthropic knows this key but reports a problem with its billing. Solve it in Anthropic's"
              + " console, then save the key again.");
    }
    return switch (status) {
      case 401 ->
          new KeyCheckResult.Rejected(
              "Anthropic does not accept this key: it is mistyped, disabled, expired or deleted."
                  + " Copy it again, or make a new one in Anthropic's console.");
      case 403 ->
          new KeyCheckResult.Restricted("Anthropic accepts this key, but it may not list models.");
      default -> unclear(Provider.ANTHROPIC, status);
    };
  }

  private static KeyCheckResult openAi(int status, JsonNode error) {
    String message = error.path("message").asString("").toLowerCase(Locale.ROOT);
    if ((status == 401 || status == 403)
        && (message.contains("missing scopes") || message.contains("insufficient permissions"))) {
      return new KeyCheckResult.Restricted(
          "OpenAI accepts this key, but its permissions do not include listing models.");
    }
    if (status == 402) {
      return new KeyCheckResult.Rejected(
          "OpenAI knows this key but reports a problem with its billing. Solve it in OpenAI's"
              + " console, then save the key again.");
    }
    if (status == 401 && message.contains("member of an organization")) {
      return new KeyCheckResult.Rejected(
          "Whoever made this key is no member of its organization. Make a new one in OpenAI's"
              + " console.");
    }
    if (message.contains("ip not authorized")) {
      return new KeyCheckResult.Rejected(
          "OpenAI does not accept this key from this machine's IP address. Allow the address in"
              + " OpenAI's console.");
    }
    return switch (status) {
      case 401 ->
          new KeyCheckResult.Rejected(
              "OpenAI does not accept this key: it is mistyped, disabled or deleted. Copy it again,"
                  + " or make a new one in OpenAI's console.");
      case 403 ->
          new KeyCheckResult.Rejected(
              "OpenAI refuses this key from here: its project, or this machine's country, is not"
                  + " allowed.");
      default -> unclear(Provider.OPENAI, status);
    };
  }

  private static KeyCheckResult unclear(Provider provider, int status) {
    return new KeyCheckResult.Unreachable(
        provider.displayName()
            + " did not understand the question (HTTP status "
            + status
            + "), so it says nothing about the key.");
  }

  private static JsonNode error(byte[] body) {
    try {
      return JsonMapper.shared().readTree(body).path("error");
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    }
  }
}
