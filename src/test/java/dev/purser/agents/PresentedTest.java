package dev.purser.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.agents.Presented.Mishap;
import dev.purser.people.Credential;
import dev.purser.pricing.Provider;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
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

  @Test
  void whatStandsAroundAKeyIsTold() {
    String key = Credential.make(Credential.Kind.VIRTUAL_KEY, random).reveal();
    assertThat(Map.of("\"" + key + "\"", Mishap.QUOTES, "'" + key, Mishap.QUOTES))
        .allSatisfy(PresentedTest::isTold);
    assertThat(Map.of("<" + key + ">", Mishap.QUOTES, "\u201c" + key + "\u201d", Mishap.QUOTES))
        .allSatisfy(PresentedTest::isTold);
    assertThat(
            Map.of("Bearer " + key, Mishap.ANOTHER_BEARER, "bearer\t" + key, Mishap.ANOTHER_BEARER))
        .allSatisfy(PresentedTest::isTold);
    assertThat(
            Map.of(
                "VIRTUAL_KEY=" + key, Mishap.WHOLE_LINE,
                "export KEY=\"" + key + "\"", Mishap.WHOLE_LINE,
                "x-api-key: " + key, Mishap.WHOLE_LINE))
        .allSatisfy(PresentedTest::isTold);
    assertThat(
            Map.of(
                "$VIRTUAL_KEY", Mishap.VARIABLE,
                "${VIRTUAL_KEY}", Mishap.VARIABLE,
                "%VIRTUAL_KEY%", Mishap.VARIABLE,
                "ANTHROPIC_API_KEY", Mishap.VARIABLE))
        .allSatisfy(PresentedTest::isTold);
    assertThat(
            Map.of(
                "psr_\u2026",
                Mishap.MASKED,
                key.substring(0, 9) + "..." + key.substring(49),
                Mishap.MASKED,
                key.substring(0, 20) + " " + key.substring(20),
                Mishap.WHITE_SPACE,
                key + "\u200b",
                Mishap.WHITE_SPACE))
        .allSatisfy(PresentedTest::isTold);
    assertThat(Presented.withoutBearer(key)).isEqualTo(new Presented.Mispasted(Mishap.NO_BEARER));
    assertThat(Presented.withoutBearer("Bearer")).isEqualTo(new Presented.Nothing());
    // Too long to be any of it, and not looked at for long.
    assertThat(Presented.read("\"" + "a".repeat(60_000))).isEqualTo(new Presented.Unknown());
  }

  private static void isTold(String presented, Mishap mishap) {
    assertThat(Presented.read(presented)).isEqualTo(new Presented.Mispasted(mishap));
    // As a header that was written in UTF-8 is read.
    String bytes =
        new String(presented.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(Presented.read(bytes)).isEqualTo(new Presented.Mispasted(mishap));
  }
}
