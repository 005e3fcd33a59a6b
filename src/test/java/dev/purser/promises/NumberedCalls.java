package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls of which no two are alike, with the provider that answers them: each asks for a snapshot of
 * a model of its own, by which its entry is known even if it never was answered, and uses a number
 * of tokens of its own. Half of them stream.
 */
final class NumberedCalls implements AutoCloseable {
  /** A number of six digits in place of the snapshot's day, so that all have a price. */
  private static final String MODEL = "claude-sonnet-5-5-20";

  private static final String HEADER = "x-test-call";
  private static final int EVENTS = 15;
  private static final long PACE_MILLIS = 2;

  private final Vertx vertx;
  private final PlainProvider provider;
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger made = new AtomicInteger();
  private final Map<Integer, String> answered = new ConcurrentHashMap<>();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  NumberedCalls(Vertx vertx) {
    this.vertx = vertx;
    this.provider = new PlainProvider(vertx, this::answer);
  }

  String providerUrl() {
    return provider.url();
  }

  static String model(int number) {
    return MODEL + "%06d".formatted(number);
  }

  static long outputTokens(String model) {
    return 100L + Integer.parseInt(model.substring(MODEL.length()));
  }

  /** Makes one call after another on each of so many threads, until stopped or left alone. */
  void start(Http caller, int atOnce) {
    for (int i = 0; i < atOnce; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            try {
              while (!stopped.get()) {
                one(caller);
              }
            } catch (RuntimeException gone) {
              // The process was killed.
            }
          }));
    }
  }

  /** Makes a call, and notes its entry if it is answered to the end. */
  void one(Http caller) {
    int number = made.incrementAndGet();
    Http.Answer answer =
        caller.post(
            "/v1/messages",
            """
            {"model":"%s","max_tokens":9000,"stream":%s,"messages":[{"role":"user","content":"hi"}]}\
            """
                .formatted(model(number), number % 2 == 0),
            HEADER,
            model(number));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    answered.put(number, answer.header("x-purser-call-id"));
  }

  private void answer(HttpServerRequest request) {
    String model = String.valueOf(request.getHeader(HEADER));
    seen.add(model);
    if (outputTokens(model) % 2 == 0) {
      HttpServerResponse response = PlainProvider.stream(request, model);
      int[] events = {0};
      vertx.setPeriodic(
          PACE_MILLIS,
          timer -> {
            if (++events[0] < EVENTS) {
              response.write(PlainProvider.event("{\"type\":\"ping\"}"));
            } else {
              vertx.cancelTimer(timer);
              PlainProvider.end(response, outputTokens(model));
            }
          });
    } else {
      vertx.setTimer(
          EVENTS * PACE_MILLIS, _ -> PlainProvider.answer(request, model, outputTokens(model)));
    }
  }

  /** The models of all calls that the provider saw, one as often as it was called. */
  String[] seen() {
    return seen.toArray(new String[0]);
  }

  /** How many calls were made, or are about to be, that the provider has not seen. */
  int unseen() {
    return made.get() - seen.size();
  }

  /** The entries of the calls that were answered to the end, by their numbers. */
  Map<Integer, String> answered() {
    return answered;
  }

  void stop() {
    stopped.set(true);
    for (Thread thread : threads) {
      try {
        assertThat(thread.join(Duration.ofSeconds(70))).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    provider.close();
  }
}
