package dev.purser.providers;

import dev.purser.config.Settings;
import dev.purser.pricing.Provider;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the providers are, without {@code /v1} and without a slash at the end. Never taken from a
 * request.
 *
 * @param openAiRegion whose prices hold at OpenAI's address; null if those of no region do
 */
public record ProviderAddresses(URI anthropic, URI openAi, @Nullable String openAiRegion) {
  private static final String OPENAI_REGION = "PURSER_OPENAI_REGION";

  public static final Set<String> NAMES =
      Set.of("PURSER_ANTHROPIC_URL", "PURSER_OPENAI_URL", OPENAI_REGION);

  /** Where OpenAI is asked to compute: {@code eu.api.openai.com}. */
  private static final Pattern REGIONAL_HOST = Pattern.compile("([a-z]{2,8})\\.api\\.openai\\.com");

  private static final Pattern REGION = Pattern.compile("[a-z]{2,8}");
  private static final String NO_REGION = "none";

  /** Addresses of no region. */
  public ProviderAddresses(URI anthropic, URI openAi) {
    this(anthropic, openAi, /* openAiRegion= */ null);
  }

  public static ProviderAddresses of(Settings settings) {
    URI openAi = address(settings, "PURSER_OPENAI_URL", "https://api.openai.com");
    return new ProviderAddresses(
        address(settings, "PURSER_ANTHROPIC_URL", "https://api.anthropic.com"),
        openAi,
        openAiRegion(settings, openAi));
  }

  /** The region whose prices hold there; null if those of no region do. */
  public @Nullable String region(Provider provider) {
    return switch (provider) {
      case ANTHROPIC -> null;
      case OPENAI -> openAiRegion;
    };
  }

  /** As it is set, for an address that does not say it: that of a proxy. Else as the host says. */
  private static @Nullable String openAiRegion(Settings settings, URI address) {
    String region = settings.text(OPENAI_REGION, regionOfHost(address));
    if (!REGION.matcher(region).matches()) {
      throw new Settings.InvalidSetting(
          OPENAI_REGION + " must be a region such as eu or us, or " + NO_REGION);
    }
    return region.equals(NO_REGION) ? null : region;
  }

  private static String regionOfHost(URI address) {
    Matcher host = REGIONAL_HOST.matcher(address.getHost().toLowerCase(Locale.ROOT));
    return host.matches() ? host.group(1) : NO_REGION;
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
