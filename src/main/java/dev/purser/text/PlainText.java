package dev.purser.text;

import java.util.Optional;

/**
 * A text that can be stored and seen as it is: no control characters (PostgreSQL takes no NUL), no
 * half of a surrogate pair, and nothing that is invisible or changes the direction of writing, with
 * which two texts look alike that are not.
 *
 * <p>People's and callers' texts are refused if they are not plain. Providers' texts cannot be
 * refused, since their calls have been made: {@link #of} makes them plain. All that the ledger is
 * given from outside has passed it.
 */
public final class PlainText {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int EMOJI_STYLE = 0xFE0F;

  private PlainText() {}

  /** Whether a text is plain. */
  public static boolean is(String text) {
    return firstHidden(text) == text.length();
  }

  /** The first character that keeps a text from being plain, by number and name; empty if none. */
  public static Optional<String> hiddenIn(String text) {
    int at = firstHidden(text);
    if (at == text.length()) {
      return Optional.empty();
    }
    int point = text.codePointAt(at);
    String name = Character.getName(point);
    return Optional.of("U+%04X".formatted(point) + (name == null ? "" : " (" + name + ")"));
  }

  /**
   * A text made plain: with a replacement character (U+FFFD) for each that is not, and cut to a
   * length.
   */
  public static String of(String text, int mostCharacters) {
    int end = text.length();
    if (end > mostCharacters) {
      boolean insidePair =
          Character.isHighSurrogate(text.charAt(mostCharacters - 1))
              && Character.isLowSurrogate(text.charAt(mostCharacters));
      end = insidePair ? mostCharacters - 1 : mostCharacters;
    }
    String cut = text.substring(0, end);
    if (is(cut)) {
      return cut;
    }
    StringBuilder plain = new StringBuilder(end);
    int before = 0;
    for (int at = 0; at < end; ) {
      int point = cut.codePointAt(at);
      plain.appendCodePoint(isHidden(point, before) ? REPLACEMENT : point);
      before = point;
      at += Character.charCount(point);
    }
    return plain.toString();
  }

  private static int firstHidden(String text) {
    int before = 0;
    for (int at = 0; at < text.length(); ) {
      int point = text.codePointAt(at);
      if (isHidden(point, before)) {
        return at;
      }
      before = point;
      at += Character.charCount(point);
    }
    return text.length();
  }

  /**
   * Whether a character cannot be stored or seen.
   *
   * @param before the one in front of it; 0 at the start
   */
  private static boolean isHidden(int point, int before) {
    if (point < 0x7F) {
      return point < ' ';
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default ->
          isInvisible(point) && !(point == EMOJI_STYLE && Character.isExtendedPictographic(before));
    };
  }

  /** What Unicode calls ignorable by default, as far as its category does not say so. */
  private static boolean isInvisible(int point) {
    return point == 0x034F
        || point == 0x115F
        || point == 0x1160
        || point == 0x17B4
        || point == 0x17B5
        || (point >= 0x180B && point <= 0x180F)
        || point == 0x3164
        || (point >= 0xFE00 && point <= 0xFE0F)
        || point == 0xFFA0
        || (point >= 0xE0000 && point <= 0xE0FFF);
  }
}
