package dev.purser;

import dev.purser.sandbox.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * What the demo's providers saw of tagged calls: a line for each, written to a file before its
 * answer begins. The file outlives the process, as a real provider's books would, so that after
 * {@code kill -9} they can be held against Purser's own.
 */
final class ProviderNotes {
  private static final String FILE = "providers-saw";

  private final FileChannel file;
  private final Map<String, Long> byTag = new HashMap<>();

  private ProviderNotes(FileChannel file) {
    this.file = file;
  }

  /** Reads what an earlier process noted in this directory, and goes on from there. */
  static ProviderNotes in(Path directory) {
    Path path = directory.resolve(FILE);
    try {
      ProviderNotes notes =
          new ProviderNotes(
              FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
      Files.readAllLines(path).forEach(notes::count);
      return notes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes a call that a provider has to answer; who asks its token counter pays nothing. */
  synchronized void note(Seen call) {
    String tag = call.tag();
    if (tag == null || call.path().endsWith("_tokens")) {
      return;
    }
    try {
      file.write(ByteBuffer.wrap((tag + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    count(tag);
  }

  /** How many calls with this tag reached a provider. */
  synchronized long with(String tag) {
    return byTag.getOrDefault(tag, 0L);
  }

  private void count(String tag) {
    byTag.merge(tag, 1L, Long::sum);
  }
}
