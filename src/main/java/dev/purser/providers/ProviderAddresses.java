package dev.purser.providers;

import dev.purser.config.Settings;
import dev.purser.pricing.Provider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/**
 * Where the providers are, without {@code /v1} and without a slash at the end. Never taken from a
 * request.
 */
public record ProviderAddresses(URI anthropic, URI openAi) {
  public static final Set<String> NAMES = Set.of("PURSER_ANTHROPIC_URL", "PURSER_OPENAI_URL");

  public static ProviderAddresses of(Settings settings) {
    return new ProviderAddresses(
        address(settings, "PURSER_ANTHROPIC_URL", "https://api.anthropic.com"),
        address(settings, "PURSER_OPENAI_URL", "https://api.openai.com"));
  }

  public URI of(Provider provider) {
    return switch (provider) {
      case ANTHROPIC -> anthropic;
      case OPENAI -> openAi;
    };
  }

  private static URI address(Settings settings, String name, String byDefault) {
    String text = settings.text(name, byDefault);
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    if (text.endsWith("/v1")) {
      throw new Settings.InvalidSetting(name + " is written without /v1 at its end");
    }
    try {
      URI uri = new URI(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (web
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException notAnAddress) {
      // said below
    }
    throw new Settings.InvalidSetting(
        name + " must be an address such as " + byDefault + ", without user, query or fragment");
  }
}
