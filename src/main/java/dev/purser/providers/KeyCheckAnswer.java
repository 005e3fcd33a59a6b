package dev.purser.providers;

import dev.purser.pricing.Provider;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What an answer other than a success says about the key that was sent, to a check of the key or to
 * a call. A key is rejected only by an answer that is about the key: one about what the key may do,
 * where the request came from or what else it named says nothing against it. Told in Purser's own
 * words: a provider's may quote a part of the key.
 */
public final class KeyCheckAnswer {
  private static final Pattern REGIONAL_HOST =
      Pattern.compile("\\b[a-z]{2}\\.api\\.openai\\.com\\b");

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
    String lower = message.toLowerCase(Locale.ROOT);
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
      return new KeyCheckResult.NotAboutKey(
          "Anthropic took this for a request of a web browser, so a proxy in between adds an Origin"
              + " header. It says nothing about the key.");
    }
    if (status == 402 || message.startsWith("Your credit balance is too low")) {
      return new KeyCheckResult.Rejected(
          "Anthropic knows this key but reports a problem with its billing. Solve it in Anthropic's"
              + " console, then save the key again.");
    }
    if ((status == 401 || status == 403) && lower.contains("ip address")) {
      return addressNotAllowed(Provider.ANTHROPIC);
    }
    String type = error.path("type").asString("");
    return switch (status) {
      case 401 ->
          type.equals("authentication_error") || saysTheKey(lower)
              ? new KeyCheckResult.Rejected(
                  "Anthropic does not accept this key: it is mistyped, disabled, expired or"
                      + " deleted. Copy it again, or make a new one in Anthropic's console.")
              : unclear(Provider.ANTHROPIC, status);
      case 403 ->
          new KeyCheckResult.Restricted("Anthropic accepts this key, but it may not list models.");
      default -> unclear(Provider.ANTHROPIC, status);
    };
  }

  private static KeyCheckResult openAi(int status, JsonNode error) {
    String message = error.path("message").asString("").toLowerCase(Locale.ROOT);
    if (status == 402) {
      return new KeyCheckResult.Rejected(
          "OpenAI knows this key but reports a problem with its billing. Solve it in OpenAI's"
              + " console, then save the key again.");
    }
    if (status != 401 && status != 403) {
      return unclear(Provider.OPENAI, status);
    }
    // The code decides. Some answers have none, and older ones say the same in words alone.
    return switch (openAiCode(error, message)) {
      case "missing_scope" ->
          new KeyCheckResult.Restricted(
              "OpenAI accepts this key, but its permissions do not include listing models.");
      case "incorrect_hostname" -> otherRegion(message);
      case "ip_not_authorized" -> addressNotAllowed(Provider.OPENAI);
      case "unsupported_country_region_territory" ->
          new KeyCheckResult.NotAboutKey(
              "OpenAI does not serve the country that this machine calls from. It says nothing"
                  + " about the key.");
      case "mismatched_organization",
          "mismatched_project",
          "invalid_organization",
          "invalid_project" ->
          new KeyCheckResult.NotAboutKey(
              "OpenAI was asked for an organization or a project that this key does not belong to,"
                  + " so a proxy in between adds a header that names one. It says nothing about"
                  + " the key.");
      case "no_organization" ->
          new KeyCheckResult.Rejected(
              "Whoever made this key is no member of its organization. Make a new one in OpenAI's"
                  + " console.");
      case "account_deactivated" ->
          new KeyCheckResult.Rejected(
              "OpenAI has deactivated the account of this key. Its owner can write to OpenAI's"
                  + " support.");
      case "invalid_api_key" ->
          new KeyCheckResult.Rejected(
              "OpenAI does not accept this key: it is mistyped, disabled or deleted. Copy it again,"
                  + " or make a new one in OpenAI's console.");
      default -> unclear(Provider.OPENAI, status);
    };
  }

  /** What OpenAI calls its reason, or would call it; empty if neither code nor words are known. */
  private static String openAiCode(JsonNode error, String message) {
    String code = error.path("code").asString("");
    if (!code.isEmpty()) {
      return code;
    }
    if (message.contains("missing scopes") || message.contains("insufficient permissions")) {
      return "missing_scope";
    }
    if (message.contains("regional hostname")) {
      return "incorrect_hostname";
    }
    if (message.contains("ip not authorized") || message.contains("ip address")) {
      return "ip_not_authorized";
    }
    if (message.startsWith("country, region")) {
      return "unsupported_country_region_territory";
    }
    if (message.startsWith("openai-organization") || message.startsWith("openai-project")) {
      return "mismatched_organization";
    }
    if (message.contains("member of an organization")) {
      return "no_organization";
    }
    return message.startsWith("incorrect api key")
            || message.startsWith("invalid api key")
            || message.startsWith("you didn't provide an api key")
        ? "invalid_api_key"
        : "";
  }

  private static KeyCheckResult otherRegion(String message) {
    Matcher region = REGIONAL_HOST.matcher(message);
    return new KeyCheckResult.NotAboutKey(
        "OpenAI serves this key's project at the address of a region. Set "
            + setting(Provider.OPENAI)
            + " to "
            + (region.find()
                ? "https://" + region.group()
                : "it, such as https://eu.api.openai.com")
            + " and start Purser again. It says nothing against the key.");
  }

  private static KeyCheckResult addressNotAllowed(Provider provider) {
    String name = provider.displayName();
    return new KeyCheckResult.NotAboutKey(
        name
            + " does not take this key from this machine's IP address. Allow the address in "
            + name
            + "'s console. It says nothing else about the key.");
  }

  /** Whether an error is about the key itself: {@code invalid x-api-key}, for one. */
  private static boolean saysTheKey(String message) {
    return message.contains("api key") || message.contains("api-key");
  }

  private static KeyCheckResult unclear(Provider provider, int status) {
    return new KeyCheckResult.Unreachable(
        provider.displayName()
            + " refused the question (HTTP status "
            + status
            + ") for a reason that Purser does not know. It says nothing about the key.");
  }

  private static JsonNode error(byte[] body) {
    try {
      return JsonMapper.shared().readTree(body).path("error");
    } catch (JacksonException notJson) {
      return MissingNode.getInstance();
    }
  }
}
