package dev.purser.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** A text's length in the form in which the model reads it. */
class NormalFormTest {
  private static long bytes(String json) {
    return NormalForm.bytes(json.getBytes(UTF_8));
  }

  private static int normalized(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKC).getBytes(UTF_8).length;
  }

  @Test
  void plainTextIsAsLongAsItIs() {
    assertThat(bytes("{\"a\":\"b\\n\\\\u\"}")).isEqualTo(14);
    assertThat(bytes("\"Grüße — 漢字 한국어 →\"")).isEqualTo(normalized("\"Grüße — 漢字 한국어 →\""));
  }

  @Test
  void whatGrowsIsAsLongAsItGrows() {
    assertThat(bytes("\"\uFDFA\"")).isEqualTo(2 + 33);
    assertThat(bytes("\"\\uFDFA\"")).isEqualTo(2 + 33);
    assertThat(bytes("\"\\\\uFDFA\"")).isEqualTo(9);
    assertThat(bytes("\"½\"")).isEqualTo(2 + 5);
    assertThat(bytes("\uFDFA".repeat(1_000_000))).isEqualTo(33_000_000);
  }

  @Test
  void noCharacterGrowsMoreThanTheMost() {
    assertThat(
            IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(point -> Character.isDefined(point) && !isSurrogate(point))
                .mapToObj(Character::toString)
                .filter(character ->
                    normalized(character)
                        > NormalForm.MAX_GROWTH * character.getBytes(UTF_8).length))
        .isEmpty();
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  /** Over texts of what composes, what decomposes and what stands beside it, raw and escaped. */
  @Test
  void noTextIsLongerInNormalFormThanIsSaid() {
    List<String> parts =
        List.of(
            "a",
            "e",
            "n",
            "\\n",
            "\\\\",
            "\\u0065",
            "\u0301",
            "\u0323",
            "\u0308",
            "é",
            "ﬁ",
            "\uFDFA",
            "\\ufdfa",
            "\\u0301",
            "½",
            "™",
            "각",
            "\u1100",
            "\u1161",
            "\u11A8",
            "漢",
            "Å",
            "…",
            "😀",
            "\\ud83d\\ude00",
            "\\ud800",
            "\u0958",
            "\u1E9B\u0323",
            "\u212B",
            " ",
            "\u3000");
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      StringBuilder json = new StringBuilder("\"");
      for (int i = random.nextInt(12); i >= 0; i--) {
        json.append(parts.get(random.nextInt(parts.size())));
      }
      json.append('"');
      String text = JsonMapper.shared().readTree(json.toString().getBytes(UTF_8)).stringValue();
      assertThat(bytes(json.toString()))
          .as(json.toString())
          .isGreaterThanOrEqualTo(normalized(text));
    }
  }

  @Test
  void aRunThatIsLongerThanAnyTextIsBoundedTooAndInLittleTime() {
    byte[] body = new byte[30_000_000];
    byte[] character = "漢".getBytes(UTF_8);
    for (int at = 0; at < body.length; at += character.length) {
      System.arraycopy(character, 0, body, at, character.length);
    }
    assertThat(NormalForm.bytes(body)).isGreaterThanOrEqualTo(body.length);
    Arrays.fill(body, (byte) 'a');
    assertThat(NormalForm.bytes(body)).isEqualTo(body.length);
  }
}
