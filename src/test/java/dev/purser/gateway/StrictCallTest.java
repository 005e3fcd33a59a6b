package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerConfiguration;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.running.Await;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static final String MESSAGE_STREAM =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","type":"message",\
      "role":"assistant","model":"claude-haiku-4-5","content":[],\
      "usage":{"input_tokens":10,"output_tokens":1}}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},\
      "usage":{"output_tokens":10}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  /** A short answer of each dialect. */
  private static final Map<String, String> STREAMS =
      Map.of(
          MESSAGES,
          MESSAGE_STREAM,
          "/v1/chat/completions",
          """
          data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"a"}}]}

          data: {"id":"c","model":"gpt-4o-mini","choices":[],\
          "usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}

          data: [DONE]

          """,
          "/v1/responses",
          """
          event: response.completed
          data: {"type":"response.completed","response":{"id":"r","model":"gpt-4o-mini",\
          "usage":{"input_tokens":9,"output_tokens":1,"total_tokens":10}}}

          """);

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

  private static @Nullable String granted(HttpResponse<?> answer) {
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

  /** Nothing waits for holds: whoever meets one is refused. */
  private void restartWithoutPatience() {
    purser.close();
    purser = new TestGateway(LedgerConfiguration.DEFAULT.withWaitForHolds(Duration.ZERO));
    purser.provider.answersJson(ANSWER.formatted(10, 1));
  }

  @Test
  void aCallerThatGoesOnAtOnceNeverMeetsItsOwnOldHold() {
    restartWithoutPatience();
    budget(1);
    for (int i = 0; i < 20; i++) {
      // Each needs more than half of the budget while it runs, and costs next to nothing.
      HttpResponse<String> answer = purser.post(MESSAGES, body(1_500, "hi"));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(granted(answer)).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/messages, claude-haiku-4-5, 1500, message_stop",
    "/v1/chat/completions, gpt-4o-mini, 10000, [DONE]",
    "/v1/responses, gpt-4o-mini, 10000, response.completed"
  })
  void aCallerThatGoesOnAtTheLastEventOfAStreamNeverMeetsItsOwnOldHold(
      String path, String model, long most, String last) throws IOException {
    restartWithoutPatience();
    budget(1);
    // The end of the answer comes after its last event, and not with it.
    purser.provider.answers(request -> {
      HttpServerResponse response = request.response();
      var _ =
          response
              .setChunked(true)
              .putHeader("content-type", "text/event-stream")
              .write(STREAMS.get(path))
              .onSuccess(_ -> purser.vertx.setTimer(20, _ -> response.end()));
    });
    for (int i = 0; i < 10; i++) {
      HttpResponse<InputStream> answer =
          purser.send(
              purser
                  .request(path)
                  .header("authorization", "Bearer " + purser.secret)
                  .POST(HttpRequest.BodyPublishers.ofString(streamed(path, model, most)))
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(granted(answer)).isNull();
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
      String line = "";
      while (!line.startsWith("data:") || !line.contains(last)) {
        line = lines.readLine();
        assertThat(line).isNotNull();
      }
    }
    // Nor was the provider asked for a closer bound, as it is for a call that does not fit.
    assertThat(purser.provider.received())
        .extracting(FakeProvider.Received::uri)
        .containsOnly(path);
  }

  private static String streamed(String path, String model, long most) {
    return switch (path) {
      case "/v1/messages" ->
          """
          {"model":"%s","max_tokens":%d,"stream":true,\
          "messages":[{"role":"user","content":"hi"}]}\
          """
              .formatted(model, most);
      case "/v1/chat/completions" ->
          """
          {"model":"%s","max_completion_tokens":%d,"stream":true,\
          "messages":[{"role":"user","content":"hi"}]}\
          """
              .formatted(model, most);
      default ->
          """
          {"model":"%s","max_output_tokens":%d,"stream":true,"input":"hi"}\
          """
              .formatted(model, most);
    };
  }

  @Test
  void theLastEventsDoNotWaitLongForAnEndThatDoesNotCome() throws IOException {
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    purser.provider.answers(request -> {
      HttpServerResponse response = request.response();
      var _ =
          response
              .setChunked(true)
              .putHeader("content-type", "text/event-stream")
              .write(MESSAGE_STREAM);
      var _ = end.thenAccept(_ -> response.end());
    });
    HttpResponse<InputStream> answer =
        purser.send(
            purser
                .request(MESSAGES)
                .header("authorization", "Bearer " + purser.secret)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        streamed(MESSAGES, "claude-haiku-4-5", 1_500)))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());

    byte[] expected = MESSAGE_STREAM.getBytes(StandardCharsets.UTF_8);
    assertThat(answer.body().readNBytes(expected.length)).isEqualTo(expected);
    end.complete(true);
    assertThat(answer.body().readAllBytes()).isEmpty();
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
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
