package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.running.Await;
import io.vertx.core.http.HttpServerRequest;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls under a budget that is never exceeded. claude-haiku-4-5 costs $1 a million tokens of input,
 * $1.25 written to a cache, and $5 a million of output: 10,000 of them are five cents.
 */
class StrictCallTest {
  private static final String MESSAGES = "/v1/messages";
  private static final String COUNTER = "/v1/messages/count_tokens";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String ANSWER =
      """
      {"id":"m","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[],
       "stop_reason":"end_turn","usage":{"input_tokens":%d,"output_tokens":%d}}\
      """;

  private TestGateway purser;

  @BeforeEach
  void start() {
    purser = new TestGateway();
    purser.provider.answersJson(ANSWER.formatted(10, 1));
  }

  @AfterEach
  void stop() {
    purser.close();
  }

  private void budget(long cents) {
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    assertThat(
            purser.spaces.save(
                new SpaceSettings(
                    now.spaceId(),
                    now.defaultProvider(),
                    now.defaultModel(),
                    cents,
                    Budget.Mode.STRICT,
                    now.timeZone(),
                    now.version())))
        .isInstanceOf(SettingsSaved.Saved.class);
  }

  private static String body(long maxTokens, String text) {
    return """
    {"model":"claude-haiku-4-5","max_tokens":%d,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(maxTokens, text);
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  private static @Nullable String granted(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-purser-max-tokens").orElse(null);
  }

  private long number(String sql) {
    return purser.database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  private long held() {
    return number("SELECT held_nanos FROM months WHERE agent_id = ''");
  }

  @Test
  void aCallThatFitsIsSentAsItWasAsked() {
    budget(100);

    HttpResponse<String> answer = purser.post(MESSAGES, body(1_000, "hi"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(granted(answer)).isNull();
    assertThat(json(purser.provider.last().body().toString()).path("max_tokens").asLong())
        .isEqualTo(1_000);
  }

  @Test
  void anAnswerIsCutToWhatIsLeftAndTheCallerIsTold() {
    budget(3);

    HttpResponse<String> answer = purser.post(MESSAGES, body(32_000, "hi"));

    assertThat(answer.statusCode()).isEqualTo(200);
    long sent = json(purser.provider.last().body().toString()).path("max_tokens").asLong();
    assertThat(granted(answer)).isEqualTo(Long.toString(sent));
    assertThat(sent).isBetween(4_096L, 6_000L);
    String id = purser.lastEntry().id();
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(id);
    assertThat(number("SELECT granted_output_tokens FROM entries")).isEqualTo(sent);
  }

  @Test
  void aRefusalSaysAllThereIsToKnow() {
    budget(1);

    HttpResponse<String> answer = purser.post(MESSAGES, body(32_000, "hi"));

    assertThat(answer.statusCode()).isEqualTo(402);
    JsonNode error = json(answer.body()).path("error");
    assertThat(error.path("type").asString()).isEqualTo("billing_error");
    assertThat(error.path("message").asString()).contains("Purser");
    JsonNode figures = error.path("purser");
    assertThat(figures.path("code").asString()).isEqualTo("budget_exhausted");
    assertThat(figures.path("budgetOf").asString()).isEqualTo("space");
    assertThat(figures.path("budgetCents").asLong()).isEqualTo(1);
    assertThat(figures.path("spentCents").asLong()).isZero();
    assertThat(figures.path("heldCents").asLong()).isZero();
    assertThat(figures.path("doubtCents").asLong()).isZero();
    assertThat(figures.path("neededCents").decimalValue()).isGreaterThan(BigDecimal.valueOf(16));
    long largest = figures.path("largestOutputTokens").asLong();
    assertThat(largest).isBetween(1L, 2_000L);
    assertThat(figures.path("resetsAt").asString()).endsWith("-01T00:00:00Z");
    assertThat(purser.provider.received()).noneMatch(asked -> asked.uri().equals(MESSAGES));
    assertThat(number("SELECT refused_largest_output_tokens FROM entries")).isEqualTo(largest);
    // What it says would fit does.
    assertThat(purser.post(MESSAGES, body(largest, "hi")).statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestWithoutABoundIsRefusedNamingTheField() {
    budget(1_000_000);

    HttpResponse<String> answer =
        purser.post(
            MESSAGES,
            """
            {"model":"claude-haiku-4-5","max_tokens":9,"messages":[],
             "tools":[{"type":"code_execution_20250825","name":"code_execution"}]}\
            """);

    assertThat(answer.statusCode()).isEqualTo(402);
    JsonNode error = json(answer.body()).path("error");
    assertThat(error.path("purser").path("code").asString()).isEqualTo("cost_unbounded");
    String field =
        purser.database.read(handle ->
            handle.createQuery("SELECT refused_field FROM entries").mapTo(String.class).one());
    assertThat(error.path("message").asString()).contains(field);
    assertThat(purser.lastEntry().state()).isEqualTo("refused");
    assertThat(purser.provider.received()).isEmpty();
  }

  @Test
  void aCallThatIsTightIsCountedOnceAndThenFits() {
    // At a token a byte it would be 12.5 cents of input.
    budget(8);
    countsTo(20_000);

    HttpResponse<String> answer = purser.post(MESSAGES, body(5_000, "x".repeat(100_000)));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(granted(answer)).isNull();
    assertThat(counted()).isEqualTo(1);
    FakeProvider.Received count = purser.provider.received().getFirst();
    assertThat(count.uri()).isEqualTo(COUNTER);
    assertThat(count.headers()).containsEntry("x-api-key", TestGateway.ANTHROPIC_KEY);
    assertThat(count.headers().toString()).doesNotContain(purser.secret);
    assertThat(json(count.body().toString()).path("messages").size()).isEqualTo(1);
  }

  @Test
  void withoutACountTheCheapBoundCounts() {
    budget(8);
    purser.provider.answers(request -> {
      request.response().setStatusCode(request.uri().equals(COUNTER) ? 500 : 200).end("{}");
    });

    HttpResponse<String> answer = purser.post(MESSAGES, body(5_000, "x".repeat(100_000)));

    assertThat(answer.statusCode()).isEqualTo(402);
    assertThat(counted()).isEqualTo(1);
  }

  @Test
  void aCallThatFitsIsNotCounted() {
    budget(100);
    countsTo(1);

    purser.post(MESSAGES, body(1_000, "hi"));

    assertThat(counted()).isZero();
  }

  private void countsTo(long inputTokens) {
    purser.provider.answers(request ->
        request
            .response()
            .putHeader("content-type", "application/json")
            .end(
                request.uri().equals(COUNTER)
                    ? "{\"input_tokens\":" + inputTokens + "}"
                    : ANSWER.formatted(inputTokens, 1)));
  }

  private long counted() {
    return purser.provider.received().stream().filter(asked -> asked.uri().equals(COUNTER)).count();
  }

  @Test
  void aHoldNarrowsWhenTheProviderHasSaidWhatItsInputIs() {
    budget(100);
    AtomicReference<@Nullable HttpServerRequest> open = new AtomicReference<>();
    purser.provider.answers(request -> {
      request
          .response()
          .setChunked(true)
          .putHeader("content-type", "text/event-stream")
          .write(
              """
              event: message_start
              data: {"type":"message_start","message":{"id":"m","type":"message",\
              "role":"assistant","model":"claude-haiku-4-5","content":[],\
              "usage":{"input_tokens":1000,"output_tokens":1,"service_tier":"standard",\
              "inference_geo":"global"}}}

              """);
      open.set(request);
    });

    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() ->
            purser.post(
                MESSAGES,
                body(1_000, "x".repeat(100_000))
                    .replace("{\"model\"", "{\"stream\":true,\"model\"")));

    try {
      // A tenth of a cent for the input, half a cent for the output; at first 10 for the input.
      Await.until("the hold is narrow", PATIENCE, () -> held() > 0 && held() < 10_000_000);
      assertThat(held()).isGreaterThanOrEqualTo(6_000_000);
    } finally {
      HttpServerRequest running = open.get();
      if (running != null) {
        running
            .response()
            .end(
                """
                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},\
                "usage":{"output_tokens":10}}

                event: message_stop
                data: {"type":"message_stop"}

                """);
      }
    }
    assertThat(answer.join().statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
    assertThat(held()).isZero();
  }

  @Test
  void aCallerThatGoesOnAtOnceNeverMeetsItsOwnOldHold() {
    budget(1);
    for (int i = 0; i < 20; i++) {
      // Each needs more than half of the budget while it runs, and costs next to nothing.
      HttpResponse<String> answer = purser.post(MESSAGES, body(1_500, "hi"));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(granted(answer)).isNull();
    }
  }

  @Test
  void aCallWaitsForASettlementThatIsLate() {
    budget(1);
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    purser.provider.answers(request -> {
      // From now on nothing is written, until the caller has had its answer and goes on.
      purser.database.writer().execute(goOn::join);
      request.response().putHeader("content-type", "application/json").end(ANSWER.formatted(10, 1));
    });
    assertThat(purser.post(MESSAGES, body(1_500, "hi")).statusCode()).isEqualTo(200);

    purser.provider.answersJson(ANSWER.formatted(10, 1));
    CompletableFuture<HttpResponse<String>> next =
        CompletableFuture.supplyAsync(() -> purser.post(MESSAGES, body(1_500, "hi")));
    Await.until("it waits", PATIENCE, () -> purser.ledger.health().waiting() >= 2);
    goOn.complete(true);

    assertThat(next.join().statusCode()).isEqualTo(200);
  }
}
