package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.purser.people.Spaces;
import dev.purser.running.Await;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call that goes well: what the provider sees, what the client sees, what the ledger has. */
class CallTest {
  /** As many as pages may read at once. */
  private static final int PAGES_AT_ONCE = 8;

  private static final String QUESTION =
      """
      {"model": "claude-haiku-4-5",  "max_tokens": 100,
       "messages": [{"role": "user", "content": "How are you? \\u00e9"}], "unknown_field": 1.0}\
      """;
  private static final String ANSWER =
      """
      {"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001",
       "content":[{"type":"text","text":"Well."}],"stop_reason":"end_turn",
       "usage":{"input_tokens":16,"output_tokens":13,"service_tier":"standard"}}\
      """;

  private static TestGateway purser;

  @BeforeAll
  static void start() {
    purser = new TestGateway();
  }

  @AfterAll
  static void stop() {
    purser.close();
  }

  @Test
  void aCallIsForwardedByteForByteAndIsOnTheBooks() {
    purser.provider.answersJson(ANSWER);

    HttpResponse<String> answer = purser.post("/v1/messages?beta=true", QUESTION);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(ANSWER);
    assertThat(answer.headers().firstValue("x-purser-origin")).hasValue("provider");
    assertThat(purser.provider.last().uri()).isEqualTo("/v1/messages?beta=true");
    assertThat(purser.provider.last().body().toString()).isEqualTo(QUESTION);
    TestGateway.Entry entry = purser.lastEntry();
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(entry.id());
    assertThat(entry.state()).isEqualTo("settled");
    assertThat(entry.usageSource()).isEqualTo("reported");
    assertThat(entry.inputTokens()).isEqualTo(16);
    assertThat(entry.outputTokens()).isEqualTo(13);
    assertThat(entry.costNanos()).isEqualTo(16 * 1_000 + 13 * 5_000);
  }

  @Test
  void theLastByteComesAfterTheSettlementUnlessThatTakesLong() {
    purser.provider.answersJson(ANSWER);
    int settledAtOnce = 0;
    for (int i = 0; i < 20; i++) {
      purser.post("/v1/messages", QUESTION);
      if (purser.entries().getLast().state().equals("settled")) {
        settledAtOnce++;
      }
    }
    assertThat(settledAtOnce).isGreaterThanOrEqualTo(15);
  }

  /** However long it takes: its gateway is patient, and the changes end with the test. */
  @Test
  void aCallIsAdmittedHoweverOftenItsSpaceChangesWhileItAsks() {
    try (TestGateway patient = new TestGateway(CallTest::patient)) {
      patient.provider.answersJson(ANSWER);
      AtomicInteger changes = new AtomicInteger();
      CountDownLatch begun = new CountDownLatch(1);
      patient
          .database
          .writer()
          .execute(
              new Runnable() {
                @Override
                public void run() {
                  if (changes.incrementAndGet() < 400) {
                    // Before it writes: so there is always a change ahead of an admission.
                    patient.database.writer().execute(this);
                  }
                  touch(patient);
                  begun.countDown();
                }
              });
      assertThatCode(begun::await).doesNotThrowAnyException();

      assertThat(patient.post("/v1/messages", QUESTION).statusCode()).isEqualTo(200);
      assertThat(changes).hasValue(400);
    }
  }

  @Test
  void aCallOfAnUnknownCallerIsAnsweredThoughPagesHoldAllTheirConnections() throws Exception {
    try (TestGateway busy = new TestGateway()) {
      busy.provider.answersJson(ANSWER);
      CountDownLatch held = new CountDownLatch(PAGES_AT_ONCE);
      CountDownLatch goOn = new CountDownLatch(1);
      List<CompletableFuture<Void>> pages = new ArrayList<>();
      for (int i = 0; i < PAGES_AT_ONCE; i++) {
        pages.add(
            CompletableFuture.runAsync(
                () ->
                    busy.database.read(handle -> {
                      held.countDown();
                      assertThatCode(goOn::await).doesNotThrowAnyException();
                      return true;
                    }),
                Thread::startVirtualThread));
      }
      held.await();
      try {
        assertThat(busy.post("/v1/messages", QUESTION).statusCode()).isEqualTo(200);
      } finally {
        goOn.countDown();
      }
      pages.forEach(CompletableFuture::join);
    }
  }

