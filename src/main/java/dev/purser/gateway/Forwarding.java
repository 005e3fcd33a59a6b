package dev.purser.gateway;

import dev.purser.providers.AnswerReader;
import dev.purser.secret.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider's side of a call: the connection, the request, the answer on its way to the client.
 * Says once how it ended, unless it was cancelled. Lives on one event loop.
 */
final class Forwarding {
  private static final Logger log = LoggerFactory.getLogger(Forwarding.class);

  /**
   * A larger body is written in pieces of this size, and only so much of it in one turn of the
   * event loop, so that it keeps no other call waiting.
   */
  private static final int PIECE_BYTES = 64 * 1024;

  private static final int TURN_BYTES = 8 * PIECE_BYTES;

  /** How a forwarding ended. */
  sealed interface Ending {
    /**
     * No byte was sent.
     *
     * @param allInUse because no connection became free; else none came about
     */
    record NotSent(boolean allInUse) implements Ending {}

    /** Something was sent, and no answer came. */
    record NoAnswer(boolean tooLate) implements Ending {}

    /**
     * An answer came.
     *
     * @param complete false if it was cut; else its last bytes wait for {@link #finish}
     */
    record Answered(boolean complete, boolean tooLate) implements Ending {}
  }

  private enum Stage {
    CONNECTING,
    WAITING,
    RELAYING,
    OVER
  }

  private final Lane lane;
  private final Client client;
  private final Upstream upstream;
  private final String credential;
  private final @Nullable String callId;
  private final Function<HttpClientResponse, AnswerReader> answered;
  private final Consumer<Ending> ended;

  private final long startNanos = System.nanoTime();
  private long sentNanos;
  private Stage stage = Stage.CONNECTING;
  private byte @Nullable [] body;
  private @Nullable Secret providerKey;
  private @Nullable HttpClientRequest request;
  private @Nullable Relay relay;

  /**
   * @param credential what the client presented, which must not go on
   * @param callId of the call's entry; null if it has none
   * @param answered called at the first bytes of an answer, for its reader
   * @param ended called once, unless the forwarding is cancelled
   */
  Forwarding(
      Lane lane,
      Client client,
      Upstream upstream,
      String credential,
      @Nullable String callId,
      Function<HttpClientResponse, AnswerReader> answered,
      Consumer<Ending> ended) {
    this.lane = lane;
    this.client = client;
    this.upstream = upstream;
    this.credential = credential;
    this.callId = callId;
    this.answered = answered;
    this.ended = ended;
  }

  /** Connects and sends; once again if no connection came about, since then nothing was sent. */
  void start(byte[] body, Secret providerKey) {
    this.body = body;
    this.providerKey = providerKey;
    connect(true);
  }

  private void connect(boolean again) {
    upstream
        .connect(client.target())
        .onComplete(
            connected -> guarded(() -> connected(connected)),
            failure -> {
              if (stage != Stage.CONNECTING) {
                return;
              }
              boolean tooMany =
                  failure instanceof io.vertx.core.http.ConnectionPoolTooBusyException;
              if (again && !tooMany) {
                connect(false);
              } else {
                end(new Ending.NotSent(tooMany));
              }
            });
  }

  private void connected(HttpClientRequest connected) {
    byte[] bytes = body;
    Secret key = providerKey;
    if (stage != Stage.CONNECTING || bytes == null || key == null) {
      connected.reset();
      return;
    }
    request = connected;
    AnswerGuard.serve(connected);
    body = null;
    providerKey = null;
    HeaderRules.copyToProvider(client.request().headers(), connected.headers(), credential);
    connected.putHeader("accept-encoding", "identity");
    connected.putHeader("content-length", Integer.toString(bytes.length));
    upstream.authorize(connected, key);
    stage = Stage.WAITING;
    sentNanos = System.nanoTime();
    connected.exceptionHandler(_ -> {});
    connected
        .response()
        .onComplete(answer -> guarded(() -> answered(answer)), _ -> noAnswer(false));
    if (bytes.length <= PIECE_BYTES) {
      connected.end(Buffer.buffer(bytes));
    } else {
      pour(connected, bytes, 0);
    }
  }

