package dev.purser.api;

import dev.purser.text.PlainText;

/** What a text from outside must be before it goes anywhere. */
final class Texts {
  private static final int SHOWN_CHARACTERS = 60;

  private Texts() {}

  /** The text, if it is no longer than that and every character can be stored and shown. */
  static String checked(String field, String text, int mostCharacters) {
    if (text.length() > mostCharacters) {
      throw JsonBody.invalid(field, "must have at most " + mostCharacters + " characters");
    }
    String hidden = PlainText.hiddenIn(text).orElse(null);
    if (hidden != null) {
      throw JsonBody.invalid(field, "must not have a character that cannot be seen: " + hidden);
    }
    return text;
  }

  /** Part of a name that somebody sent, fit for an error message. */
  static String shown(String name) {
    String part = name.length() <= SHOWN_CHARACTERS ? name : name.substring(0, SHOWN_CHARACTERS);
    return PlainText.is(part) ? part : "…";
  }
}
