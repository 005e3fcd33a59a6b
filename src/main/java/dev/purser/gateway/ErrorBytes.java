package dev.purser.gateway;

import dev.purser.pricing.Usage;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import java.io.ByteArrayOutputStream;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the body of an error beside its relay, and hands it over when it has come to its end. What
 * is too long for an error, or was cut, is handed to nobody.
 */
final class ErrorBytes implements AnswerReader {
  private static final byte[] NOTHING = {};

  /** Errors are small objects. */
  private static final int MAX_BYTES = 64 * 1024;

  private final AnswerReader reader;
  private final boolean withheld;
  private final UnaryOperator<byte[]> whole;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private boolean unread;
  private boolean handedOver;

  /**
   * @param withheld whether the client gets what {@code whole} makes of the body, at its end; else
   *     no byte is delayed, and what it makes of it is of no use
   */
  ErrorBytes(AnswerReader reader, boolean withheld, UnaryOperator<byte[]> whole) {
    this.reader = reader;
    this.withheld = withheld;
    this.whole = whole;
  }

  @Override
  public boolean mayWithhold() {
    return withheld || reader.mayWithhold();
  }

  @Override
  public byte[] read(byte[] chunk) {
    byte[] shown = reader.read(chunk);
    if (unread) {
      return shown;
    }
    bytes.writeBytes(shown);
    if (bytes.size() > MAX_BYTES) {
      byte[] kept = bytes.toByteArray();
      passedOver();
      return withheld ? kept : shown;
    }
    return withheld ? NOTHING : shown;
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
    byte[] rest = reader.rest();
    if (unread || !withheld) {
      return rest;
    }
    bytes.writeBytes(rest);
    return handOver(bytes.toByteArray());
  }

  @Override
  public Answer end(boolean complete) {
    if (complete && !unread && !handedOver) {
      handOver(bytes.toByteArray());
    }
    return reader.end(complete);
  }

  private byte[] handOver(byte[] body) {
    handedOver = true;
    return whole.apply(body);
  }
}
