package dev.purser.gateway;

import dev.purser.providers.AnswerReader;
import dev.purser.wire.Decoding;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
  private static final long MAX_HELD_NANOS = Duration.ofMillis(100).toNanos();

  private static final int MAX_HELD_BYTES = 1 << 20;

  /** The most that is decoded in one turn of the event loop; the rest waits for further turns. */
  private static final int TURN_BYTES = 4 * Decoding.PIECE_BYTES;

  private static final int DECODING_BREAK_MILLIS = 1;

  private static final byte[] NOTHING = {};

  private final Lane lane;
  private final HttpClientResponse answer;
  private final Client client;
  private final HttpServerResponse response;
  private final AnswerReader reader;
  private final @Nullable Decoding decoder;
  private final boolean metered;
  private final boolean verbatim;

  /** Null where nothing can be put in between. */
  private final @Nullable KeepAlive keepAlive;

  private final Consumer<Boolean> whenEnded;

  private final List<Buffer> came = new ArrayList<>();
  private int cameBytes;
  private boolean turnComes;
  private boolean ended;
  private boolean cut;
  private boolean over;
  private boolean undecodable;

  /** What passes as it is and is not decoded to its end yet. */
  private Buffer encoded = Buffer.buffer();

  private boolean decoding;
  private boolean clientBehind;
  private boolean paused;
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

    List<String> encodings = answer.headers().getAll("content-encoding");
    boolean isEncoded = !Decoding.names(encodings).isEmpty();
    boolean read = !(reader instanceof PassThrough);
    this.decoder = isEncoded && read ? Decoding.of(encodings, MAX_DECODED_BYTES) : null;
    this.metered = !isEncoded || decoder != null;
    this.verbatim = !reader.mayWithhold() || !metered;
    if (!metered) {
      reader.passedUnread();
    }
    boolean events = isEventStream(answer);
    head(callId, isEncoded);
    if (events) {
      // Proxies of nginx's kind would keep the events until there are some kilobytes of them.
      response.putHeader("x-accel-buffering", "no");
    }
    this.keepAlive =
        events && !response.headers().contains("content-length") && !(verbatim && isEncoded)
            ? new KeepAlive(client.shape(), lane.keepAliveNanos())
            : null;

    answer.handler(this::came);
    answer.endHandler(_ -> ended());
    answer.exceptionHandler(_ -> cut());
    takeTurn();
  }

  private void head(@Nullable String callId, boolean isEncoded) {
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
    if (!verbatim && isEncoded) {
      response.headers().remove("content-encoding");
    }
  }

  private static boolean isEventStream(HttpClientResponse answer) {
    String type = answer.getHeader("content-type");
    return answer.statusCode() == 200
        && type != null
        && type.strip().toLowerCase(Locale.ROOT).startsWith("text/event-stream");
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
      lane.context().runOnContext(_ -> guarded(this::turn));
    }
  }

  /** An error of Purser's own ends this answer, and no other. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      log.error("an answer could not be relayed", e);
      over(false);
    }
  }

  /** All that came in one turn of the event loop; of an encoded answer, as much as is decoded. */
  private void turn() {
    turnComes = false;
    if (over || client.gone()) {
      return;
    }
    byte[] shown = show();
    if (undecodable && !verbatim) {
      over(false);
    } else if (ended && !decoding) {
      held.appendBytes(shown);
      if (!verbatim) {
        held.appendBytes(reader.rest());
      }
      over(true);
    } else if (!cut && holds()) {
      hold(shown);
    } else {
      write(shown);
      if (cut && !decoding) {
        over(false);
      } else {
        clientBehind = response.writeQueueFull();
      }
    }
    goOn();
  }

  /** Lets the provider, and what is still to decode, wait for the client and for other calls. */
  private void goOn() {
    if (over) {
      return;
    }
    if (clientBehind) {
      response.drainHandler(_ -> guarded(this::drained));
    } else if (decoding && !turnComes) {
      turnComes = true;
      // Not in the next task: an event loop reads no connection before its tasks are done.
      lane.vertx().setTimer(DECODING_BREAK_MILLIS, _ -> guarded(this::turn));
    }
    boolean wasPaused = paused;
    paused = clientBehind || decoding;
    if (paused && !wasPaused) {
      answer.pause();
    } else if (!paused && wasPaused) {
      lastByteNanos = System.nanoTime();
      answer.resume();
    }
  }

  private void drained() {
    clientBehind = false;
    goOn();
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
    if (held.length() > MAX_HELD_BYTES) {
      holdNoLonger();
    }
  }

  /** Gives the client what was held back for an end that does not come, and signs of life. */
  void look(long nowNanos) {
    if (over || clientBehind) {
      return;
    }
    if (held.length() > 0) {
      if (nowNanos - heldSinceNanos > MAX_HELD_NANOS) {
        holdNoLonger();
      }
    } else if (keepAlive != null) {
      byte[] sign = keepAlive.due(nowNanos);
      if (sign != null) {
        response.write(Buffer.buffer(sign));
      }
    }
  }

  private void holdNoLonger() {
    heldInVain = true;
    write(NOTHING);
    clientBehind = response.writeQueueFull();
    goOn();
  }

  private void write(byte[] shown) {
    byte[] bytes = held.length() == 0 ? shown : held.appendBytes(shown).getBytes();
    held = Buffer.buffer();
    if (bytes.length > 0) {
      if (keepAlive != null) {
        keepAlive.passed(bytes);
      }
      response.write(Buffer.buffer(bytes));
    } else if (!response.headWritten() && client.request().version() != HttpVersion.HTTP_1_0) {
      response.writeHead();
    }
  }

  /** Reads what has come, and gives back what the client may see of it. */
  private byte[] show() {
    byte[] bytes = Client.joined(came, cameBytes);
    came.clear();
    cameBytes = 0;
    if (decoder != null && !undecodable) {
      return decode(decoder, bytes);
    }
    return bytes.length == 0 || !metered || undecodable ? bytes : reader.read(bytes);
  }

  /** Bytes that pass as they are do so when they are decoded. */
  private byte[] decode(Decoding decoder, byte[] bytes) {
    if (verbatim) {
      encoded.appendBytes(bytes);
    }
    Buffer shown = Buffer.buffer();
    try {
      decoder.add(bytes);
      if (ended) {
        decoder.end();
      }
      decoding = true;
      for (int decodedBytes = 0; decoding && decodedBytes < TURN_BYTES; ) {
        byte[] piece = decoder.next();
        if (piece == null) {
          decoding = false;
        } else {
          decodedBytes += piece.length;
          shown.appendBytes(reader.read(piece));
        }
      }
    } catch (Decoding.Undecodable e) {
      log.warn("an answer cannot be read in its content encoding: {}", e.getMessage());
      decoding = false;
      undecodable = true;
      reader.passedUnread();
    }
    if (!verbatim) {
      return shown.getBytes();
    }
    if (decoding) {
      return NOTHING;
    }
    byte[] passing = encoded.getBytes();
    encoded = Buffer.buffer();
    return passing;
  }

  private void over(boolean complete) {
    if (!over) {
      try {
        abandon();
      } finally {
        whenEnded.accept(complete);
      }
    }
  }

  /** Nothing more is wanted: reads and writes no further byte, and tells nobody. */
  void abandon() {
    if (!over) {
      over = true;
      if (decoder != null) {
        if (!decoder.complete()) {
          // What the decoder holds back may be any amount of text.
          reader.passedUnread();
        }
        decoder.close();
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
