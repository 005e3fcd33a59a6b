package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.providers.Dialect;
import dev.purser.providers.RequestReading;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What takes long to read delays no stream beside it. Every event of a steady stream says when it
 * was sent, so that its delay is known when it arrives: through Purser, and straight from the
 * provider, which has the delays that are of this machine and this process. A thread that reads a
 * large body in one go is busy for a time that is measured here too; a stream that had to wait for
 * it is late by as much, each time. So one round without such a delay shows that no stream waits,
 * and a round in which the machine itself was late shows nothing.
 */
class UndelayedStreamsTest {
  private static final int STREAMS = 8;
  private static final long PACE_MILLIS = 20;
  private static final int MOST_ROUNDS = 30;
  private static final int MOST_QUIET_ROUNDS = 5;
  private static final String MODEL = "claude-sonnet-5-5";

  /** 32 MB and 10 MB that are slow to read: every other byte is a number. */
  private static final byte[] LARGE_BODY =
      """
      {"model":"%s","max_tokens":400,"metadata":{"numbers":[%s1]},\
      "messages":[{"role":"user","content":"hello"}]}\
      """
          .formatted(MODEL, "1,".repeat(16 * 1024 * 1024 - 100))
          .getBytes(StandardCharsets.UTF_8);

  private static final Buffer LARGE_EVENT =
      PlainProvider.event(
          "{\"type\":\"content_block_delta\",\"delta\":{\"numbers\":[%s1]}}"
              .formatted("1,".repeat(5_000_000)));

  private static final Pattern SENT_AT = Pattern.compile("\"sent\":(\\d+)}");

  private volatile boolean goesOn = true;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aLargeBodyAndALargeEventDelayNoOtherStream(TestDatabase.Kind kind) throws Exception {
    Vertx vertx = Vertx.vertx();
    try (PlainProvider provider = new PlainProvider(vertx, request -> answer(vertx, request));
        RunningPurser purser =
            RunningPurser.start(kind, Map.of("PURSER_ANTHROPIC_URL", provider.url()))) {
      Person person = purser.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http caller = person.caller("large");
      String virtualKey = person.virtualKey(person.agent("steady")).secret();
      HttpClient client =
          vertx.createHttpClient(
              new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(STREAMS));
      Delays through = new Delays();
      Delays straight = new Delays();
      List<Future<Integer>> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        streams.add(stream(client, purser.url(), virtualKey, through));
        streams.add(stream(client, provider.url(), virtualKey, straight));
      }
      Duration oneReading = oneReading();

      List<String> late = new ArrayList<>();
      boolean undelayed = false;
      for (int round = 0; round < MOST_ROUNDS && !undelayed; round++) {
        through.forget();
        straight.forget();
        CompletableFuture<Http.Answer> event =
            CompletableFuture.supplyAsync(
                () ->
                    caller.post(
                        "/v1/messages", Prompts.messages("hi", true), "x-test", "large event"),
                Thread::startVirtualThread);
        Http.Answer body = caller.send("POST", "/v1/messages", LARGE_BODY, "x-test", "one piece");
        assertThat(body.status()).isEqualTo(200);
        assertThat(event.get(60, TimeUnit.SECONDS).bytes().length)
            .isGreaterThan(LARGE_EVENT.length());
        through.untilAllHaveGoneOn();
        straight.untilAllHaveGoneOn();
        if (straight.longest().compareTo(oneReading.dividedBy(4)) < 0) {
          undelayed = through.longest().compareTo(oneReading.dividedBy(2)) < 0;
          late.add("%s, straight %s".formatted(through.longest(), straight.longest()));
        }
        if (late.size() == MOST_QUIET_ROUNDS) {
          break;
        }
      }
      goesOn = false;
      for (Future<Integer> stream : streams) {
        assertThat(stream.await(60, TimeUnit.SECONDS)).isEqualTo(200);
      }
      assertThat(late).as("rounds in which the machine was quiet enough to tell").isNotEmpty();
      assertThat(undelayed)
          .as("one reading takes %s; the longest delays were %s", oneReading, late)
          .isTrue();
    } finally {
      vertx.close().await();
    }
  }

  /** For how long at least a thread is busy that reads such a body in one go. */
  private static Duration oneReading() {
    long leastNanos = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      assertThat(Dialect.ANTHROPIC_MESSAGES.read(LARGE_BODY))
          .isInstanceOf(RequestReading.Accepted.class);
      leastNanos = Math.min(leastNanos, System.nanoTime() - start);
    }
    return Duration.ofNanos(leastNanos);
  }

  private void answer(Vertx vertx, HttpServerRequest request) {
    switch (String.valueOf(request.getHeader("x-test"))) {
      case "one piece" -> PlainProvider.answer(request, MODEL, 9);
      case "large event" -> {
        HttpServerResponse response = PlainProvider.stream(request, MODEL);
        response.write(LARGE_EVENT).onSuccess(_ -> PlainProvider.end(response, 9));
      }
      default -> {
        HttpServerResponse response = PlainProvider.stream(request, MODEL);
        vertx.setPeriodic(
            PACE_MILLIS,
            timer -> {
              if (goesOn) {
                response.write(
                    PlainProvider.event("{\"type\":\"ping\",\"sent\":" + System.nanoTime() + "}"));
              } else {
                vertx.cancelTimer(timer);
                PlainProvider.end(response, 9);
              }
            });
      }
    }
  }

  /** A steady stream; when it has ended, its status. */
  private static Future<Integer> stream(
      HttpClient client, String base, String virtualKey, Delays delays) {
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(base + "/v1/messages")
                .putHeader("authorization", "Bearer " + virtualKey)
                .putHeader("anthropic-version", "2023-06-01")
                .putHeader("content-type", "application/json"))
        .compose(request -> request.send(Buffer.buffer(Prompts.messages("go on", true))))
        .compose((HttpClientResponse response) -> {
          StringBuilder text = new StringBuilder();
          response.handler(chunk -> delays.arrived(text.append(chunk.toString())));
          return response.end().map(_ -> response.statusCode());
        });
  }

  /** How late the events of some streams arrived. */
  private static final class Delays {
    private final AtomicLong events = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();

    /** Takes the whole events off the text that has come. */
    void arrived(StringBuilder text) {
      long now = System.nanoTime();
      Matcher event = SENT_AT.matcher(text);
      int end = 0;
      while (event.find()) {
        end = event.end();
        longestNanos.accumulateAndGet(now - Long.parseLong(event.group(1)), Math::max);
        events.incrementAndGet();
      }
      text.delete(0, end);
    }

    void forget() {
      untilAllHaveGoneOn();
      longestNanos.set(0);
    }

    /** What was sent until now has arrived, unless a stream is far behind all others. */
    void untilAllHaveGoneOn() {
      long before = events.get();
      Await.until(
          "the streams go on", Duration.ofSeconds(20), () -> events.get() >= before + 3L * STREAMS);
    }

    Duration longest() {
      return Duration.ofNanos(longestNanos.get());
    }
  }
}
