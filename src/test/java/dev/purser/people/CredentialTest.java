package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CredentialTest {
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final SecureRandom random = new SecureRandom();

  @ParameterizedTest
  @EnumSource
  void allHaveOneLengthAndOnlyTheFormOfTheirKind(Credential.Kind kind) {
    for (int i = 0; i < 1_000; i++) {
      String text = Credential.make(kind, random).reveal();
      assertThat(text).matches(kind.prefix() + "[0-9A-Za-z]{49}");
      for (Credential.Kind other : Credential.Kind.values()) {
        assertThat(Credential.wellFormed(other, text)).isEqualTo(other == kind);
      }
    }
  }

  @Test
  void everySingleWrongCharacterIsNoticed() {
    String text = make();
    for (int i = 0; i < text.length(); i++) {
      for (int j = 0; j < ALPHABET.length(); j++) {
        char wrong = ALPHABET.charAt(j);
        if (wrong != text.charAt(i)) {
          assertThat(wellFormed(text.substring(0, i) + wrong + text.substring(i + 1))).isFalse();
        }
      }
    }
  }

  @Test
  void everySwappedPairAndEveryMissingOrDoubledCharacterIsNoticed() {
    for (int n = 0; n < 50; n++) {
      String text = make();
      for (int i = 0; i + 1 < text.length(); i++) {
        char a = text.charAt(i);
        char b = text.charAt(i + 1);
        if (a != b) {
          assertThat(wellFormed(text.substring(0, i) + b + a + text.substring(i + 2))).isFalse();
        }
        assertThat(wellFormed(text.substring(0, i) + text.substring(i + 1))).isFalse();
        assertThat(wellFormed(text.substring(0, i + 1) + text.substring(i))).isFalse();
      }
    }
  }

  @Test
  void noTwoAreAlikeAndTheHashIsSha256OfTheWholeText() {
    Set<String> hashes = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      hashes.add(Credential.hash(make()));
    }
    assertThat(hashes).hasSize(1_000);
    assertThat(Credential.hash("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void arbitraryTextsAreNoCredentials() {
    for (String text :
        new String[] {"", "psr_", "psr_" + "0".repeat(49), "…", "psr_\uD83D\uDE00"}) {
      assertThat(wellFormed(text)).as(text).isFalse();
    }
  }

  private String make() {
    return Credential.make(Credential.Kind.VIRTUAL_KEY, random).reveal();
  }

  private static boolean wellFormed(String text) {
    return Credential.wellFormed(Credential.Kind.VIRTUAL_KEY, text);
  }
}
