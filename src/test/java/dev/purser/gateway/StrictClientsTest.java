package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.gateway.DefaultRequests.Sent;
import dev.purser.ledger.LedgerConfiguration;
import dev.purser.ledger.Releases;
import dev.purser.ledger.StrictNameStore;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import dev.purser.providers.StrictNames;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Programs as they are, under a budget that is never exceeded. */
class StrictClientsTest {
  private static final int AT_ONCE = 4;
  private static final int BYTES_OF_A_TOKEN = 4;
  private static final String BETA = "next-year-2027-01-01";

  private TestGateway purser;

  @BeforeEach
  void start() {
    begin(LedgerConfiguration.DEFAULT.withWaitForHolds(Duration.ofSeconds(30)));
  }

  private void begin(LedgerConfiguration ledger) {
    purser = new TestGateway(ledger);
    purser.saveKey(Provider.ANTHROPIC, TestGateway.ANTHROPIC_KEY, "claude-opus-5-5");
    purser.saveKey(Provider.OPENAI, TestGateway.OPENAI_KEY, "gpt-6.2-sol");
    answersWith(200);
  }

  @AfterEach
  void stop() {
    purser.close();
  }

  /** A token for each four bytes of a request, in the counter and in the answer. */
  private void answersWith(long outputTokens) {
    purser.provider.answers(request -> {
      long input = purser.provider.last().body().length() / BYTES_OF_A_TOKEN;
      String uri = request.uri();
      boolean stream = purser.provider.last().body().toString().contains("\"stream\":true");
      request
          .response()
          .putHeader("content-type", stream ? "text/event-stream" : "application/json")
          .end(
              uri.endsWith("tokens")
                  ? "{\"input_tokens\":" + input + "}"
                  : uri.equals("/v1/messages")
                      ? message(stream, input, outputTokens)
                      : response(input, outputTokens));
    });
  }

  private static String message(boolean stream, long input, long output) {
    String usage =
        "\"usage\":{\"input_tokens\":%d,\"output_tokens\":%d,\"service_tier\":\"standard\","
            + "\"inference_geo\":\"global\"}";
    String head =
        "\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-opus-5-5\","
            + "\"content\":[],";
    return stream
        ? "data: {\"type\":\"message_start\",\"message\":{%s%s}}\n\n"
                .formatted(head, usage.formatted(input, 1))
            + "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},%s}\n\n"
                .formatted(usage.formatted(input, output))
            + "data: {\"type\":\"message_stop\"}\n\n"
        : "{%s\"stop_reason\":\"end_turn\",%s}".formatted(head, usage.formatted(input, output));
  }

  private static String response(long input, long output) {
    return """
    event: response.completed
    data: {"type":"response.completed","response":{"id":"r","status":"completed",\
    "model":"gpt-6.2-sol","usage":{"input_tokens":%d,"output_tokens":%d,"total_tokens":%d}}}

    """
        .formatted(input, output, input + output);
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

  private HttpResponse<String> call(Sent sent) {
    return purser.send(request(sent));
  }

  private HttpRequest request(Sent sent) {
    HttpRequest.Builder request =
        purser
            .request(sent.path())
            .timeout(Duration.ofSeconds(60))
            .header("authorization", "Bearer " + purser.secret)
            .header("content-type", "application/json");
    sent.headers().forEach(request::header);
    return request.POST(HttpRequest.BodyPublishers.ofString(sent.body())).build();
  }

  private List<HttpResponse<String>> atOnce(Sent sent) {
    List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      running.add(CompletableFuture.supplyAsync(() -> call(sent), Thread::startVirtualThread));
    }
    return running.stream().map(CompletableFuture::join).toList();
  }

  static Stream<Arguments> defaultRequestsAndBudgets() {
    return DefaultRequests.all().stream()
        .flatMap(sent -> Stream.of(20, 5, 1).map(dollars -> Arguments.of(sent, dollars)));
  }

