package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A figure that calls itself reported is what the provider bills, to the nano-dollar. */
class ExactFiguresTest {
  private static final String FABLE = "claude-fable-5";
  private static final String OPUS = "claude-opus-5-5";
  private static final String SONNET = "claude-sonnet-5-5";
  private static final String CHAT = "/v1/chat/completions";

  /** All of Purser, and a provider that gives the next answer that it was told. */
  private static final class Stage implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private volatile Handler<HttpServerRequest> next = request -> request.response().end();
    private final PlainProvider provider = new PlainProvider(vertx, asked -> next.handle(asked));
    private final RunningPurser purser;
    private final Person person;
    private final Http caller;

    Stage(TestDatabase.Kind kind, String... settings) {
      Map<String, String> all =
          settings.length == 0
              ? Map.of("PURSER_ANTHROPIC_URL", provider.url(), "PURSER_OPENAI_URL", provider.url())
              : Map.of(
                  "PURSER_ANTHROPIC_URL",
                  provider.url(),
                  "PURSER_OPENAI_URL",
                  provider.url(),
                  settings[0],
                  settings[1]);
      purser = RunningPurser.start(kind, all);
      person = purser.newPerson().withProviderKeys();
      caller = person.caller("tester");
    }

    /** The call's entry, after an answer in one piece. */
    JsonNode json(String path, String request, int status, String answer) {
      next =
          asked ->
              asked
                  .response()
                  .setStatusCode(status)
                  .putHeader("content-type", "application/json")
                  .end(answer);
      return booked(path, request);
    }

    /** The same of a stream that the provider ends in order, wherever that is. */
    JsonNode stream(String path, String request, String... events) {
      next = asked -> begun(asked, events).end();
      return booked(path, request);
    }

    /** The same of a stream whose connection breaks. */
    JsonNode cut(String path, String request, String... events) {
      next =
          asked -> {
            HttpServerResponse response = begun(asked);
            response.write(joined(events)).onComplete(_ -> asked.connection().close());
          };
      String id = cutCall(path, request);
      return person.settledCall(id);
    }

    private static HttpServerResponse begun(HttpServerRequest asked, String... events) {
      HttpServerResponse response =
          asked.response().setChunked(true).putHeader("content-type", "text/event-stream");
      if (events.length > 0) {
        response.write(joined(events));
      }
      return response;
    }

    private static String joined(String... events) {
      return Stream.of(events).map(event -> "data: " + event + "\n\n").reduce("", String::concat);
    }

    private JsonNode booked(String path, String request) {
      Http.Answer answer = caller.post(path, request);
      return person.settledCall(answer.header("x-purser-call-id"));
    }

    /** The call's entry, after an answer of which the last bytes do not come. */
    JsonNode cutJson(String path, String request, String answer, int missing) {
      next =
          asked -> {
            HttpServerResponse response =
                asked
                    .response()
                    .putHeader("content-type", "application/json")
                    .putHeader("content-length", Integer.toString(answer.length()));
            response
                .write(answer.substring(0, answer.length() - missing))
                .onComplete(_ -> asked.connection().close());
          };
      return person.settledCall(cutCall(path, request));
    }

    /** The client's own error says nothing of the call: the newest entry is it. */
    private String cutCall(String path, String request) {
      try {
        return caller.post(path, request).header("x-purser-call-id");
      } catch (java.io.UncheckedIOException broken) {
        return person.api().get("/api/calls?limit=1").ok(200).at("/items/0/id").asString();
      }
    }

    String page(String callId) {
      return new Http(purser.url(), null)
          .get("/calls/" + callId, "Cookie", purser.sessionCookie(person))
          .text();
    }

