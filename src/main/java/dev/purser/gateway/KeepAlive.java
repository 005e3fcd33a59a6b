package dev.purser.gateway;

import dev.purser.pricing.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a client of an event stream gets while its provider is silent, so that neither it nor a
 * proxy in between gives up: something that changes nothing, between two whole events. Lives on one
 * event loop.
 */
final class KeepAlive {
  /** Anthropic's own way: its clients expect it at any place, and pass over it. */
  private static final byte[] PING =
      "event: ping\ndata: {\"type\": \"ping\"}\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] COMMENT = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);

  /** The ends of two lines, one after another, by which an event ends. */
  private static final byte[][] ENDS_OF_EVENTS = {
    {'\n', '\n'}, {'\n', '\r', '\n'}, {'\r', '\r'},
  };

  private static final int MAX_END_BYTES = 3;

  private final byte[] bytes;
  private final long silenceNanos;
  private long lastNanos = System.nanoTime();

  /** The last bytes that went to the client. */
  private byte[] last = {};

  /**
   * @param silenceNanos after how long a silence the client gets something
   */
  KeepAlive(Provider shape, long silenceNanos) {
    this.silenceNanos = silenceNanos;
    this.bytes =
        switch (shape) {
          case ANTHROPIC -> PING;
          case OPENAI -> COMMENT;
        };
  }

  /** These bytes of the provider go to the client now. */
  void passed(byte[] shown) {
    if (shown.length > 0) {
      lastNanos = System.nanoTime();
      byte[] joined = Arrays.copyOf(last, last.length + Math.min(shown.length, MAX_END_BYTES));
      int tail = joined.length - last.length;
      System.arraycopy(shown, shown.length - tail, joined, last.length, tail);
      last = Arrays.copyOfRange(joined, Math.max(0, joined.length - MAX_END_BYTES), joined.length);
    }
  }

  /** What the client is to get now; null if it is not time, or an event is only half there. */
  byte @Nullable [] due(long nowNanos) {
    if (nowNanos - lastNanos < silenceNanos || !betweenEvents()) {
      return null;
    }
    lastNanos = nowNanos;
    return bytes.clone();
  }

  private boolean betweenEvents() {
    return last.length == 0
        || Arrays.stream(ENDS_OF_EVENTS)
            .anyMatch(end ->
                last.length >= end.length
                    && Arrays.equals(
                        last, last.length - end.length, last.length, end, 0, end.length));
  }
}
