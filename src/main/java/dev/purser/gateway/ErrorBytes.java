package dev.purser.gateway;

import dev.purser.pricing.Usage;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the body of an error beside its relay, and hands it over when it has come to its end: it
 * delays no byte. What is too long for an error, or was cut, is handed to nobody.
 */
final class ErrorBytes implements AnswerReader {
  /** Errors are small objects. */
  private static final int MOST_BYTES = 64 * 1024;

  private final AnswerReader reader;
  private final Consumer<byte[]> whole;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean unread;

  ErrorBytes(AnswerReader reader, Consumer<byte[]> whole) {
    this.reader = reader;
    this.whole = whole;
  }

  @Override
  public boolean mayWithhold() {
    return reader.mayWithhold();
  }

  @Override
  public byte[] read(byte[] chunk) {
    if (!unread && bytes.size() + chunk.length <= MOST_BYTES) {
      bytes.writeBytes(chunk);
    } else {
      passedOver();
    }
    return reader.read(chunk);
  }

  @Override
  public @Nullable Usage atMost() {
    return reader.atMost();
  }

  @Override
  public boolean nearlyOver() {
    return reader.nearlyOver();
  }

  @Override
  public void passedUnread() {
    passedOver();
    reader.passedUnread();
  }

  private void passedOver() {
    unread = true;
    bytes.reset();
  }

  @Override
  public byte[] rest() {
    return reader.rest();
  }

  @Override
  public Answer end(boolean complete) {
    if (complete && !unread) {
      whole.accept(bytes.toByteArray());
    }
    return reader.end(complete);
  }
}
