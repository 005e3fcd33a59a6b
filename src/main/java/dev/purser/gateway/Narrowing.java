package dev.purser.gateway;

import dev.purser.pricing.Usage;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer, and tells once what it can come to at most when the provider has said enough.
 */
final class Narrowing implements AnswerReader {
  private final AnswerReader reader;
  private final Consumer<Usage> narrower;
  private boolean told;

  Narrowing(AnswerReader reader, Consumer<Usage> narrower) {
    this.reader = reader;
    this.narrower = narrower;
  }

  @Override
  public boolean mayWithhold() {
    return reader.mayWithhold();
  }

  @Override
  public byte[] read(byte[] chunk) {
    byte[] shown = reader.read(chunk);
    if (!told) {
      Usage most = reader.atMost();
      if (most != null) {
        told = true;
        narrower.accept(most);
      }
    }
    return shown;
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
    reader.passedUnread();
  }

  @Override
  public byte[] rest() {
    return reader.rest();
  }

  @Override
  public Answer end(boolean complete) {
    return reader.end(complete);
  }
}
