package dev.purser.ledger;

import dev.purser.text.PlainText;
import org.jspecify.annotations.Nullable;

/** The door for texts from outside: what an entry is given passes it before it is kept. */
final class Texts {
  private static final int MAX_LENGTH = 200;

  private static final int MAX_SENTENCE_LENGTH = 500;

  private Texts() {}

  static String required(String text) {
    return PlainText.of(text, MAX_LENGTH);
  }

  static String sentence(String text) {
    return PlainText.of(text, MAX_SENTENCE_LENGTH);
  }

  static @Nullable String kept(@Nullable String text) {
    return text == null ? null : required(text);
  }
}
