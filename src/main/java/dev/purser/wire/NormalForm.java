package dev.purser.wire;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * How long a body's texts are in the Unicode normal form NFKC, in which Anthropic's models read
 * them. It replaces a character by plainer ones, of which there may be many: the ligature U+FDFA by
 * eighteen.
 */
public final class NormalForm {
  /** No character becomes more than 11 times as many bytes of UTF-8. */
  static final int MAX_GROWTH = 11;

  /** A longer run of other characters than ASCII counts as if each grew the most. */
  private static final int MAX_RUN = 16 * 1024;

  private static final int ESCAPE_LENGTH = 6;

  private NormalForm() {}

  /**
   * At least the bytes of UTF-8 that all texts of a JSON body have in normal form, its structure
   * counted too.
   *
   * <p>No character of ASCII is changed by what stands before it, and with what follows it can only
   * become shorter. So the runs of other characters between them are normalized one by one.
   */
  public static long bytes(byte[] json) {
    long sum = 0;
    int at = 0;
    while (at < json.length) {
      if (isOther(json, at)) {
        int end = endOfRun(json, at);
        sum += bytes(json, at, end);
        at = end;
      } else if (json[at] == '\\' && at + 1 < json.length) {
        sum += 2;
        at += 2;
      } else {
        sum++;
        at++;
      }
    }
    return sum;
  }

  private static boolean isOther(byte[] json, int at) {
    return json[at] < 0 || isEscape(json, at);
  }

  private static boolean isEscape(byte[] json, int at) {
    return json[at] == '\\' && at + ESCAPE_LENGTH <= json.length && json[at + 1] == 'u';
  }

  private static int endOfRun(byte[] json, int from) {
    int at = from;
    while (at < json.length && isOther(json, at)) {
      at += json[at] < 0 ? 1 : ESCAPE_LENGTH;
    }
    return at;
  }

  private static long bytes(byte[] json, int from, int to) {
    if (to - from > MAX_RUN) {
      return (long) (to - from) * MAX_GROWTH;
    }
    StringBuilder run = new StringBuilder(to - from);
    int at = from;
    while (at < to) {
      if (json[at] == '\\') {
        run.append((char) Integer.parseInt(ascii(json, at + 2, at + ESCAPE_LENGTH), 16));
        at += ESCAPE_LENGTH;
      } else {
        int start = at;
        while (at < to && json[at] < 0) {
          at++;
        }
        run.append(new String(json, start, at - start, StandardCharsets.UTF_8));
      }
    }
    return utf8(Normalizer.normalize(run, Normalizer.Form.NFKC));
  }

  private static String ascii(byte[] json, int from, int to) {
    return new String(json, from, to - from, StandardCharsets.US_ASCII);
  }

  private static long utf8(String text) {
    return text.codePoints()
        .mapToLong(point -> point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
        .sum();
  }
}
