package dev.purser.wire;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Lets whole events through and withholds the one that is still coming, so that an event can be
 * dropped once it is known. An event too long to be the one to drop passes as it comes.
 */
public final class WithheldEvent {
  private static final int MAX_BYTES = 64 * 1024;
  private static final byte[] NOTHING = {};

  private final BooleanSupplier drop;
  private final ByteArrayOutputStream coming = new ByteArrayOutputStream(0);
  private final ByteArrayOutputStream released = new ByteArrayOutputStream(0);

  private byte[] chunk = NOTHING;

  /** Where the coming event begins in the chunk, or goes on. */
  private int from;

  /** Whether what is released is exactly the chunk up to {@link #from}. */
  private boolean asItCame;

  private boolean tooLong;

  /**
   * @param drop asked when an event has ended
   */
  public WithheldEvent(BooleanSupplier drop) {
    this.drop = drop;
  }

  public void begin(byte[] next) {
    chunk = next;
    from = 0;
    asItCame = coming.size() == 0;
    released.reset();
  }

  /** The coming event has ended with the byte before {@code offset}. */
  public void ended(int offset) {
    if (!tooLong && drop.getAsBoolean()) {
      departFromChunk();
    } else {
      pass(offset);
    }
    coming.reset();
    tooLong = false;
    from = offset;
  }

  private void pass(int offset) {
    if (!asItCame) {
      released.writeBytes(coming.toByteArray());
      released.write(chunk, from, offset - from);
    }
  }

  private void departFromChunk() {
    if (asItCame) {
      asItCame = false;
      released.write(chunk, 0, from);
    }
  }

  /** What may go to the client now. */
  public byte[] release() {
    if (tooLong || coming.size() + chunk.length - from > MAX_BYTES) {
      tooLong = true;
      pass(chunk.length);
      coming.reset();
      return asItCame ? chunk : released.toByteArray();
    }
    if (asItCame) {
      coming.write(chunk, from, chunk.length - from);
      return from == chunk.length ? chunk : Arrays.copyOf(chunk, from);
    }
    coming.write(chunk, from, chunk.length - from);
    return released.toByteArray();
  }

  /** What is still withheld at the end. */
  public byte[] rest() {
    byte[] rest = drop.getAsBoolean() ? NOTHING : coming.toByteArray();
    coming.reset();
    return rest;
  }
}
