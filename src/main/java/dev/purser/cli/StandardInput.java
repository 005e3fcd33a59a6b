package dev.purser.cli;

import dev.purser.secret.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** How a command is given a secret, which never stands on a command line. */
final class StandardInput {
  /** Far above the longest password or API key. */
  private static final int MAX_BYTES = 4_096;

  private StandardInput() {}

  /**
   * The first line of what is given.
   *
   * @param what it is, for the error
   */
  static Secret secret(InputStream in, String what) {
    try {
      byte[] line = firstLine(in);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      return Secret.of(text.lines().findFirst().orElse(""));
    } catch (CharacterCodingException e) {
      throw new CommandFailure("the " + what + " on standard input is not UTF-8");
    } catch (IOException e) {
      throw new CommandFailure("the " + what + " cannot be read from standard input");
    }
  }

  /** Up to the line's end and no further: whoever types it does not have to end the input, too. */
  private static byte[] firstLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n' && line.size() < MAX_BYTES) {
      line.write(next);
      next = in.read();
    }
    return line.toByteArray();
  }
}
