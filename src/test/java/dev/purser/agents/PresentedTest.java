package dev.purser.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.people.Credential;
import dev.purser.pricing.Provider;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class PresentedTest {
  private final SecureRandom random = new SecureRandom();

  @Test
  void whateverIsPresentedIsToldByItsForm() {
    String key = Credential.make(Credential.Kind.VIRTUAL_KEY, random).reveal();
    String token = Credential.make(Credential.Kind.ACCESS_TOKEN, random).reveal();

    assertThat(Presented.read(key)).isEqualTo(new Presented.VirtualKey(Credential.hash(key)));
    assertThat(Presented.read(key.substring(0, 52))).isEqualTo(new Presented.Mistyped());
    assertThat(Presented.read("psr_")).isEqualTo(new Presented.Mistyped());
    assertThat(Presented.read(token)).isEqualTo(new Presented.AccessToken());
    assertThat(Presented.read("sk-ant-api03-test-0123"))
        .isEqualTo(new Presented.ProviderKey(Provider.ANTHROPIC));
    assertThat(Presented.read("sk-proj-test-0123"))
        .isEqualTo(new Presented.ProviderKey(Provider.OPENAI));
    assertThat(Presented.read("something else")).isEqualTo(new Presented.Unknown());
    assertThat(Presented.read(null)).isEqualTo(new Presented.Nothing());
    assertThat(Presented.read("  ")).isEqualTo(new Presented.Nothing());
  }
}
