package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A made-up request and its answer, read as the gateway reads them. */
record Exchange(Dialect dialect, String request, int status, String contentType, String answer) {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  static final PriceList PRICES = PriceList.shipped();

  /** Of a call without betas, with the lists that ship. */
  static final StrictAsk ASK = ask(null);

  static StrictAsk ask(@Nullable String betas) {
    return StrictAsk.first(betas, StrictNames.SHIPPED);
  }

  static Exchange stream(Dialect dialect, String request, String... events) {
    return new Exchange(dialect, request, 200, "text/event-stream", String.join("", events));
  }

  static Exchange json(Dialect dialect, String request, String answer) {
    return new Exchange(dialect, request, 200, "application/json", answer);
  }

  static String event(String data) {
    return "data: " + data + "\n\n";
  }

  CallRequest call() {
    return accepted(dialect, request);
  }

  static CallRequest accepted(Dialect dialect, String body) {
    RequestReading reading = dialect.read(body.getBytes(StandardCharsets.UTF_8));
    assertThat(reading).isInstanceOf(RequestReading.Accepted.class);
    return ((RequestReading.Accepted) reading).request();
  }

  static CallError refused(Dialect dialect, String body) {
    RequestReading reading = dialect.read(body.getBytes(StandardCharsets.UTF_8));
    assertThat(reading).isInstanceOf(RequestReading.Refused.class);
    return ((RequestReading.Refused) reading).error();
  }

  Bound bound() {
    return call().bound(sentModel(), PRICES, NOW);
  }

  private String sentModel() {
    String model = call().model();
    return model == null ? "gpt-4o" : model;
  }

  AnswerReader reader() {
    return call().answer(sentModel(), status, contentType, bound());
  }

  Answer whole() {
    AnswerReader reader = reader();
    reader.read(bytes());
    return reader.end(true);
  }

  Answer cut() {
    AnswerReader reader = reader();
    reader.read(bytes());
    return reader.end(false);
  }

  /** What the client gets if the answer comes in pieces of one size. */
  String visible(int size) {
    AnswerReader reader = reader();
    byte[] bytes = bytes();
    ByteArrayOutputStream visible = new ByteArrayOutputStream();
    for (int from = 0; from < bytes.length; from += size) {
      int to = Math.min(bytes.length, from + size);
      visible.writeBytes(reader.read(Arrays.copyOfRange(bytes, from, to)));
    }
    visible.writeBytes(reader.rest());
    return visible.toString(StandardCharsets.UTF_8);
  }

  byte[] bytes() {
    return answer.getBytes(StandardCharsets.UTF_8);
  }

  static Usage usage(Answer answer) {
    Usage usage = answer.usage();
    assertThat(usage).isNotNull();
    if (usage == null) {
      throw new AssertionError();
    }
    return usage;
  }

  static ModelUsage only(Answer answer) {
    assertThat(usage(answer).byModel()).hasSize(1);
    return usage(answer).byModel().getFirst();
  }
}
