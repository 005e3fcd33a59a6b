package dev.purser.api;

/** What a text from outside must be before it goes anywhere. */
final class Texts {
  private static final int SHOWN_CHARACTERS = 60;

  private Texts() {}

  /** The text, if it is no longer than that and every character can be stored and shown. */
  static String checked(String field, String text, int mostCharacters) {
    if (text.length() > mostCharacters) {
      throw JsonBody.invalid(field, "must have at most " + mostCharacters + " characters");
    }
    if (!isPlain(text)) {
      throw JsonBody.invalid(field, "must not have control characters");
    }
    return text;
  }

  /** Whether it has neither control characters nor half a character pair. */
  static boolean isPlain(String text) {
    return text.codePoints()
        .noneMatch(point ->
            Character.isISOControl(point)
                || Character.getType(point) == Character.SURROGATE
                || Character.getType(point) == Character.LINE_SEPARATOR
                || Character.getType(point) == Character.PARAGRAPH_SEPARATOR);
  }

  /** Part of a name that somebody sent, fit for an error message. */
  static String shown(String name) {
    String part = name.length() <= SHOWN_CHARACTERS ? name : name.substring(0, SHOWN_CHARACTERS);
    return isPlain(part) ? part : "…";
  }
}