  @ParameterizedTest
  @MethodSource("defaultRequestsAndBudgets")
  void defaultRequestsRunFourAtOnce(Sent sent, int dollars) {
    budget(100L * dollars);

    for (HttpResponse<String> answer : atOnce(sent)) {
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    purser.lastEntry();
    assertThat(purser.entries())
        .hasSize(AT_ONCE)
        .allMatch(entry -> "reported".equals(entry.usageSource()));
    assertThat(purser.ledger.strictNames().struck(null)).isEmpty();
  }

  static Stream<Sent> requestsWithAnUnknownName() {
    return Stream.of(
        DefaultRequests.claudeCode("claude-opus-5-5").withBeta(BETA),
        DefaultRequests.claudeCode("claude-opus-5-5").withField("\"invented\":1"),
        DefaultRequests.codexWithNewerModel().withField("\"invented\":1"));
  }

  private static String nameOf(Sent sent) {
    return sent.body().contains("invented") ? "invented" : BETA;
  }

  @ParameterizedTest
  @MethodSource("requestsWithAnUnknownName")
  void anUnknownNameCountsAsTheMostThatItsModelCanCost(Sent sent) {
    budget(2_000);

    HttpResponse<String> answer = call(sent);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-purser-max-tokens")).isEmpty();
    // The counter is told all that the call has.
    FakeProvider.Received count = purser.provider.received().getFirst();
    assertThat(count.uri()).endsWith("tokens");
    assertThat(count.headers() + count.body().toString()).contains(nameOf(sent));
    assertThat(
            number(
                "SELECT count(*) FROM entries WHERE widening_names LIKE '%" + nameOf(sent) + "'"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("requestsWithAnUnknownName")
  void whereThatDoesNotFitTheRefusalSaysWhyAndWhatHelps(Sent sent) {
    budget(100);

    HttpResponse<String> answer = call(sent);

    assertThat(answer.statusCode()).isEqualTo(402);
    JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
    JsonNode purserPart = error.path("purser");
    assertThat(purserPart.path("code").asString()).isEqualTo("budget_exhausted");
    assertThat(purserPart.path("neededCents").decimalValue()).isGreaterThan(new BigDecimal(500));
    assertThat(purserPart.path("largestOutputTokens").asLong()).isZero();
    String needed =
        purserPart.path("neededCents").decimalValue().setScale(0, RoundingMode.UP).toPlainString();
    assertThat(error.path("message").asString())
        .contains(nameOf(sent))
        .contains("$" + new BigDecimal(needed).movePointLeft(2).toPlainString());
    assertThat(purserPart.path("help").asString()).contains("./run strict allow");
    if (sent.path().equals("/v1/messages")) {
      assertThat(purserPart.path("help").asString())
          .contains("CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1");
    }
    assertThat(purser.provider.received()).noneMatch(asked -> asked.uri().equals(sent.path()));
  }

  @ParameterizedTest
  @MethodSource("requestsWithAnUnknownName")
  void aNameOfACallThatCostMoreThanItsHoldIsRefusedUntilItIsListed(Sent sent) {
    budget(100_000);
    answersWith(40_000_000);
    assertThat(call(sent).statusCode()).isEqualTo(200);
    purser.lastEntry();
    answersWith(200);

    // First everything stops, as for any bound that was wrong.
    HttpResponse<String> stopped = call(DefaultRequests.claudeCode("claude-opus-5-5"));
    assertThat(stopped.statusCode()).isEqualTo(402);
    assertThat(stopped.body()).contains("is stopped");
    new Releases(purser.database, InstantSource.system()).resume(purser.user.spaceId());

    assertThat(call(DefaultRequests.claudeCode("claude-opus-5-5")).statusCode()).isEqualTo(200);
    HttpResponse<String> refused = call(sent);
    assertThat(refused.statusCode()).isEqualTo(402);
    assertThat(refused.body())
        .contains("cost_unbounded")
        .contains(nameOf(sent))
        .contains("./run strict allow");
    StrictNameStore names = purser.ledger.strictNames();
    StrictNameStore.Struck struck = names.struck(purser.user.spaceId()).getFirst();
    assertThat(struck.name()).endsWith(" " + nameOf(sent));
    assertThat(struck.entryId()).isEqualTo(purser.entries().getFirst().id());

    names.list(struck.name(), StrictNames.Effect.WIDENS.id(), Instant.now());
    assertThat(call(sent).statusCode()).isEqualTo(200);
    assertThat(names.remove(struck.name())).isTrue();
    assertThat(call(sent).statusCode()).isEqualTo(402);
  }

  @ParameterizedTest
  @MethodSource("requestsWithAnUnknownName")
  void aNameThatIsListedAsHarmlessWidensNothing(Sent sent) {
    budget(100);
    assertThat(call(sent).statusCode()).isEqualTo(402);
    String id =
        sent.path().equals("/v1/responses")
            ? "openai_responses field invented"
            : nameOf(sent).equals("invented")
                ? "anthropic_messages field invented"
                : "anthropic_messages beta " + BETA;
    purser.ledger.strictNames().list(id, StrictNames.Effect.HARMLESS.id(), Instant.now());

    HttpResponse<String> answer = call(sent);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(
            number(
                "SELECT count(*) FROM entries WHERE state = 'settled' AND widening_names IS NULL"))
        .isEqualTo(1);
  }

  @Test
  void anUnknownNameIsRefusedWhereThatIsChosen() {
    purser.close();
    begin(LedgerConfiguration.DEFAULT.withUnknownNamesRefused(true));
    budget(2_000);
    Sent known = DefaultRequests.claudeCode("claude-opus-5-5");

    HttpResponse<String> refused = call(known.withBeta(BETA));

    assertThat(refused.statusCode()).isEqualTo(402);
    assertThat(refused.body())
        .contains("cost_unbounded")
        .contains("anthropic-beta " + BETA)
        .contains("CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1");
    assertThat(call(known.withField("\"invented\":1")).body()).contains("invented");
    assertThat(call(known).statusCode()).isEqualTo(200);
  }

  @Test
  void aHoldOfAnUnknownNameDoesNotNarrowWhileItsCallRuns() throws IOException {
    budget(2_000);
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    purser.provider.answers(request -> {
      FakeProvider.Received asked = purser.provider.last();
      long input = asked.body().length() / BYTES_OF_A_TOKEN;
      if (request.uri().endsWith("tokens")) {
        request.response().end("{\"input_tokens\":" + input + "}");
      } else if (!String.valueOf(asked.headers().get("anthropic-beta")).contains(BETA)) {
        request.response().end(message(false, 1, 1));
      } else {
        String stream = message(true, input, 200);
        int first = stream.indexOf("\n\n") + 2;
        HttpServerResponse response = request.response().setChunked(true);
        response.putHeader("content-type", "text/event-stream");
        var _ = response.write(stream.substring(0, first));
        var _ = end.thenAccept(_ -> response.end(stream.substring(first)));
      }
    });

    Sent sent = DefaultRequests.claudeCode("claude-opus-5-5").withBeta(BETA);
    HttpResponse<InputStream> running =
        purser.send(request(sent), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream answer = running.body()) {
      // What it would have narrowed to would be written before a later call has ended.
      assertThat(answer.read()).isEqualTo('d');
      String small =
          "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[],\"stream\":false}";
      assertThat(call(new Sent("another", "/v1/messages", Map.of(), small)).statusCode())
          .isEqualTo(200);
      // 128,000 tokens at the model's highest card, fast and in the US.
      assertThat(number("SELECT hold_nanos FROM entries WHERE state = 'open'"))
          .isGreaterThan(128_000L * 44_000);
      end.complete(true);
      answer.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10000 | 8 | /v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'messages':[],'tools':[{'type':'web_search_20250305','name':'web_search'}]}",
        "100   | 2 | /v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'messages':[],'tools':[{'type':'web_search_20250305','name':'web_search','max_uses':null}]}",
        "60    | 1 | /v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'messages':[{'role':'system','content':[{'type':'tool_addition','tool':{'type':'tool_definition','definition':{'type':'web_fetch_20250910','name':'f'}}}]}]}",
        "10000 | 8 | /v1/responses | {'model':'gpt-4o-mini','max_output_tokens':9,'input':'x','tools':[{'type':'web_search'}]}",
        "7     | 1 | /v1/responses | {'model':'gpt-4o-mini','max_output_tokens':9,'max_tool_calls':null,'store':false,'input':[{'type':'additional_tools','role':'developer','tools':[{'type':'web_search'}]}]}",
      })
  void aToolOfTheProvidersWithoutALimitGetsTheHighestThatFits(
      long cents, long uses, String path, String body) {
    budget(cents);

    HttpResponse<String> answer =
        call(new Sent("a program", path, Map.of(), body.replace('\'', '"')));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-purser-max-tool-uses")).hasValue(Long.toString(uses));
    String sent = purser.provider.last().body().toString();
    assertThat(sent)
        .contains((path.equals("/v1/messages") ? "\"max_uses\":" : "\"max_tool_calls\":") + uses);
    assertThat(JsonMapper.shared().readTree(sent).isObject()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/responses | {'model':'gpt-4o-mini','input':[{'type':'additional_tools','role':'developer','tools':[{'type':'image_generation'}]}]} | image_generation",
        "/v1/responses | {'model':'gpt-4o-mini','input':[{'type':'tool_search_output','tools':[{'type':'namespace','tools':[{'type':'code_interpreter'}]}]}]} | code_interpreter",
        "/v1/responses | {'model':'gpt-4o-mini','input':'x','tools':[{'type':'namespace','tools':[{'type':'file_search'}]}]} | file_search",
        "/v1/responses | {'model':'gpt-4o-mini','input':'x','tool_choice':{'type':'allowed_tools','tools':[{'type':'image_generation'}]}} | image_generation",
      })
  void aToolThatCannotBeMeteredIsNotForwardedFromAnyPlace(String path, String body, String tool) {
    for (long cents : new long[] {0, 100_000}) {
      if (cents > 0) {
        budget(cents);
      }
      HttpResponse<String> answer =
          call(new Sent("a program", path, Map.of(), body.replace('\'', '"')));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("request_not_meterable", tool);
    }
    assertThat(purser.provider.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/responses | {'model':'gpt-4o-mini','input':[{'type':'additional_tools','role':'developer','tools':[{'type':'mcp'}]}]} | input[].tools[].type mcp",
        "/v1/responses | {'model':'gpt-4o-mini','input':[{'type':'additional_tools','tools':[{'type':'web_search'}]}]} | store",
        "/v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'messages':[{'role':'system','content':[{'type':'tool_addition','tool':{'type':'tool_definition','definition':{'type':'code_execution_20260521','name':'c'}}}]}]} | messages[].content[].tool.definition.type code_execution_20260521",
        "/v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'messages':[{'role':'user','content':[{'type':'compaction','tool_changes':[{'type':'tool_addition','tool':{'type':'tool_definition','definition':{'type':'mcp_toolset'}}}]}]}]} | messages[].content[].tool_changes[].tool.definition.type mcp_toolset",
        "/v1/messages  | {'model':'claude-haiku-4-5','max_tokens':9,'thread':{'type':'create'},'messages':[],'tools':[{'type':'web_search_20250305','name':'w','max_uses':1}]} | thread",
      })
  void aToolWithoutABoundIsRefusedInEveryPlaceUnderAStrictBudgetAlone(
      String path, String body, String field) {
    Sent sent = new Sent("a program", path, Map.of(), body.replace('\'', '"'));
    assertThat(call(sent).statusCode()).isEqualTo(200);
    budget(100_000);

    HttpResponse<String> answer = call(sent);

    assertThat(answer.statusCode()).isEqualTo(402);
    assertThat(answer.body()).contains("cost_unbounded", "because of " + field);
    assertThat(purser.provider.received()).hasSize(1);
  }

  private long number(String sql) {
    return purser.database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}
