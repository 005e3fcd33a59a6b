package dev.purser.providers;

import dev.purser.pricing.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage beside an answer while its bytes go to the client. Never throws for what a provider
 * sends, never blocks, holds a bounded amount of memory, and does work in proportion to the bytes
 * of one chunk at a time. Not thread-safe: one answer, one reader, one event loop.
 */
public interface AnswerReader {
  /** Whether some bytes of the answer may be hidden from the client. */
  boolean mayWithhold();

  /**
   * Reads the next bytes, already decoded from any content encoding.
   *
   * @return what the client may have now: the same array if nothing is hidden from it, fewer or
   *     other bytes where an event that the client did not ask for is (or may be) withheld
   */
  byte[] read(byte[] chunk);

  /**
   * The most that this call can use, known as soon as the provider has said what its input is and
   * where nothing can add to that; null before, and else always. Its price is what is still to be
   * held.
   */
  @Nullable Usage atMost();

  /**
   * Whether a stream seems to be near its end, because its provider has reported a usage that may
   * be that of the whole call.
   */
  boolean nearlyOver();

  /**
   * Bytes go to the client that could not be decoded: what is read is not the whole answer, and may
   * be none of it.
   */
  void passedUnread();

  /** The bytes still withheld when the answer has ended, for the client. */
  byte[] rest();

  /**
   * Says what was read, once.
   *
   * @param complete false if the connection was cut, by the provider or because the client went
   *     away. An answer is whole only if it came to its own end, too
   */
  Answer end(boolean complete);
}
