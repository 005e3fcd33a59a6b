package dev.purser.gateway;

import dev.purser.providers.AnswerReader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An answer on its way from the provider to the client: its bytes go out as they come, with
 * backpressure, and are read beside it. What arrives in one turn of the event loop is written at
 * once, since many small writes cost four times as much as their bytes. The last of it is held back
 * until {@link #finish}, so that a client that goes on when it has had it finds its call settled.
 * Clients of a stream go on at its last event, and the end of the answer may come in a packet of
 * its own after that: so they get the last events when the end has come, or has not come for a
 * moment.
 */
final class Relay {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  /** The most that an encoded answer may decode to. */
  private static final long MAX_DECODED_BYTES = 256L << 20;

  /** How long the last events wait for the end of the answer, less one look of the event loop. */
  private static final long MOST_HELD_NANOS = Duration.ofMillis(100).toNanos();

  private static final int MOST_HELD_BYTES = 1 << 20;

  private static final byte[] NOTHING = {};

  private final Lane lane;
  private final HttpClientResponse answer;
  private final Client client;
  private final HttpServerResponse response;
  private final AnswerReader reader;
  private final @Nullable Decoding decoding;
  private final boolean metered;
  private final boolean verbatim;
  private final Consumer<Boolean> whenEnded;

  private final List<Buffer> came = new ArrayList<>();
  private int cameBytes;
  private boolean turnComes;
  private boolean ended;
  private boolean cut;
  private boolean over;
  private boolean undecodable;
  private long lastByteNanos = System.nanoTime();

  /** What has come and is kept from the client. */
  private Buffer held = Buffer.buffer();

  private long heldSinceNanos;
  private boolean holding;

  /** Whether what was held back was not the end, although it seemed so: once is enough. */
  private boolean heldInVain;

  /**
   * @param callId of the call's entry; null if it has none
   * @param whenEnded told once whether the answer came to its end
   */
  Relay(
      Lane lane,
      HttpClientResponse answer,
      Client client,
      AnswerReader reader,
      @Nullable String callId,
      Consumer<Boolean> whenEnded) {
    this.lane = lane;
    this.answer = answer;
    this.client = client;
    this.response = client.response();
    this.reader = reader;
    this.whenEnded = whenEnded;

    String encoding = answer.getHeader("content-encoding");
    boolean encoded = encoding != null && !encoding.equalsIgnoreCase("identity");
    this.decoding = encoding == null || !encoded ? null : Decoding.of(encoding, MAX_DECODED_BYTES);
    this.metered = !encoded || decoding != null;
    this.verbatim = !reader.mayWithhold() || !metered;
    head(callId, encoded);

    answer.handler(this::came);
    answer.endHandler(_ -> ended());
    answer.exceptionHandler(_ -> cut());
    takeTurn();
  }

  private void head(@Nullable String callId, boolean encoded) {
    response.setStatusCode(answer.statusCode());
    HeaderRules.copyToClient(answer.headers(), response.headers());
    if (callId != null) {
      response.putHeader("x-purser-call-id", callId);
    }
    response.putHeader("x-purser-origin", "provider");
    String length = answer.getHeader("content-length");
    if (answer.statusCode() == 204) {
      // It has neither a body nor a length, whatever the provider says.
    } else if (verbatim && length != null) {
      response.putHeader("content-length", length);
    } else if (answer.statusCode() != 304) {
      response.setChunked(true);
    }
    if (!verbatim && encoded) {
      response.headers().remove("content-encoding");
    }
  }

  /** When the provider last sent something, by {@link System#nanoTime}. */
  long lastByteNanos() {
    return lastByteNanos;
  }

  private void came(Buffer chunk) {
    lastByteNanos = System.nanoTime();
    came.add(chunk);
    cameBytes += chunk.length();
    takeTurn();
  }

  private void ended() {
    ended = true;
    takeTurn();
  }

  /** The provider closed the connection before the answer's end. */
  private void cut() {
    cut = !ended;
    takeTurn();
  }

  private void takeTurn() {
    if (!turnComes) {
      turnComes = true;
      lane.context().runOnContext(_ -> guardedTurn());
    }
  }

  /** An error of Purser's own ends this answer, and no other. */
  private void guardedTurn() {
    try {
      turn();
    } catch (RuntimeException e) {
      log.error("an answer could not be relayed", e);
      over(false);
    }
  }

  /** All that came in one turn of the event loop. */
  private void turn() {
    turnComes = false;
    if (over || client.gone()) {
      return;
    }
    byte[] bytes = Client.joined(came, cameBytes);
    came.clear();
    cameBytes = 0;
    byte[] shown = bytes.length == 0 ? bytes : show(bytes);
    if (undecodable && !verbatim) {
      over(false);
    } else if (ended) {
      held.appendBytes(shown);
      if (!verbatim) {
        held.appendBytes(reader.rest());
      }
      over(true);
    } else if (!cut && holds()) {
      hold(shown);
    } else {
      write(shown);
      if (cut) {
        over(false);
      } else {
        waitForClient();
      }
    }
  }

  private boolean holds() {
    holding = !heldInVain && (holding || reader.nearlyOver());
    return holding;
  }

  private void hold(byte[] shown) {
    if (held.length() == 0) {
      heldSinceNanos = System.nanoTime();
    }
    held.appendBytes(shown);
    if (held.length() > MOST_HELD_BYTES) {
      holdNoLonger();
    }
  }

  /** Gives the client what was held back for an end that does not come. */
  void look(long nowNanos) {
    if (!over && held.length() > 0 && nowNanos - heldSinceNanos > MOST_HELD_NANOS) {
      holdNoLonger();
    }
  }

  private void holdNoLonger() {
    heldInVain = true;
    write(NOTHING);
    waitForClient();
  }

  private void write(byte[] shown) {
    if (held.length() > 0) {
      response.write(held.appendBytes(shown));
      held = Buffer.buffer();
    } else if (shown.length > 0) {
      response.write(Buffer.buffer(shown));
    } else if (!response.headWritten() && client.request().version() != HttpVersion.HTTP_1_0) {
      response.writeHead();
    }
  }

  /** Reads the bytes, and gives back what the client may see of them. */
  private byte[] show(byte[] bytes) {
    if (!metered || undecodable) {
      reader.passedUnread();
      return bytes;
    }
    if (decoding == null) {
      return reader.read(bytes);
    }
    try {
      byte[] decoded = decoding.decode(bytes);
      byte[] shown = decoded.length == 0 ? decoded : reader.read(decoded);
      return verbatim ? bytes : shown;
    } catch (Decoding.Undecodable e) {
      undecodable = true;
      reader.passedUnread();
      return bytes;
    }
  }

  private void waitForClient() {
    if (response.writeQueueFull()) {
      answer.pause();
      response.drainHandler(drained -> {
        lastByteNanos = System.nanoTime();
        answer.resume();
      });
    }
  }

  private void over(boolean complete) {
    if (!over) {
      abandon();
      whenEnded.accept(complete);
    }
  }

  /** Nothing more is wanted: reads and writes no further byte, and tells nobody. */
  void abandon() {
    if (!over) {
      over = true;
      if (decoding != null) {
        decoding.close();
      }
    }
  }

  /** Gives the client the last of a complete answer. */
  void finish() {
    if (!client.gone()) {
      response.end(held);
    }
  }
}