    @Override
    public void close() {
      purser.close();
      provider.close();
      vertx.close().await();
    }
  }

  private static String messages(String model, String more) {
    return """
    {"model":"%s","max_tokens":1000,%s"messages":[{"role":"user","content":"hello"}]}\
    """
        .formatted(model, more);
  }

  private static String refusal(String model, String members, long outputTokens) {
    return """
    {"type":"message","role":"assistant","model":"%s",%s,\
    "usage":{"input_tokens":412,"cache_read_input_tokens":88,"output_tokens":%d,\
    "inference_geo":"global"}}\
    """
        .formatted(model, members, outputTokens);
  }

  private static final String[] REFUSED_STREAM = {
    """
    {"type":"message_start","message":{"model":"claude-fable-5","content":[],"usage":\
    {"input_tokens":412,"cache_read_input_tokens":88,"output_tokens":1,"inference_geo":"global"}}}\
    """,
    "{\"type\":\"ping\"}",
    """
    {"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null,\
    "stop_details":{"type":"refusal","explanation":"This is not answered."}},\
    "usage":{"output_tokens":0}}\
    """,
    "{\"type\":\"message_stop\"}",
  };

  private static BigDecimal cents(JsonNode call) {
    return call.path("costCents").decimalValue();
  }

  private static void assertCents(JsonNode call, String cents) {
    assertThat(cents(call)).isEqualByComparingTo(cents);
  }

  private static String source(JsonNode call) {
    return call.path("usageSource").asString();
  }

  // ---- 3: what is not billed

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aRefusalBeforeAnyOutputCostsNothingAndItsLinesSayWhy(TestDatabase.Kind kind) {
    try (Stage stage = new Stage(kind)) {
      String stopped = "\"content\":[],\"stop_reason\":\"refusal\"";
      List<JsonNode> refused =
          List.of(
              stage.json("/v1/messages", messages(FABLE, ""), 200, refusal(FABLE, stopped, 0)),
              stage.stream("/v1/messages", messages(FABLE, "\"stream\":true,"), REFUSED_STREAM),
              // Also where no price is known: what is not billed needs none.
              stage.json(
                  "/v1/messages",
                  messages("claude-tomorrow", ""),
                  200,
                  refusal("claude-tomorrow", stopped, 0)));
      for (JsonNode call : refused) {
        assertThat(source(call)).isEqualTo("reported");
        assertThat(call.path("state").asString()).isEqualTo("settled");
        assertCents(call, "0");
        assertThat(call.path("inputTokens").asLong()).isEqualTo(412);
        assertThat(call.path("lines")).hasSize(2);
        for (JsonNode line : call.path("lines")) {
          assertThat(line.path("notBilled").asBoolean()).isTrue();
          assertThat(line.path("costCents").decimalValue()).isEqualByComparingTo("0");
        }
        assertThat(stage.page(call.path("id").asString())).contains("Not billed:");
      }
      JsonNode summary = stage.person.summary();
      for (String money : List.of("totalCostCents", "heldCents", "doubtCents")) {
        assertThat(summary.path(money).decimalValue()).as(money).isEqualByComparingTo("0");
      }
    }
  }

  @Test
  void onlyTheDocumentedFormOfARefusalIsNotBilled() {
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      String request = messages(FABLE, "");
      String streamed = messages(FABLE, "\"stream\":true,");
      String stopped = "\"content\":[],\"stop_reason\":\"refusal\"";
      String block = "\"content\":[{\"type\":\"text\",\"text\":\"\"}],\"stop_reason\":\"refusal\"";
      String ended = "\"content\":[],\"stop_reason\":\"end_turn\"";
      String blockStart =
          "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
              + "{\"type\":\"text\",\"text\":\"\"}}";
      Map<String, JsonNode> calls =
          Map.of(
              "output", stage.json("/v1/messages", request, 200, refusal(FABLE, stopped, 5)),
              "a block", stage.json("/v1/messages", request, 200, refusal(FABLE, block, 0)),
              "another reason", stage.json("/v1/messages", request, 200, refusal(FABLE, ended, 0)),
              "another status",
                  stage.json("/v1/messages", request, 201, refusal(FABLE, stopped, 0)),
              "a streamed block",
                  stage.stream(
                      "/v1/messages",
                      streamed,
                      REFUSED_STREAM[0],
                      blockStart,
                      REFUSED_STREAM[2],
                      REFUSED_STREAM[3]),
              "no end",
                  stage.stream(
                      "/v1/messages",
                      streamed,
                      REFUSED_STREAM[0],
                      REFUSED_STREAM[1],
                      REFUSED_STREAM[2]));
      calls.forEach((name, call) -> {
        assertThat(cents(call)).as(name).isPositive();
        assertThat(call.path("lines")).as(name).isNotEmpty();
        for (JsonNode line : call.path("lines")) {
          assertThat(line.path("notBilled").asBoolean()).as(name).isFalse();
        }
        assertThat(source(call))
            .as(name)
            .isEqualTo(name.equals("no end") ? "estimated" : "reported");
      });
    }
  }

  @ParameterizedTest
  @CsvSource({"0, true", "7, false"})
  void anAttemptThatIsRefusedBeforeAFallbackIsBilledOnlyForWhatItWrote(
      long written, boolean notBilled) {
    String usage =
        """
        {"input_tokens":412,"output_tokens":264,"inference_geo":"global","iterations":[\
        {"type":"message","model":"claude-fable-5","input_tokens":408,"output_tokens":%d},\
        {"type":"fallback_message","model":"claude-opus-5-5","input_tokens":412,\
        "output_tokens":264}]}\
        """
            .formatted(written);
    String fallback =
        "{\"type\":\"fallback\",\"from\":{\"model\":\"claude-fable-5\"},"
            + "\"to\":{\"model\":\"claude-opus-5-5\"}}";
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      String request = messages(FABLE, "\"fallbacks\":[{\"model\":\"claude-opus-5-5\"}],");
      JsonNode json =
          stage.json(
              "/v1/messages",
              request,
              200,
              "{\"model\":\""
                  + OPUS
                  + "\",\"content\":["
                  + fallback
                  + "],"
                  + "\"stop_reason\":\"end_turn\",\"usage\":"
                  + usage
                  + "}");
      JsonNode stream =
          stage.stream(
              "/v1/messages",
              messages(FABLE, "\"stream\":true,\"fallbacks\":[{\"model\":\"claude-opus-5-5\"}],"),
              REFUSED_STREAM[0],
              "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":" + fallback + "}",
              "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
                  + usage.replace("\"iterations\"", "\"cache_read_input_tokens\":0,\"iterations\"")
                  + "}",
              REFUSED_STREAM[3]);
      for (JsonNode call : List.of(json, stream)) {
        assertThat(source(call)).isEqualTo("reported");
        assertThat(call.path("model").asString()).isEqualTo(OPUS);
        // 412 at $4 and 264 at $20 a million; 408 at $10 and 7 at $50.
        assertCents(call, notBilled ? "0.6928" : "1.1358");
        for (JsonNode line : call.path("lines")) {
          assertThat(line.path("notBilled").asBoolean())
              .isEqualTo(notBilled && line.path("model").asString().equals(FABLE));
        }
      }
    }
  }

  // ---- 4: what ends a stream

  private static final String START =
      """
      {"type":"message_start","message":{"model":"claude-sonnet-5-5","content":[],"usage":\
      {"input_tokens":20,"output_tokens":1,"inference_geo":"global"}}}\
      """;

  private static String text(int length) {
    return "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
        + "\"text\":\""
        + "y".repeat(length)
        + "\"}}";
  }

  private static String delta(String usage) {
    return "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
        + usage
        + "}";
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anEarlyUsageIsNotThatOfTheWholeStream(TestDatabase.Kind kind) {
    try (Stage stage = new Stage(kind)) {
      String request = messages(SONNET, "\"stream\":true,").replace("1000", "64000");
      String ten = delta("{\"output_tokens\":10}");
      JsonNode cut = stage.cut("/v1/messages", request, START, ten, text(44_000));
      assertThat(source(cut)).isEqualTo("estimated");
      assertThat(cut.path("errorCode").asString()).isEqualTo("stream_cut");
      assertThat(cut.path("outputTokens").asLong()).isBetween(44_000L, 44_100L);
      assertThat(cut.path("inputTokens").asLong()).isEqualTo(20);
      // The same without a cut, but for the event that would have ended it.
      JsonNode endless = stage.stream("/v1/messages", request, START, text(50), ten);
      assertThat(source(endless)).isEqualTo("estimated");
      assertThat(endless.path("outputTokens").asLong()).isGreaterThanOrEqualTo(50);
      // It ends, but the last usage is of a time before the text, or is none at all.
      for (String[] events :
          List.of(
              new String[] {START, ten, text(900), "{\"type\":\"message_stop\"}"},
              new String[] {START, text(900), delta("{}"), "{\"type\":\"message_stop\"}"})) {
        JsonNode call = stage.stream("/v1/messages", request, events);
        assertThat(source(call)).isEqualTo("estimated");
        assertThat(call.path("outputTokens").asLong()).isGreaterThanOrEqualTo(900);
      }
      JsonNode whole =
          stage.stream(
              "/v1/messages",
              request,
              START,
              ten,
              text(900),
              delta("{\"output_tokens\":300}"),
              "{\"type\":\"message_stop\"}");
      assertThat(source(whole)).isEqualTo("reported");
      assertThat(whole.path("outputTokens").asLong()).isEqualTo(300);
      assertThat(stage.person.summary().path("doubtCents").decimalValue()).isPositive();
    }
  }

  @Test
  void aStreamOfOpenAiIsReportedOnlyBehindItsOwnEnd() {
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      String chat =
          "{\"model\":\"gpt-4o\",\"stream\":true,\"max_completion_tokens\":9000,"
              + "\"stream_options\":{\"include_usage\":true},\"messages\":[]}";
      String usage = "{\"prompt_tokens\":30,\"completion_tokens\":5}";
      String early = "{\"model\":\"gpt-4o\",\"choices\":[],\"usage\":" + usage + "}";
      String more =
          "{\"model\":\"gpt-4o\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
              + "y".repeat(700)
              + "\"},\"finish_reason\":\"stop\"}],\"usage\":null}";
      assertEstimatedFrom(700, stage.cut(CHAT, chat, early, more));
      assertEstimatedFrom(700, stage.stream(CHAT, chat, early, more, "[DONE]"));
      assertEstimatedFrom(700, stage.stream(CHAT, chat, more, early));
      JsonNode whole = stage.stream(CHAT, chat, more, early, "[DONE]");
      assertThat(source(whole)).isEqualTo("reported");
      assertThat(whole.path("outputTokens").asLong()).isEqualTo(5);

      String responses = "{\"model\":\"gpt-6-sol\",\"stream\":true,\"input\":\"hello\"}";
      String used = "{\"input_tokens\":30,\"output_tokens\":5}";
      String progress =
          "{\"type\":\"response.in_progress\",\"response\":{\"model\":\"gpt-6-sol\",\"usage\":"
              + used
              + "}}";
      String written =
          "{\"type\":\"response.output_text.delta\",\"delta\":\"" + "y".repeat(700) + "\"}";
      assertEstimatedFrom(700, stage.cut("/v1/responses", responses, progress, written));
      assertEstimatedFrom(700, stage.stream("/v1/responses", responses, written, progress));
      JsonNode completed =
          stage.stream(
              "/v1/responses", responses, written, progress.replace("in_progress", "incomplete"));
      assertThat(source(completed)).isEqualTo("reported");
      assertThat(completed.path("outputTokens").asLong()).isEqualTo(5);
    }
  }

  /** What stands behind the usage may be the tier, and so another price. */
  @Test
  void aJsonAnswerThatIsCutBehindItsUsageIsNotReported() {
    String chat = "{\"model\":\"gpt-6-luna\",\"max_completion_tokens\":900,\"messages\":[]}";
    String answer =
        "{\"model\":\"gpt-6-luna\",\"choices\":[],\"usage\":{\"prompt_tokens\":30,"
            + "\"completion_tokens\":5},\"service_tier\":\"priority\"}";
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      for (int missing : new int[] {1, 2, 20, 27}) {
        JsonNode cut = stage.cutJson(CHAT, chat, answer, missing);
        assertEstimatedFrom(5, cut);
        assertThat(cut.path("errorCode").asString()).isEqualTo("stream_cut");
      }
      JsonNode whole = stage.json(CHAT, chat, 200, answer);
      assertThat(source(whole)).isEqualTo("reported");
      assertThat(whole.path("tier").asString()).isEqualTo("priority");
    }
  }

  private static void assertEstimatedFrom(long outputTokens, JsonNode call) {
    assertThat(source(call)).isEqualTo("estimated");
    assertThat(call.path("outputTokens").asLong()).isGreaterThanOrEqualTo(outputTokens);
  }

  // ---- 5: cache writes of which only the sum is told

  @Test
  void cacheWritesThatGrewInAStreamCountAtTheDearerLifetimeThatIsAskedFor() {
    String tools = "\"tools\":[{\"type\":\"web_search_20250305\",\"max_uses\":3}],";
    String forMinutes =
        "\"system\":[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{\"type\":\"ephemeral\"}}],";
    String forAnHour = forMinutes.replace("\"ephemeral\"", "\"ephemeral\",\"ttl\":\"1h\"");
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      // Of 300 in the end, 100 were split at the start. At $2.50 and $4 a million.
      JsonNode minutes = grown(stage, tools + forMinutes, 100, 0);
      assertThat(source(minutes)).isEqualTo("reported");
      assertThat(written(minutes, "cache_write_5m")).isEqualTo(300);

      JsonNode hour = grown(stage, tools + forAnHour, 0, 100);
      assertThat(source(hour)).isEqualTo("reported");
      assertThat(written(hour, "cache_write_1h")).isEqualTo(300);

      JsonNode none = grown(stage, tools + forAnHour, 0, 0);
      assertThat(written(none, "cache_write_1h")).isEqualTo(300);

      // Asked for both, and not said which: the rest may be of either.
      String forBoth =
          forAnHour.replace(
              "}}],",
              "}},{\"type\":\"text\",\"text\":\"b\",\"cache_control\":{\"type\":\"ephemeral\"}}],");
      for (long in1h : new long[] {0, 100}) {
        JsonNode either = grown(stage, tools + forBoth, 0, in1h);
        assertThat(source(either)).isEqualTo("estimated");
        assertThat(written(either, "cache_write_1h")).isEqualTo(300);
      }

      // Both lifetimes are in use: the rest counts at the dearer, and nobody says which it has.
      JsonNode mixed = grown(stage, tools + forAnHour, 60, 40);
      assertThat(source(mixed)).isEqualTo("estimated");
      assertThat(written(mixed, "cache_write_5m")).isEqualTo(60);
      assertThat(written(mixed, "cache_write_1h")).isEqualTo(240);
      assertCents(mixed, "0.1122");
      assertThat(stage.person.summary().path("doubtCents").decimalValue())
          .isEqualByComparingTo("0");
    }
  }

  private static JsonNode grown(Stage stage, String more, long in5m, long in1h) {
    return stage.stream(
        "/v1/messages",
        messages(SONNET, "\"stream\":true," + more),
        """
        {"type":"message_start","message":{"model":"claude-sonnet-5-5","content":[],"usage":\
        {"input_tokens":6,"output_tokens":1,"inference_geo":"global",\
        "cache_creation_input_tokens":%d,"cache_creation":\
        {"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":%d}}}}\
        """
            .formatted(in5m + in1h, in5m, in1h),
        text(10),
        delta("{\"input_tokens\":6,\"cache_creation_input_tokens\":300,\"output_tokens\":0}"),
        "{\"type\":\"message_stop\"}");
  }

  private static long written(JsonNode call, String kind) {
    long quantity = 0;
    for (JsonNode line : call.path("lines")) {
      quantity += line.path("kind").asString().equals(kind) ? line.path("quantity").asLong() : 0;
    }
    return quantity;
  }

  @Test
  void openAiWritesThatAreNotSplitLastAsLongAsTheRequestAsks() {
    String request =
        "{\"model\":\"gpt-6.2-sol\",\"input\":\"hello\",\"prompt_cache_options\":{\"ttl\":\"12h\"}}";
    String answer =
        "{\"model\":\"gpt-6.2-sol\",\"service_tier\":\"default\",\"usage\":{\"input_tokens\":100,"
            + "\"input_tokens_details\":{\"cache_write_tokens\":90},\"output_tokens\":0}}";
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      JsonNode call = stage.json("/v1/responses", request, 200, answer);
      assertThat(written(call, "cache_write_12h")).isEqualTo(90);
      // 10 at $2 and 90 at $5 a million.
      assertCents(call, "0.047");
    }
  }

  // ---- 6: searches that an answer does not tell

  private static final String LARGE = "gpt-4o-search-preview";

  /** What a request says of its search, and the cents of its fee. */
  private record Search(String model, String options, String cents) {}

  /**
   * $30, $35 and $50 for a thousand searches; $25, $27.50 and $30 with the small model, and $10
   * with one that is not made for it.
   */
  private static final List<Search> SEARCHES =
      List.of(
          new Search(LARGE, "\"web_search_options\":{\"search_context_size\":\"low\"},", "3"),
          new Search(LARGE, "\"web_search_options\":{\"search_context_size\":\"medium\"},", "3.5"),
          new Search(LARGE, "\"web_search_options\":{\"search_context_size\":\"high\"},", "5"),
          new Search(LARGE, "\"web_search_options\":{\"search_context_size\":\"huge\"},", "5"),
          new Search(LARGE, "\"web_search_options\":{},", "3.5"),
          new Search(LARGE, "", "3.5"),
          new Search(LARGE + "-2025-03-11", "", "3.5"),
          new Search("gpt-4o-mini-search-preview", "", "2.75"),
          new Search("gpt-4.1", "\"web_search_options\":{},", "1"));

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aChatCallThatMaySearchHasOneSearchAtThePriceOfItsContext(TestDatabase.Kind kind) {
    try (Stage stage = new Stage(kind)) {
      for (Search search : SEARCHES) {
        String request =
            "{\"model\":\"%s\",%s\"messages\":[],\"max_completion_tokens\":100}"
                .formatted(search.model, search.options);
        String answer =
            "{\"model\":\"%s\",\"choices\":[],".formatted(search.model)
                + "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}";
        String streamed = request.replaceFirst("\\{", "{\"stream\":true,");
        for (JsonNode call :
            List.of(
                stage.json(CHAT, request, 200, answer),
                stage.stream(CHAT, streamed, answer, "[DONE]"))) {
          assertThat(source(call)).as(request).isEqualTo("estimated");
          assertThat(call.path("webSearches").asLong()).isEqualTo(1);
          assertThat(call.path("lines")).hasSize(1);
          assertThat(call.at("/lines/0/kind").asString()).isEqualTo("web_search");
          assertThat(cents(call)).as(request).isEqualByComparingTo(search.cents);
          assertThat(call.path("aboveHold").asBoolean()).isFalse();
          assertThat(stage.page(call.path("id").asString()))
              .contains("whether it searched the web");
        }
      }
      // Nothing is in doubt: no more than that can be billed.
      assertThat(stage.person.summary().path("doubtCents").decimalValue())
          .isEqualByComparingTo("0");
    }
  }

  @Test
  void aChatCallThatCannotSearchHasNoSearch() {
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE)) {
      for (String options : List.of("", "\"web_search_options\":null,")) {
        JsonNode call =
            stage.json(
                CHAT,
                "{\"model\":\"gpt-4o\"," + options + "\"messages\":[]}",
                200,
                "{\"model\":\"gpt-4o\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}");
        assertThat(source(call)).isEqualTo("reported");
        assertThat(call.path("webSearches").asLong()).isZero();
      }
    }
  }

  // ---- 7: regions

  /** What 1,000 tokens in and 1,000 out cost, in cents, anywhere and in a region. */
  private record Regional(String model, String cents, String regionalCents) {}

  private static final List<Regional> REGIONAL =
      List.of(
          new Regional("gpt-5.4", "1.75", "1.925"),
          new Regional("gpt-5.6-luna", "0.14", "0.154"),
          new Regional("gpt-6-luna", "0.06", "0.066"),
          new Regional("gpt-4o", "1.25", "1.25"),
          new Regional("gpt-5.2", "1.575", "1.575"));

  @ParameterizedTest
  @ValueSource(strings = {"none", "eu", "us"})
  void atARegionalAddressNewerModelsCostATenthMore(String region) {
    try (Stage stage = new Stage(TestDatabase.Kind.SQLITE, "PURSER_OPENAI_REGION", region)) {
      stage.person.settings("{\"monthlyBudgetCents\":500,\"budgetMode\":\"strict\"}");
      for (Regional each : REGIONAL) {
        JsonNode call =
            stage.json(
                CHAT,
                "{\"model\":\"%s\",\"messages\":[],\"max_completion_tokens\":1000}"
                    .formatted(each.model),
                200,
                "{\"model\":\"%s\",\"choices\":[],\"service_tier\":\"default\","
                        .formatted(each.model)
                    + "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1000}}");
        assertThat(source(call)).isEqualTo("reported");
        assertThat(cents(call))
            .as(each.model)
            .isEqualByComparingTo(region.equals("none") ? each.cents : each.regionalCents);
        assertThat(call.path("aboveHold").asBoolean()).isFalse();
      }
    }
  }
}
