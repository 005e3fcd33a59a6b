package dev.purser.gateway;

import dev.purser.agents.Presented;
import dev.purser.pricing.Provider;
import dev.purser.providers.CallError;
import dev.purser.providers.ErrorBody;
import dev.purser.providers.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a call: the request as it comes in, and what Purser itself answers. Lives on
 * one event loop.
 */
final class Client {
  /** A body up to this length is read to its end after a refusal, so that the connection lives. */
  private static final int DISCARDED_BYTES = 1 << 20;

  private static final long LINGER_MILLIS = 30_000;

  /** What may have been set for an answer of Purser's own before it is written. */
  private static final Set<String> OWN_HEADERS =
      Set.of("allow", "connection", "retry-after", "x-should-retry");

  /** What a body must bring beyond its first time: a second for each. */
  private static final int MIN_BYTES_PER_SECOND = 100_000;

  private final Lane lane;
  private final String id;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Provider shape;
  private final List<Buffer> body = new ArrayList<>(2);
  private Bodies.@Nullable Share share;
  private int bodyBytes;
  private long firstByteNanos = System.nanoTime();
  private long lastByteNanos = firstByteNanos;
  private boolean gone;

  /**
   * @param shape whose errors the client understands
   * @param whenGone run once if the client leaves before its answer is complete
   */
  Client(Lane lane, HttpServerRequest request, Provider shape, Runnable whenGone) {
    this.lane = lane;
    this.id = lane.ids().next();
    this.request = request;
    this.response = request.response();
    this.shape = shape;
    response.exceptionHandler(_ -> {});
    request.exceptionHandler(_ -> {});
    response.closeHandler(closed -> {
      gone = true;
      release();
      whenGone.run();
    });
  }

  /** Of what is asked here; its entry has the same, if it gets one of its own. */
  String id() {
    return id;
  }

  HttpServerRequest request() {
    return request;
  }

  HttpServerResponse response() {
    return response;
  }

  /** Whose errors the client understands. */
  Provider shape() {
    return shape;
  }

  boolean gone() {
    return gone;
  }

  /** The path as the provider has it and the query, without the host that a client may name. */
  String target() {
    String path = Route.served(Objects.requireNonNullElse(request.path(), "/"));
    String query = request.query();
    return query == null ? path : path + "?" + query;
  }

  /** What the client presents to say who it is, told by its form. */
  Presented presented() {
    String text = credential();
    String authorization = request.getHeader("authorization");
    return text == null && authorization != null
        ? Presented.withoutBearer(authorization)
        : Presented.read(text);
  }

