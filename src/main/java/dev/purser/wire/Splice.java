package dev.purser.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * A change of a body's bytes that leaves all others untouched.
 *
 * @param start of the bytes that are replaced; an insertion has {@code start == end}
 */
public record Splice(int start, int end, String replacement) {

  /** The same array if there is nothing to change. Splices at one place keep their order. */
  public static byte[] apply(byte[] body, List<Splice> splices) {
    if (splices.isEmpty()) {
      return body;
    }
    ByteArrayOutputStream changed = new ByteArrayOutputStream(body.length + 256);
    int from = 0;
    for (Splice splice : splices.stream().sorted(Comparator.comparingInt(Splice::start)).toList()) {
      changed.write(body, from, splice.start - from);
      changed.writeBytes(splice.replacement.getBytes(StandardCharsets.UTF_8));
      from = splice.end;
    }
    changed.write(body, from, body.length - from);
    return changed.toByteArray();
  }
}
