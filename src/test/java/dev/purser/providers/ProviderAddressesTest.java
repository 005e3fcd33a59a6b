package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.config.Settings;
import dev.purser.pricing.Provider;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderAddressesTest {
  @Test
  void withoutSettingsTheyAreTheProvidersOwn() {
    ProviderAddresses addresses = ProviderAddresses.of(settings(Map.of()));

    assertThat(addresses.of(Provider.ANTHROPIC)).isEqualTo(URI.create("https://api.anthropic.com"));
    assertThat(addresses.of(Provider.OPENAI)).isEqualTo(URI.create("https://api.openai.com"));
  }

  @Test
  void anAddressMayHaveAPathAndLosesTheSlashAtItsEnd() {
    assertThat(
            ProviderAddresses.of(
                    settings(Map.of("PURSER_OPENAI_URL", "http://127.0.0.1:9000/openai/")))
                .openAi())
        .isEqualTo(URI.create("http://127.0.0.1:9000/openai"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.openai.com",
        "ftp://api.openai.com",
        "https://api.openai.com/v1",
        "https://api.openai.com/v1/",
        "https://user:password@api.openai.com",
        "https://api.openai.com?a=b",
        "https://api.openai.com#a",
        "https://api openai com",
      })
  void anAddressThatWillNotDoStopsTheStart(String address) {
    assertThatThrownBy(() -> ProviderAddresses.of(settings(Map.of("PURSER_OPENAI_URL", address))))
        .isInstanceOf(Settings.InvalidSetting.class)
        .hasMessageContaining("PURSER_OPENAI_URL")
        .hasMessageNotContaining("password");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "https://eu.api.openai.com         | null | eu",
        "https://us.api.openai.com/        | null | us",
        "https://EU.API.OPENAI.COM:443/x   | null | eu",
        "https://api.openai.com            | null | null",
        "https://eu.openai.example.com     | null | null",
        "https://x.eu.api.openai.com       | null | null",
        // A proxy in front of a regional address, and an address whose prices are the ordinary
        // ones.
        "http://127.0.0.1:9000             | eu   | eu",
        "https://eu.api.openai.com         | none | null",
        "https://eu.api.openai.com         | us   | us",
      })
  void theRegionIsAsItIsSetElseAsTheHostSays(
      String url, @Nullable String set, @Nullable String region) {
    Map<String, String> environment = new HashMap<>(Map.of("PURSER_OPENAI_URL", url));
    if (set != null) {
      environment.put("PURSER_OPENAI_REGION", set);
    }
    ProviderAddresses addresses = ProviderAddresses.of(settings(environment));
    assertThat(addresses.region(Provider.OPENAI)).isEqualTo(region);
    assertThat(addresses.region(Provider.ANTHROPIC)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EU", "eu-west-1", "e", "https://eu.api.openai.com"})
  void aRegionThatWillNotDoStopsTheStart(String region) {
    assertThatThrownBy(() -> ProviderAddresses.of(settings(Map.of("PURSER_OPENAI_REGION", region))))
        .isInstanceOf(Settings.InvalidSetting.class)
        .hasMessageContaining("PURSER_OPENAI_REGION");
  }

  private static Settings settings(Map<String, String> environment) {
    return Settings.read(
        environment, Path.of("none.properties"), ProviderAddresses.NAMES, Set.of());
  }
}
