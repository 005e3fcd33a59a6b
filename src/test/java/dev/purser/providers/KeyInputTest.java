package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyInputTest {
  @ParameterizedTest
  @CsvSource({
    "ANTHROPIC, sk-ant-api03-test-0123456789abcdef",
    "OPENAI,    sk-proj-test-0123456789abcdef",
    "OPENAI,    sk-svcacct-test-0123456789abcdef",
    "OPENAI,    sk-test0123456789abcdef",
  })
  void aKeyIsTakenWithoutTheWhiteSpaceAroundIt(Provider provider, String key) {
    assertThat(KeyInput.recognise(provider, " \t" + key + "\r\n"))
        .isEqualTo(new KeyInput.Plausible(Secret.of(key)));
  }

  /** Each mistake with a word of the sentence that tells it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "ANTHROPIC | ~   ~                                     | Nothing",
        "ANTHROPIC | sk-proj-test-0123456789abcdef             | OpenAI",
        "OPENAI    | sk-ant-api03-test-0123456789abcdef        | Anthropic",
        "ANTHROPIC | psr_0123456789abcdef                      | virtual key",
        "OPENAI    | psr_0123456789abcdef                      | virtual key",
        "OPENAI    | pst_0123456789abcdef                      | access token",
        "ANTHROPIC | sk-ant-oat01-test-0123456789abcdef        | OAuth",
        "OPENAI    | sk-ant-oat01-test-0123456789abcdef        | OAuth",
        "ANTHROPIC | sk-ant-admin01-test-0123456789abcdef      | admin key",
        "OPENAI    | sk-admin-test-0123456789abcdef            | admin key",
        "ANTHROPIC | ANTHROPIC_API_KEY=sk-ant-api03-test-0123  | NAME=value",
        "ANTHROPIC | export ANTHROPIC_API_KEY=\"sk-ant-test\"  | NAME=value",
        "OPENAI    | OPENAI_API_KEY = sk-test-0123456789abcdef | NAME=value",
        "OPENAI    | Authorization: Bearer sk-test-0123456789  | header",
        "OPENAI    | Bearer sk-test-0123456789abcdef           | header",
        "ANTHROPIC | x-api-key: sk-ant-api03-test-0123456789   | header",
        "OPENAI    | \"sk-test-0123456789abcdef\"              | quotation",
        "OPENAI    | ‘sk-test-0123456789abcdef’                | quotation",
        "ANTHROPIC | sk-ant-…cdef                              | masked",
        "OPENAI    | sk-proj-****cdef                          | masked",
        "ANTHROPIC | sk-ant-api03-test 0123456789abcdef        | white space",
        "ANTHROPIC | sk-ant-api03-tеst-0123456789abcdef        | foreign",
        "ANTHROPIC | 0123456789abcdef                          | sk-ant-",
      })
  void aMistakenInputIsRecognisedAndSaidSo(Provider provider, String input, String word) {
    assertThat(reason(provider, input)).contains(word).doesNotContain("0123456789");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-test-01234\n56789abcdef",
        "sk-test-01234\u000056789abcdef",
        "sk-test-01234\u200b56789abcdef"
      })
  void whatCannotBeSeenWithinAKeyIsNoticed(String input) {
    assertThat(reason(Provider.OPENAI, input)).contains("invisible");
  }

  @ParameterizedTest
  @ValueSource(ints = {513, 100_000})
  void whatIsLongerThanAnyKeyIsNotSentToAProvider(int length) {
    assertThat(reason(Provider.OPENAI, "sk-" + "a".repeat(length - 3))).contains("longer");
  }

  private static String reason(Provider provider, String input) {
    return switch (KeyInput.recognise(provider, input)) {
      case KeyInput.Mistaken mistaken -> mistaken.reason();
      case KeyInput.Plausible plausible -> throw new AssertionError("taken: " + plausible);
    };
  }
}