  /** The secret that the client presents; null if it presents none. */
  @Nullable String credential() {
    String authorization = request.getHeader("authorization");
    String apiKey = request.getHeader("x-api-key");
    if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
      String bearer = authorization.substring(7).strip();
      // Some clients send both: then whichever is Purser's own is meant.
      return apiKey != null && apiKey.startsWith("psr_") && !bearer.startsWith("psr_")
          ? apiKey.strip()
          : bearer;
    }
    return apiKey == null ? null : apiKey.strip();
  }

  /** The values of all its {@code anthropic-beta} headers, joined by commas; null without one. */
  @Nullable String betas() {
    List<String> betas = request.headers().getAll("anthropic-beta");
    return betas.isEmpty() ? null : String.join(",", betas);
  }

  /** Why this request's body is not wanted, as far as its headers tell; null if it is. */
  @Nullable CallError unacceptable() {
    String encoding = request.getHeader("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return lane.errors().encodingUnsupported(encoding);
    }
    String length = request.getHeader("content-length");
    return length != null && declaredBytes(length) > lane.configuration().maxBodyBytes()
        ? lane.errors().requestTooLarge()
        : null;
  }

  /** Lets the body wait while the caller is looked up. */
  void pause() {
    request.pause();
  }

  /** Whether the body is large, as far as is known by now. */
  boolean large() {
    Long announced = announcedBytes();
    return bodyBytes > Bodies.LARGE_BYTES || (announced != null && announced > Bodies.LARGE_BYTES);
  }

  /** How long the body will be, if the client says so; else null. */
  @Nullable Long announcedBytes() {
    String length = request.getHeader("content-length");
    return length == null ? null : declaredBytes(length);
  }

  /** Goes on with a body that was let wait while it came. */
  void resume() {
    lastByteNanos = System.nanoTime();
    request.resume();
  }

  /**
   * Collects the body.
   *
   * @param of whose it is
   * @param whole what to do when all of it is there
   * @param grown what to do at each piece of it that has come
   * @param refused what to do if it is too large, alone or together with others in flight
   */
  void receive(Bodies.Share of, Runnable whole, Runnable grown, Consumer<CallError> refused) {
    share = of;
    firstByteNanos = System.nanoTime();
    lastByteNanos = firstByteNanos;
    boolean declaredLarge = large();
    ClientConnection.carriesCall(request.connection());
    request.handler(chunk -> {
      lastByteNanos = System.nanoTime();
      long bytes = bodyBytes + (long) chunk.length();
      if (bytes > lane.configuration().maxBodyBytes()) {
        refused.accept(lane.errors().requestTooLarge());
      } else if (!of.reserve(chunk.length(), declaredLarge || bytes > Bodies.LARGE_BYTES)) {
        refused.accept(lane.errors().tooManyBodies());
      } else {
        bodyBytes += chunk.length();
        body.add(chunk);
        grown.run();
      }
    });
    request.endHandler(_ -> whole.run());
    String expect = request.getHeader("expect");
    if (expect != null && expect.equalsIgnoreCase("100-continue")) {
      response.writeContinue();
    }
    request.resume();
  }

  int bodyBytes() {
    return bodyBytes;
  }

  /** Whether the body has been on its way for longer than this. */
  boolean receivingFor(Duration time, long nowNanos) {
    return nowNanos - firstByteNanos > time.toNanos();
  }

  /** Whether the body comes too slowly, or no longer comes at all. */
  boolean tooSlow(long nowNanos) {
    Duration earned = Duration.ofMillis(1_000L * bodyBytes / MIN_BYTES_PER_SECOND);
    return receivingFor(lane.configuration().bodyTimeout().plus(earned), nowNanos)
        || nowNanos - lastByteNanos > lane.configuration().betweenBytesTimeout().toNanos();
  }

  /** The whole body, in time proportional to its length. */
  byte[] body() {
    return joined(body, bodyBytes);
  }

  /** Forgets the pieces of a body that was joined; its bytes count until {@link #release}. */
  void forgetPieces() {
    body.clear();
  }

  static byte[] joined(List<Buffer> chunks, int bytes) {
    byte[] joined = new byte[bytes];
    int at = 0;
    for (Buffer chunk : chunks) {
      chunk.getBytes(joined, at);
      at += chunk.length();
    }
    return joined;
  }

  /** Forgets the body: it was sent on, or is not needed. */
  void release() {
    if (share != null) {
      share.release(bodyBytes);
    }
    bodyBytes = 0;
    body.clear();
  }

  /**
   * Answers with an error of Purser's own, and says whether to try again.
   *
   * @param entryId of the entry that says so; null if there is none
   * @param mayCost whether something was sent on that may be billed, so that a repeat may cost
   *     twice
   */
  void refuse(CallError error, @Nullable String entryId, boolean mayCost) {
    release();
    boolean retry = error.code().temporary() && !mayCost;
    response.putHeader("x-should-retry", Boolean.toString(retry));
    if (error.code() == ErrorCode.OVERLOADED || error.code() == ErrorCode.LEDGER_UNAVAILABLE) {
      response.putHeader("retry-after", "1");
    }
    if (error.code() == ErrorCode.SHUTTING_DOWN) {
      response.putHeader("connection", "close");
    }
    String callId = entryId == null ? id : entryId;
    if (answer(error.code().status(), ErrorBody.of(shape, error, callId), callId)
        && entryId == null) {
      lane.answersWithoutEntry().note(id, error.code().status(), error.code().id());
    }
  }

  /** Answers with a list of models, or one of them. */
  void answer(byte[] json) {
    if (answer(200, json, id)) {
      lane.answersWithoutEntry().note(id, 200, "models");
    }
  }

  /** Answers that Purser is there. */
  void answerAlive() {
    response.putHeader("x-purser-call-id", id).putHeader("x-purser-origin", "purser").end();
    lane.answersWithoutEntry().note(id, 200, "alive");
  }

  /**
   * An answer of Purser's own may come after the head of the provider's was prepared: its length
   * and encoding are not those of this one.
   */
  private void dropProvidersHeaders() {
    for (String name : List.copyOf(response.headers().names())) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!lower.startsWith("x-purser-") && !OWN_HEADERS.contains(lower)) {
        response.headers().remove(name);
      }
    }
    response.setChunked(false);
  }

  /** Whether the client was there to be answered. */
  private boolean answer(int status, byte[] json, String callId) {
    if (gone || response.headWritten()) {
      return false;
    }
    dropProvidersHeaders();
    response
        .putHeader("x-purser-call-id", callId)
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .putHeader("x-purser-origin", "purser");
    if (!request.isEnded()) {
      discardRest();
    }
    response.end(Buffer.buffer(json));
    return true;
  }

  /**
   * A client reads the answer only after it has sent its body, and a connection that is closed on
   * unread bytes takes the answer with it. So the rest is read and thrown away, up to a limit.
   */
  private void discardRest() {
    String length = request.getHeader("content-length");
    long most = 2L * lane.configuration().maxBodyBytes();
    boolean close = length == null || declaredBytes(length) > DISCARDED_BYTES;
    if (close) {
      response.putHeader("connection", "close");
    }
    long timer = lane.vertx().setTimer(LINGER_MILLIS, _ -> request.connection().close());
    request.endHandler(end -> {
      lane.vertx().cancelTimer(timer);
      if (close) {
        request.connection().close();
      }
    });
    long[] discarded = {0};
    request.handler(chunk -> {
      discarded[0] += chunk.length();
      if (discarded[0] > most) {
        request.connection().close();
      }
    });
    request.resume();
  }

  /** Closes the connection, so that the client sees its answer cut and not ended. */
  void cut() {
    request.connection().close();
  }

  private static long declaredBytes(String length) {
    try {
      return Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
