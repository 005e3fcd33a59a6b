package dev.purser.gateway;

import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.Answer;
import dev.purser.providers.AnswerReader;
import org.jspecify.annotations.Nullable;

/** Reads nothing: the answer to a call that costs nothing. */
final class PassThrough implements AnswerReader {
  private static final byte[] NOTHING = {};

  @Override
  public boolean mayWithhold() {
    return false;
  }

  @Override
  public byte[] read(byte[] chunk) {
    return chunk;
  }

  @Override
  public @Nullable Usage atMost() {
    return null;
  }

  @Override
  public boolean nearlyOver() {
    return false;
  }

  @Override
  public void passedUnread() {}

  @Override
  public byte[] rest() {
    return NOTHING;
  }

  @Override
  public Answer end(boolean complete) {
    return new Answer(UsageSource.NONE, null, null);
  }
}
