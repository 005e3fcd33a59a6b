package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.storage.TestDatabase;
import dev.purser.text.PlainText;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What callers and providers write, however odd, is on the books with all figures, and plain. */
class TextFromOutsideTest {
  /** As JSON writes them, and as the refusal names them. */
  private static final Map<String, String> HIDDEN =
      Map.of(
          "\\u0000", "U+0000 (NULL)",
          "\\u001b", "U+001B (ESCAPE)",
          "\\u0085", "U+0085 (NEXT LINE (NEL))",
          "\\u202e", "U+202E (RIGHT-TO-LEFT OVERRIDE)",
          "\\u2066", "U+2066 (LEFT-TO-RIGHT ISOLATE)",
          "\\u200b", "U+200B (ZERO WIDTH SPACE)",
          "\\ufeff", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
          "\\u2028", "U+2028 (LINE SEPARATOR)",
          "\\u3164", "U+3164 (HANGUL FILLER)",
          "\\udb40\\udc41", "U+E0041 (TAG LATIN CAPITAL LETTER A)");

  /** In each dialect. */
  private static final Map<String, String> BODIES =
      Map.of(
          "/v1/messages", "{\"model\":\"%s\",\"max_tokens\":5,\"messages\":[]}",
          "/v1/chat/completions", "{\"model\":\"%s\",\"messages\":[]}",
          "/v1/responses", "{\"input\":\"x\",\"model\":\"%s\"}",
          "/v1/embeddings", "{\"input\":\"x\",\"model\":\"%s\"}");

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aModelsNameWithACharacterThatCannotBeSeenIs400(TestDatabase.Kind kind) {
    try (TestGateway purser = new TestGateway(kind)) {
      BODIES.forEach((path, body) ->
          HIDDEN.forEach((written, name) -> {
            HttpResponse<String> answer =
                purser.post(path, body.formatted("claude-haiku" + written + "-4-5"));
            assertThat(answer.statusCode()).as(path + " " + name).isEqualTo(400);
            assertThat(answer.body())
                .contains("request_malformed")
                .contains("The field model has a character that cannot be seen: " + name);
          }));
      assertThat(purser.provider.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatAProviderNamesIsBookedWithItsFiguresAndPlain(TestDatabase.Kind kind) {
    try (TestGateway purser = new TestGateway(kind)) {
      purser.provider.answersJson(
          """
          {"type":"message","model":"claude-haiku-4-5\\u0000","content":[],
           "usage":{"input_tokens":16,"output_tokens":13,"service_tier":"stan\\u200bdard"}}\
          """);
      HttpResponse<String> answer =
          purser.post("/v1/messages", body("/v1/messages", "claude-haiku-4-5"));

      assertThat(answer.statusCode()).isEqualTo(200);
      TestGateway.Entry entry = purser.lastEntry();
      assertThat(entry.usageSource()).isEqualTo("reported");
      assertThat(entry.inputTokens()).isEqualTo(16);
      assertThat(entry.outputTokens()).isEqualTo(13);
      assertThat(entry.model()).isEqualTo("claude-haiku-4-5\ufffd");
      assertThat(entry.costNanos()).as("nobody knows such a model").isNull();
      assertThat(texts(purser, "tier")).containsExactly("stan\ufffddard");
      assertThat(lineModels(purser)).containsOnly("claude-haiku-4-5\ufffd");
      LedgerBooks.balance(purser.database);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aStreamsModelAndTheModelsOfItsPassesAreBookedPlain(TestDatabase.Kind kind) {
    try (TestGateway purser = new TestGateway(kind)) {
      purser.provider.answers(request ->
          request
              .response()
              .putHeader("content-type", "text/event-stream")
              .end(
                  """
                  event: message_start
                  data: {"type":"message_start","message":{"type":"message","model":"claude-haiku\\u202e-4-5","usage":{"input_tokens":20,"output_tokens":1}}}

                  event: message_delta
                  data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":20,"output_tokens":7,"iterations":[{"type":"message","model":"claude-haiku\\u202e-4-5","input_tokens":20,"output_tokens":7},{"type":"advisor_message","model":"ad\\ud800visor","input_tokens":5,"output_tokens":2}]}}

                  event: message_stop
                  data: {"type":"message_stop"}

                  """));
      purser.post(
          "/v1/messages",
          "{\"model\":\"claude-haiku-4-5\",\"stream\":true,\"max_tokens\":50,\"messages\":[]}");

      TestGateway.Entry entry = purser.lastEntry();
      assertThat(entry.usageSource()).isEqualTo("reported");
      assertThat(entry.inputTokens()).isEqualTo(25);
      assertThat(entry.outputTokens()).isEqualTo(9);
      assertThat(lineModels(purser)).containsOnly("claude-haiku\ufffd-4-5", "ad\ufffdvisor");
      LedgerBooks.balance(purser.database);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aProvidersErrorIsBookedPlain(TestDatabase.Kind kind) {
    try (TestGateway purser = new TestGateway(kind)) {
      purser.provider.answers(request ->
          request
              .response()
              .setStatusCode(429)
              .putHeader("content-type", "application/json")
              .end("{\"error\":{\"type\":\"rate\\u0000limit\",\"message\":\"x\"}}"));
      purser.post("/v1/chat/completions", body("/v1/chat/completions", "gpt-4o"));

      TestGateway.Entry entry = purser.lastEntry();
      assertThat(entry.errorCode()).isEqualTo("rate\ufffdlimit");
      assertThat(entry.httpStatus()).isEqualTo(429);
      assertThat(entry.costNanos()).isZero();
      assertThat(entry.state()).isEqualTo("settled");
      LedgerBooks.balance(purser.database);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anErrorInsideAStreamIsBookedPlain(TestDatabase.Kind kind) {
    try (TestGateway purser = new TestGateway(kind)) {
      purser.provider.answers(request ->
          request
              .response()
              .putHeader("content-type", "text/event-stream")
              .end(
                  "event: error\ndata: {\"type\":\"error\",\"error\":"
                      + "{\"type\":\"over\\u0007loaded\\udfff\",\"message\":\"x\"}}\n\n"));
      purser.post(
          "/v1/messages",
          "{\"model\":\"claude-haiku-4-5\",\"stream\":true,\"max_tokens\":50,\"messages\":[]}");

      assertThat(purser.lastEntry().errorCode()).isEqualTo("over\ufffdloaded\ufffd");
      LedgerBooks.balance(purser.database);
    }
  }

  private static String body(String path, String model) {
    return Objects.requireNonNull(BODIES.get(path), path).formatted(model);
  }

  private static List<String> lineModels(TestGateway purser) {
    List<String> models =
        purser.database.read(handle ->
            handle.createQuery("SELECT model FROM entry_lines").mapTo(String.class).list());
    List<String> inTotals =
        purser.database.read(
            handle -> handle.createQuery("SELECT model FROM totals").mapTo(String.class).list());
    assertThat(inTotals).allMatch(PlainText::is);
    return models;
  }

  private static List<String> texts(TestGateway purser, String column) {
    return purser.database.read(handle ->
        handle.createQuery("SELECT " + column + " FROM entries").mapTo(String.class).list().stream()
            .filter(Objects::nonNull)
            .toList());
  }
}
