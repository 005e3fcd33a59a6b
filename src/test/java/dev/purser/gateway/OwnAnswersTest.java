package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What all answers that Purser itself gives have in common: whether to retry, and an id. */
class OwnAnswersTest {
  private static final String MESSAGES = "/v1/messages";
  private static final String CHAT = "/v1/chat/completions";
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}";
  private static final Duration SOON = Duration.ofSeconds(10);

  private final TestGateway purser = new TestGateway();
  private final Logger logger = (Logger) LoggerFactory.getLogger(AnswersWithoutEntry.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
    purser.close();
  }

  private static String retry(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("x-purser-origin")).hasValue("purser");
    return answer.headers().firstValue("x-should-retry").orElse("not said");
  }

  private static String id(HttpResponse<String> answer) {
    List<String> ids = answer.headers().allValues("x-purser-call-id");
    assertThat(ids).hasSize(1);
    return ids.getFirst();
  }

  private HttpResponse<String> as(String credential, String method, String path, String body) {
    return purser.send(
        purser
            .request(path)
            .header("x-api-key", credential)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** The head of the answer to who asks for a WebSocket. */
  private String upgrade() {
    try (RawClient raw = new RawClient(purser.port())) {
      return raw.head("GET /v1/responses HTTP/1.1", "connection: upgrade", "upgrade: websocket");
    }
  }

  // ---- whether to retry

  @ParameterizedTest
  @ValueSource(
      strings = {
        MESSAGES,
        CHAT,
        "/v1/responses",
        "/v1/embeddings",
        "/v1/messages/count_tokens",
        "/v1/responses/input_tokens"
      })
  void aVirtualKeyThatIsNotGoodIsNotTriedAgain(String path) {
    purser.virtualKeys.revoke(purser.user.spaceId(), purser.virtualKey.id());
    for (String credential : List.of(purser.secret, purser.secret + "x", "sk-ant-api03-test")) {
      HttpResponse<String> answer = as(credential, "POST", path, BODY);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(retry(answer)).isEqualTo("false");
    }
    HttpResponse<String> models = as(purser.secret, "GET", "/v1/models", "");
    assertThat(models.statusCode()).isEqualTo(401);
    assertThat(retry(models)).isEqualTo("false");
  }

  @Test
  void whatIsRefusedForWhatItAsksIsNotTriedAgain() {
    for (HttpResponse<String> answer : refusals()) {
      assertThat(answer.statusCode()).isBetween(400, 499);
      assertThat(retry(answer)).as(answer.body()).isEqualTo("false");
    }
    assertThat(upgrade()).startsWith("http/1.1 426").contains("x-should-retry: false");
  }

  @Test
  void whatMayBeOverInAMomentIsTriedAgain() {
    purser.ledger.close();
    HttpResponse<String> unwritten = purser.post(MESSAGES, BODY);
    assertThat(unwritten.statusCode()).isEqualTo(503);
    assertThat(retry(unwritten)).isEqualTo("true");

    purser.gateway.drain(purser.vertx, Duration.ZERO).await();
    for (String path : List.of(MESSAGES, CHAT, "/v1/messages/count_tokens", "/v1/moderations")) {
      HttpResponse<String> stopping = purser.post(path, BODY);
      assertThat(stopping.statusCode()).isEqualTo(503);
      assertThat(retry(stopping)).isEqualTo("true");
    }
  }

  @Test
  void aCallThatIsCutAtTheProviderIsNotTriedAgain() {
    purser.provider.answers(request -> {});
    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() -> purser.post(MESSAGES, BODY));
    Await.until("the call is at the provider", SOON, () -> !purser.provider.received().isEmpty());

    purser.gateway.drain(purser.vertx, Duration.ZERO).await();

    assertThat(answer.join().statusCode()).isEqualTo(503);
    assertThat(retry(answer.join())).isEqualTo("false");
  }

  @Test
  void aTokenCountThatGotNoAnswerIsTriedAgainSinceItCostsNothing() {
    purser.provider.answers(request -> request.connection().close());
    HttpResponse<String> answer = purser.post("/v1/messages/count_tokens", BODY);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(retry(answer)).isEqualTo("true");
  }

  // ---- its id

  @Test
  void everyAnswerHasAnIdThatTheLedgerOrTheLogKnows() {
    purser.provider.answersJson("{\"input_tokens\":3}");
    List<HttpResponse<String>> answers = refusals();
    answers.add(as("psr_mistyped", "POST", MESSAGES, BODY));
    answers.add(as("", "POST", CHAT, BODY));
    answers.add(purser.get("/v1/models"));
    answers.add(purser.get("/v1/models", "anthropic-version", "2023-06-01"));
    answers.add(purser.get("/v1/models/gpt-4o-mini"));
    answers.add(purser.post("/v1/messages/count_tokens", BODY));
    answers.add(as("", "HEAD", "/", ""));
    List<String> entries = purser.entries().stream().map(TestGateway.Entry::id).toList();
    List<String> ids = new ArrayList<>(answers.stream().map(OwnAnswersTest::id).toList());
    String upgrade = upgrade();
    assertThat(upgrade).contains("x-purser-call-id: ");
    ids.add(upgrade.replaceAll("(?s).*x-purser-call-id: (\\S+).*", "$1"));
    try (RawClient client = new RawClient(purser.port())) {
      String malformed = client.head("GET / HTTP/1.1", "host: y");
      assertThat(malformed).startsWith("http/1.1 400 ");
      ids.add(malformed.replaceAll("(?s).*x-purser-call-id: (\\S+).*", "$1"));
    }

    assertThat(ids).doesNotHaveDuplicates().containsAll(entries);
    assertThat(ids)
        .filteredOn(id -> !entries.contains(id))
        .isNotEmpty()
        .allSatisfy(id -> assertThat(logged()).anyMatch(line -> line.contains(id)));
  }

  @Test
  void aStrangerCannotFillTheLog() {
    Instant[] now = {Instant.parse("2026-11-30T12:00:00Z")};
    AnswersWithoutEntry answers = new AnswersWithoutEntry(() -> now[0]);
    for (int i = 0; i < 1_000; i++) {
      answers.note("call-" + i, 401, "virtual_key_invalid");
    }
    now[0] = now[0].plusSeconds(1);
    answers.note("the next", 401, "virtual_key_invalid");
    assertThat(logged()).hasSize(102).element(100).asString().contains("900 more");
    assertThat(logged().getLast()).contains("the next");
  }

  private List<String> logged() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** One of each kind that a caller can cause by what it sends. */
  private List<HttpResponse<String>> refusals() {
    List<HttpResponse<String>> refusals = new ArrayList<>();
    refusals.add(purser.post(MESSAGES, "{"));
    refusals.add(purser.post("/v1/responses", "{\"model\":\"gpt-4o\",\"background\":true}"));
    refusals.add(purser.post(CHAT, BODY));
    refusals.add(purser.post(MESSAGES, BODY.replace("claude-haiku-4-5", "auto")));
    refusals.add(purser.post("/v1/images/generations", "{}"));
    refusals.add(purser.post("/chat/completions", BODY));
    refusals.add(purser.get(MESSAGES));
    refusals.add(purser.get("/v1/models/none"));
    refusals.add(
        purser.send(
            purser
                .request(MESSAGES)
                .header("x-api-key", purser.secret)
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build()));
    refusals.add(as(purser.secret, "POST", MESSAGES, " ".repeat((32 << 20) + 1)));
    purser.vault.delete(purser.user.spaceId(), Provider.OPENAI, null);
    refusals.add(purser.post(CHAT, "{\"model\":\"gpt-4o\",\"messages\":[]}"));
    refusals.add(purser.post("/v1/responses/input_tokens", "{\"model\":\"gpt-4o\"}"));
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    SpaceSettings without =
        new SpaceSettings(
            now.spaceId(), null, null, 0L, Budget.Mode.STOP, now.timeZone(), now.version());
    assertThat(purser.spaces.save(without)).isInstanceOf(SettingsSaved.Saved.class);
    refusals.add(purser.post(MESSAGES, BODY));
    assertThat(refusals)
        .extracting(HttpResponse::statusCode)
        .contains(400, 402, 403, 404, 413, 415);
    return refusals;
  }
}
