package dev.purser.sandbox;

import dev.purser.sandbox.Reply.Ending;
import dev.purser.sandbox.Reply.Frame;
import dev.purser.sandbox.SandboxOptions.Chunks;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One reply on its way to the caller, at the pace and in the chunks asked for. On its event loop.
 */
final class Transmission {
  private final Vertx vertx;
  private final Context context;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final SandboxOptions options;
  private final Reply reply;
  private final Consumer<Seen.State> ended;
  private final long startedNanos = System.nanoTime();
  private final SplittableRandom lengths;
  private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();
  private final @Nullable OutputStream encoder;
  private final Queue<Buffer> ready = new ArrayDeque<>();
  private Future<Void> lastWrite = Future.succeededFuture();
  private int nextFrame;
  private long tokens;
  private long pausesMillis;
  private boolean paused;
  private boolean over;

  Transmission(
      Vertx vertx,
      HttpServerRequest request,
      SandboxOptions options,
      Reply reply,
      Consumer<Seen.State> ended) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.request = request;
    this.response = request.response();
    this.options = options;
    this.reply = reply;
    this.ended = ended;
    this.lengths = new SplittableRandom(options.seed());
    Encoding encoding =
        Encoding.chosen(options.compression(), request.getHeader("accept-encoding"));
    try {
      this.encoder = encoding == null ? null : encoding.into(encoded);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    response.setStatusCode(reply.status()).putHeader("content-type", reply.contentType());
    reply.headers().forEach(response::putHeader);
    if (encoding != null) {
      response.putHeader("content-encoding", encoding.token());
    }
    response.setChunked(true);
  }

  void start() {
    response.closeHandler(_ -> end(Seen.State.CALLER_GONE));
    response.exceptionHandler(_ -> end(Seen.State.CALLER_GONE));
    pump();
  }

  private void pump() {
    while (!over) {
      if (response.writeQueueFull()) {
        response.drainHandler(_ -> pump());
        return;
      }
      Buffer chunk = ready.poll();
      if (chunk != null) {
        lastWrite = response.write(chunk);
        if (options.chunks() == Chunks.BYTES || options.chunks() == Chunks.RANDOM) {
          context.runOnContext(_ -> pump());
          return;
        }
      } else if (nextFrame < reply.frames().size()) {
        Frame frame = reply.frames().get(nextFrame);
        if (!paused) {
          tokens += frame.tokens();
          pausesMillis += frame.pauseMillis();
          long waitMillis = options.pace().dueMillis(tokens) + pausesMillis - elapsedMillis();
          if (waitMillis > 0) {
            paused = true;
            vertx.setTimer(waitMillis, _ -> pump());
            return;
          }
        }
        paused = false;
        nextFrame++;
        boolean last = nextFrame == reply.frames().size();
        encode(frame.text(), last);
        if (options.chunks() != Chunks.COALESCED || last) {
          split();
        }
      } else {
        finish();
        return;
      }
    }
  }

  private long elapsedMillis() {
    return (System.nanoTime() - startedNanos) / 1_000_000;
  }

  private void encode(String text, boolean last) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (encoder == null) {
        encoded.write(bytes);
      } else {
        encoder.write(bytes);
        encoder.flush();
        if (last && reply.ending() == Ending.COMPLETE) {
          encoder.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void split() {
    byte[] bytes = encoded.toByteArray();
    encoded.reset();
    int from = 0;
    while (from < bytes.length) {
      int length =
          switch (options.chunks()) {
            case EVENTS, COALESCED -> bytes.length;
            case BYTES -> 1;
            case RANDOM -> 1 + lengths.nextInt(Math.max(40, bytes.length / 100));
          };
      int to = Math.min(bytes.length, from + length);
      ready.add(Buffer.buffer(to - from).appendBytes(bytes, from, to - from));
      from = to;
    }
  }

  private void finish() {
    switch (reply.ending()) {
      case COMPLETE -> {
        response.end();
        end(Seen.State.COMPLETED);
      }
      case CUT -> {
        end(Seen.State.CUT);
        lastWrite.onComplete(_ -> request.connection().close());
      }
      case HANG -> {
        // The caller has to leave.
      }
    }
  }

  private void end(Seen.State state) {
    if (!over) {
      over = true;
      ended.accept(state);
    }
  }
}
