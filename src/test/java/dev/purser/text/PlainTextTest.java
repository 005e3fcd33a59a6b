package dev.purser.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gpt-4o",
        "Zoë's bot",
        "数据代理",
        "وكيل البيانات",
        "एजेंट",
        "\u2764\ufe0f of the team",
        "\ud83e\udd16 builder",
        "\ufffd"
      })
  void whatPeopleWriteIsPlain(String text) {
    assertThat(PlainText.is(text)).isTrue();
    assertThat(PlainText.of(text, 100)).isEqualTo(text);
    assertThat(PlainText.hiddenIn(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\0b",
        "a\nb",
        "a\u007fb",
        "a\u00adb",
        "a\u061cb",
        "a\u200bb",
        "a\u200db",
        "a\u200eb",
        "a\u202eb",
        "a\u2060b",
        "a\u2069b",
        "a\u2029b",
        "a\ufeffb",
        "a\ufe0fb",
        "1\ufe0f",
        "\ufe0f",
        "a\ud800b",
        "a\udfffb",
        "a\udb40\udc20b",
        "a\u034fb",
        "a\uffa0b"
      })
  void whatCannotBeSeenOrStoredIsNotPlainAndIsReplaced(String text) {
    assertThat(PlainText.is(text)).isFalse();
    assertThat(PlainText.hiddenIn(text)).isPresent();
    String plain = PlainText.of(text, 100);
    assertThat(PlainText.is(plain)).isTrue();
    assertThat(plain).contains("\ufffd");
  }

  @Test
  void aTextIsNeverCutInsideACharacter() {
    assertThat(PlainText.of("ab\ud83e\udd16", 3)).isEqualTo("ab");
    assertThat(PlainText.of("ab\ud83e\udd16", 4)).isEqualTo("ab\ud83e\udd16");
    assertThat(PlainText.of("abcd", 2)).isEqualTo("ab");
  }
}
