package dev.purser.replay;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/**
 * A provider that answers with the recorded bytes. The header {@code x-recording} says which
 * exchange to answer with, {@code x-delivery} how: see {@link Delivery}.
 */
public final class ReplayProvider implements AutoCloseable {
  private static final Set<String> NOT_REPLAYED =
      Set.of("content-encoding", "transfer-encoding", "content-length");

  private final Vertx vertx;
  private final HttpServer server;
  private final Map<String, Recording> recordings = new HashMap<>();
  private final Map<String, Received> received = new ConcurrentHashMap<>();
  private final Map<String, Runnable> waiting = new ConcurrentHashMap<>();

  /** How the recorded bytes are sent. */
  public enum Delivery {
    /** In one piece. */
    WHOLE,
    /** Cut at positions drawn from the recording's name. */
    RANDOM_PIECES,
    ONE_BYTE_AT_A_TIME,
    /** An event, and the next one only when {@link #next} was called for this recording. */
    EVENT_ON_DEMAND,
    GZIP,
    BROTLI,
    ZSTD
  }

  /** What the provider got. */
  @SuppressWarnings("ArrayRecordComponent") // compared by its content alone
  public record Received(Map<String, String> headers, byte[] body) {}

  public ReplayProvider(Vertx vertx, List<Recording> recordings) {
    this.vertx = vertx;
    recordings.forEach(recording -> this.recordings.put(recording.name(), recording));
    this.server =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  public String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /** What was received last for a recording. */
  public Received received(String recording) {
    Received last = received.get(recording);
    if (last == null) {
      throw new AssertionError("the provider was never asked for " + recording);
    }
    return last;
  }

  public boolean wasAskedFor(String recording) {
    return received.containsKey(recording);
  }

  /** Lets the next event of an answer that is sent on demand go out. */
  public void next(String recording) {
    Runnable send = waiting.remove(recording);
    if (send == null) {
      throw new AssertionError("no event of " + recording + " is waiting to be sent");
    }
    vertx.runOnContext(ignored -> send.run());
  }

  private void answer(HttpServerRequest request) {
    if ("/v1/models".equals(request.path())) {
      request
          .response()
          .putHeader("content-type", "application/json")
          .end(
              "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"first_id\":null,\"last_id\":null}");
      return;
    }
    String name = String.valueOf(request.getHeader("x-recording"));
    Recording recording = recordings.get(name);
    if (recording == null) {
      request.response().setStatusCode(599).end("no such recording");
      return;
    }
    request
        .body()
        .onSuccess(body -> {
          Map<String, String> headers = new HashMap<>();
          request
              .headers()
              .forEach((header, value) ->
                  headers.merge(
                      header.toLowerCase(java.util.Locale.ROOT), value, (a, b) -> a + "," + b));
          received.put(name, new Received(headers, body.getBytes()));
          deliver(
              recording,
              Delivery.valueOf(String.valueOf(request.getHeader("x-delivery"))),
              request.response());
        });
  }

  private void deliver(Recording recording, Delivery delivery, HttpServerResponse response) {
    response.setStatusCode(recording.status());
    recording
        .responseHeaders()
        .forEach((header, values) -> {
          if (!NOT_REPLAYED.contains(header)) {
            response.putHeader(header, values);
          }
        });
    byte[] bytes = recording.response();
    switch (delivery) {
      case WHOLE -> response.end(Buffer.buffer(bytes));
      case RANDOM_PIECES ->
          send(response, randomPieces(bytes, recording.name().hashCode()).iterator());
      case ONE_BYTE_AT_A_TIME -> send(response, singleBytes(bytes).iterator());
      case EVENT_ON_DEMAND -> {
        response.setChunked(true);
        sendOnDemand(recording.name(), response, events(bytes), 0);
      }
      case GZIP -> encoded(response, "gzip", gzip(bytes), recording);
      case BROTLI -> encoded(response, "br", brotli(bytes), recording);
      case ZSTD -> encoded(response, "zstd", Zstd.compress(bytes), recording);
    }
  }

  private void encoded(
      HttpServerResponse response, String encoding, byte[] bytes, Recording recording) {
    response.putHeader("content-encoding", encoding);
    send(response, randomPieces(bytes, recording.name().hashCode()).iterator());
  }

  private void send(HttpServerResponse response, java.util.Iterator<byte[]> pieces) {
    response.setChunked(true);
    sendNext(response, pieces);
  }

  private void sendNext(HttpServerResponse response, java.util.Iterator<byte[]> pieces) {
    if (!pieces.hasNext()) {
      response.end();
      return;
    }
    response.write(Buffer.buffer(pieces.next())).onSuccess(ignored -> sendNext(response, pieces));
  }

  private void sendOnDemand(String name, HttpServerResponse response, List<byte[]> events, int at) {
    waiting.put(
        name,
        () -> {
          if (at + 1 < events.size()) {
            sendOnDemand(name, response, events, at + 1);
            response.write(Buffer.buffer(events.get(at)));
          } else {
            response.end(Buffer.buffer(events.get(at)));
          }
        });
    if (at == 0) {
      next(name);
    }
  }

  /** The events of a stream, each with the blank line that ends it. */
  public static List<byte[]> events(byte[] stream) {
    String text = new String(stream, StandardCharsets.ISO_8859_1);
    List<byte[]> events = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int lf = text.indexOf("\n\n", from);
      int crlf = text.indexOf("\r\n\r\n", from);
      int end;
      if (crlf >= 0 && (lf < 0 || crlf < lf)) {
        end = crlf + 4;
      } else {
        end = lf < 0 ? text.length() : lf + 2;
      }
      events.add(Arrays.copyOfRange(stream, from, end));
      from = end;
    }
    return events;
  }

  private static List<byte[]> randomPieces(byte[] bytes, int seed) {
    Random random = new Random(seed);
    List<byte[]> pieces = new ArrayList<>();
    for (int from = 0; from < bytes.length; ) {
      int to =
          Math.min(bytes.length, from + 1 + random.nextInt(random.nextInt(8) == 0 ? 4_000 : 90));
      pieces.add(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
    return pieces;
  }

  private static List<byte[]> singleBytes(byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>();
    for (byte one : bytes) {
      pieces.add(new byte[] {one});
    }
    return pieces;
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] brotli(byte[] bytes) {
    Brotli4jLoader.ensureAvailability();
    try {
      return Encoder.compress(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