  private void pour(HttpClientRequest to, byte[] bytes, int from) {
    int at = from;
    while (stage != Stage.OVER
        && at < bytes.length
        && at - from < TURN_BYTES
        && !to.writeQueueFull()) {
      int length = Math.min(PIECE_BYTES, bytes.length - at);
      to.write(Buffer.buffer(length).appendBytes(bytes, at, length));
      at += length;
      sentNanos = System.nanoTime();
    }
    if (at == bytes.length) {
      to.drainHandler(null);
      to.end();
    } else if (stage != Stage.OVER) {
      int next = at;
      if (to.writeQueueFull()) {
        to.drainHandler(_ -> guarded(() -> pour(to, bytes, next)));
      } else {
        lane.context().runOnContext(_ -> guarded(() -> pour(to, bytes, next)));
      }
    }
  }

  private void answered(HttpClientResponse answer) {
    if (stage != Stage.WAITING) {
      return;
    }
    stage = Stage.RELAYING;
    relay = new Relay(lane, answer, client, answered.apply(answer), callId, this::relayed);
  }

  private void relayed(boolean complete) {
    if (!complete) {
      reset();
    }
    end(new Ending.Answered(complete, false));
  }

  private void noAnswer(boolean tooLate) {
    if (stage == Stage.WAITING) {
      // In this order: a reset request fails, which then is no news.
      end(new Ending.NoAnswer(tooLate));
      reset();
    }
  }

  /** Whatever goes wrong in a step ends the forwarding, so that no call waits for ever. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      log.error("a call could not be forwarded or relayed", e);
      Stage failedAt = stage;
      Relay running = relay;
      if (running != null) {
        running.abandon();
      }
      switch (failedAt) {
        case CONNECTING -> end(new Ending.NotSent(false));
        case WAITING, RELAYING ->
            end(running == null ? new Ending.NoAnswer(false) : new Ending.Answered(false, false));
        case OVER -> {}
      }
      reset();
    }
  }

  /** Ends what takes too long. */
  void look(long nowNanos) {
    GatewayConfiguration limits = lane.configuration();
    boolean callTooLong = nowNanos - startNanos > limits.callTimeout().toNanos();
    switch (stage) {
      case CONNECTING -> {
        // The connections' own limit is for connecting alone, not for waiting until one is free.
        if (nowNanos - startNanos > 2 * limits.connectTimeout().toNanos()) {
          end(new Ending.NotSent(upstream.allInUse()));
        }
      }
      case WAITING -> {
        if (callTooLong || nowNanos - sentNanos > limits.headersTimeout().toNanos()) {
          noAnswer(true);
        }
      }
      case RELAYING -> {
        Relay running = relay;
        if (running != null) {
          running.look(nowNanos);
        }
        boolean silent =
            running != null
                && nowNanos - running.lastByteNanos() > limits.betweenBytesTimeout().toNanos();
        if (running != null && (callTooLong || silent)) {
          running.abandon();
          reset();
          end(new Ending.Answered(false, true));
        }
      }
      case OVER -> {}
    }
  }

  /** Whether some of the request may have reached the provider. */
  boolean sent() {
    return request != null;
  }

  /** Stops at once: the provider need not work for a client that has gone. */
  void cancel() {
    if (stage != Stage.OVER) {
      stage = Stage.OVER;
      if (relay != null) {
        relay.abandon();
      }
      reset();
    }
  }

  /** Gives the client the last of a complete answer. */
  void finish() {
    if (relay != null) {
      relay.finish();
    }
  }

  private void reset() {
    if (request != null) {
      AnswerGuard.reset(request);
    }
  }

  private void end(Ending ending) {
    if (stage != Stage.OVER) {
      stage = Stage.OVER;
      ended.accept(ending);
    }
  }
}