  private static GatewayConfiguration patient(GatewayConfiguration c) {
    return new GatewayConfiguration(
        c.maxBodyBytes(),
        c.maxBodiesBytes(),
        c.maxHeaderBytes(),
        c.maxConnections(),
        c.maxClients(),
        c.connectTimeout(),
        c.headersTimeout(),
        c.headTimeout(),
        c.formTimeout(),
        c.idleTimeout(),
        c.bodyTimeout(),
        c.betweenBytesTimeout(),
        c.callTimeout(),
        Duration.ofMinutes(10));
  }

  /** A change of settings, on the writer's thread. */
  private static void touch(TestGateway gateway) {
    try {
      gateway
          .database
          .writer()
          .transact(session -> {
            Spaces.touch(session.handle(), gateway.user.spaceId());
            return session;
          });
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStreamArrivesAsItWasSentAndItsUsageIsRead() {
    String stream =
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude-haiku-4-5-20251001","content":[],"stop_reason":null,"usage":{"input_tokens":25,"output_tokens":1}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}

        event: message_stop
        data: {"type":"message_stop"}

        """;
    purser.provider.answers(request -> {
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      request.response().write(stream.substring(0, 100));
      request.response().write(stream.substring(100));
      request.response().end();
    });

    HttpResponse<String> answer =
        purser.post("/v1/messages", QUESTION.replace("\"max", "\"stream\": true, \"max"));

    assertThat(answer.body()).isEqualTo(stream);
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(25);
    assertThat(purser.lastEntry().outputTokens()).isEqualTo(7);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
  }

  @Test
  void theUsageChunkThatPurserAskedForIsHiddenAndCounted() {
    String shown =
        "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n";
    String hidden =
        "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"total_tokens\":14}}\n\n";
    String done = "data: [DONE]\n\n";
    purser.provider.answers(request -> {
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      request.response().write(shown);
      request.response().write(hidden);
      request.response().end(done);
    });

    HttpResponse<String> answer =
        purser.post(
            "/v1/chat/completions",
            "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");

    assertThat(answer.body()).isEqualTo(shown + done);
    assertThat(purser.provider.last().body().toString()).contains("include_usage");
    assertThat(purser.provider.last().headers().get("content-length"))
        .isEqualTo(Integer.toString(purser.provider.last().body().length()));
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(11);
    assertThat(purser.lastEntry().outputTokens()).isEqualTo(3);
  }

  @Test
  void theProviderGetsItsKeyAndNothingThatItNeedNotKnow() {
    purser.provider.answersJson(ANSWER);
    purser.send(
        purser
            .request("/v1/messages")
            .header("x-api-key", purser.secret)
            .header("anthropic-version", "2023-06-01")
            .header("anthropic-beta", "a,b")
            .header("cookie", "session=1")
            .header("origin", "https://page.example")
            .header("forwarded", "for=10.0.0.1")
            .header("x-forwarded-for", "10.0.0.1")
            .header("via", "1.1 proxy")
            .header("x-goog-api-key", "other")
            .header("x-unnamed", "prefix " + purser.secret)
            .header("accept-encoding", "gzip")
            .header("x-custom", "kept")
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(QUESTION))
            .build());

    assertThat(purser.provider.last().headers())
        .containsEntry("x-api-key", TestGateway.ANTHROPIC_KEY)
        .containsEntry("anthropic-version", "2023-06-01")
        .containsEntry("anthropic-beta", "a,b")
        .containsEntry("accept-encoding", "identity")
        .containsEntry("x-custom", "kept")
        .doesNotContainKeys(
            "authorization",
            "cookie",
            "origin",
            "forwarded",
            "x-forwarded-for",
            "via",
            "x-goog-api-key",
            "x-unnamed");
    assertThat(purser.provider.last().headers().toString()).doesNotContain(purser.secret);
  }

  @Test
  void theClientGetsTheProvidersHeadersButForThoseThatEndHere() {
    purser.provider.answers(request ->
        request
            .response()
            .setStatusCode(429)
            .putHeader("request-id", "req_1")
            .putHeader("retry-after", "3")
            .putHeader("set-cookie", "a=b")
            .putHeader("alt-svc", "h3")
            .putHeader("strict-transport-security", "max-age=1")
            .putHeader("openai-organization", "org")
            .putHeader("openai-project", "project")
            .putHeader("connection", "keep-alive, x-of-this-hop")
            .putHeader("x-of-this-hop", "1")
            .putHeader("content-type", "application/json")
            .end(
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\"}}"));

    HttpResponse<String> answer = purser.post("/v1/messages", QUESTION);

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().map().keySet())
        .contains("request-id", "retry-after", "content-type", "x-purser-call-id")
        .doesNotContain(
            "set-cookie",
            "alt-svc",
            "strict-transport-security",
            "openai-organization",
            "openai-project",
            "x-of-this-hop");
    assertThat(purser.lastEntry().usageSource()).isEqualTo("none");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("rate_limit_error");
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(429);
  }

  @Test
  void aRedirectAndAPageOfHtmlPassAsTheyAre() {
    purser.provider.answers(request ->
        request
            .response()
            .setStatusCode(302)
            .putHeader("location", "http://127.0.0.1:1/elsewhere")
            .putHeader("content-type", "text/html")
            .end("<html>moved</html>"));

    HttpResponse<String> answer = purser.post("/v1/messages", QUESTION);

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("location")).hasValue("http://127.0.0.1:1/elsewhere");
    assertThat(answer.body()).isEqualTo("<html>moved</html>");
    assertThat(purser.lastEntry().usageSource()).isEqualTo("none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/embeddings", "/v1/responses/input_tokens"})
  void aProvidersRefusalOfItsKeyIsRememberedWithTheKeyUntilItTakesItAgain(String path) {
    String body = "{\"model\":\"text-embedding-3-small\",\"input\":\"a\"}";
    long revision = revision();
    assertThat(keyStatus()).isEqualTo("valid");
    purser.provider.answers(request ->
        request
            .response()
            .setStatusCode(401)
            .putHeader("content-type", "application/json")
            .end("{\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}"));
    assertThat(purser.post(path, body).statusCode()).isEqualTo(401);
    Await.until("the key is rejected", Duration.ofSeconds(5), () -> keyStatus().equals("rejected"));
    for (int i = 0; i < 3; i++) {
      assertThat(purser.post(path, body).statusCode()).isEqualTo(401);
    }
    purser.provider.answersJson("{}");
    for (int i = 0; i < 3; i++) {
      assertThat(purser.post(path, body).statusCode()).isEqualTo(200);
      Await.until("the key is valid", Duration.ofSeconds(5), () -> keyStatus().equals("valid"));
    }
    assertThat(revision()).as("changes of the space").isEqualTo(revision + 2);
  }

  private static String keyStatus() {
    return purser
        .vault
        .find(purser.user.spaceId(), dev.purser.pricing.Provider.OPENAI)
        .orElseThrow()
        .status()
        .id();
  }

  private static long revision() {
    return purser.database.read(
        handle -> handle.createQuery("SELECT revision FROM spaces").mapTo(Long.class).one());
  }

  @Test
  void tokenCountersAreForwardedWithoutAnEntry() {
    purser.provider.answersJson("{\"input_tokens\":14}");
    int before = purser.entries().size();

    assertThat(purser.post("/v1/messages/count_tokens", QUESTION).body())
        .isEqualTo("{\"input_tokens\":14}");
    assertThat(purser.provider.last().uri()).isEqualTo("/v1/messages/count_tokens");
    assertThat(purser.post("/v1/responses/input_tokens", "{}").body())
        .isEqualTo("{\"input_tokens\":14}");
    assertThat(purser.entries()).hasSize(before);
  }

  @Test
  void theModelsAreThoseOfTheDialectThatAsks() {
    HttpResponse<String> anthropic = purser.get("/v1/models", "anthropic-version", "2023-06-01");
    assertThat(anthropic.body())
        .contains("\"claude-haiku-4-5\"", "\"has_more\":false", "\"type\":\"model\"")
        .doesNotContain("gpt");
    HttpResponse<String> openAi = purser.get("/v1/models");
    assertThat(openAi.body())
        .contains("\"gpt-4o-mini\"", "\"object\":\"list\"")
        .doesNotContain("claude");
    assertThat(purser.get("/v1/models/gpt-4o-mini").body()).contains("\"id\":\"gpt-4o-mini\"");
    assertThat(purser.get("/v1/models/gpt%2D4o%2dmini").body()).contains("\"id\":\"gpt-4o-mini\"");
    assertThat(Route.of("GET", "/v1/models/a%2Fb+c%zz"))
        .isEqualTo(new Route.Model(null, "a%2Fb+c%zz"));
    assertThat(purser.get("/v1/models/gpt-0").statusCode()).isEqualTo(404);
    assertThat(purser.get("/v1/models/gpt-4o").statusCode()).isEqualTo(404);
    assertThat(openAi.headers().firstValue("x-purser-origin")).hasValue("purser");
  }
}
