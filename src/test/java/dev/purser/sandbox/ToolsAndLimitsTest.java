package dev.purser.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Agents' loops end in the sandbox, wherever their tools stand; its limits are the price list's.
 */
class ToolsAndLimitsTest {
  private static final String TOOL =
      "{\"name\":\"look_up\",\"input_schema\":{\"type\":\"object\"}}";
  private static final String FUNCTION =
      "{\"type\":\"function\",\"name\":\"look_up\",\"parameters\":{\"type\":\"object\"}}";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Sandbox sandbox = Sandbox.start(SandboxOptions.instant());

  @AfterEach
  void stop() {
    http.close();
    sandbox.close();
  }

  private HttpResponse<String> sent(Provider provider, String path, String body) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(sandbox.url(provider) + path))
              .timeout(Duration.ofSeconds(20))
              .header("anthropic-version", "2023-06-01")
              .header(
                  provider == Provider.ANTHROPIC ? "x-api-key" : "authorization",
                  provider == Provider.ANTHROPIC
                      ? "sk-ant-api03-sandbox-1234"
                      : "Bearer sk-proj-sandbox-1234")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode answer(Provider provider, String path, String body) {
    HttpResponse<String> answer = sent(provider, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  // ---- a tool's result ends the loop, whoever speaks behind it

  private String messages(String behind) {
    return """
    {"model":"claude-haiku-5-5","max_tokens":500,"tools":[%s],"messages":[
      {"role":"user","content":"use the tool"},
      {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"look_up","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"42"}]}%s]}\
    """
        .formatted(TOOL, behind);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",{\"role\":\"system\",\"content\":\"Be brief.\"}",
        ",{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]}",
        ",{\"role\":\"system\",\"content\":\"One.\"},{\"role\":\"system\",\"content\":\"Two.\"}",
      })
  void aSystemMessageBehindAToolsResultDoesNotAskForTheToolAgain(String behind) {
    JsonNode answer = answer(Provider.ANTHROPIC, "/v1/messages", messages(behind));
    assertThat(answer.path("stop_reason").asString()).isEqualTo("end_turn");
  }

  @Test
  void whoeverAsksAgainBehindAToolsResultGetsTheToolAgain() {
    JsonNode answer =
        answer(
            Provider.ANTHROPIC,
            "/v1/messages",
            messages(",{\"role\":\"user\",\"content\":\"use the tool\"}"));
    assertThat(answer.path("stop_reason").asString()).isEqualTo("tool_use");
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "developer"})
  void soItIsWithOpenAi(String role) {
    JsonNode responses =
        answer(
            Provider.OPENAI,
            "/v1/responses",
            """
            {"model":"gpt-6.1-terra","tools":[%s],"input":[
              {"role":"user","content":"use the tool"},
              {"type":"function_call","call_id":"c","name":"look_up","arguments":"{}"},
              {"type":"function_call_output","call_id":"c","output":"42"},
              {"role":"%s","content":"Be brief."}]}\
            """
                .formatted(FUNCTION, role));
    assertThat(responses.path("output").toString()).doesNotContain("function_call");
    JsonNode chat =
        answer(
            Provider.OPENAI,
            "/v1/chat/completions",
            """
            {"model":"gpt-6.1-terra","tools":[{"type":"function","function":%s}],"messages":[
              {"role":"user","content":"use the tool"},
              {"role":"assistant","tool_calls":[{"id":"c","type":"function",
                "function":{"name":"look_up","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c","content":"42"},
              {"role":"%s","content":"Be brief."}]}\
            """
                .formatted(FUNCTION, role));
    assertThat(chat.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
  }

  // ---- tools that stand in the input

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"additional_tools\",\"role\":\"developer\",\"tools\":[%s]}",
        "{\"type\":\"additional_tools\",\"role\":\"developer\",\"tools\":[{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[%s]}]}",
        "{\"type\":\"tool_search_output\",\"call_id\":\"s\",\"tools\":[%s]}",
      })
  void aToolInTheInputIsCalledAndItsResultEndsTheLoop(String item) {
    String tools = item.formatted(FUNCTION);
    JsonNode first =
        answer(
            Provider.OPENAI,
            "/v1/responses",
            """
            {"model":"gpt-6.1-terra","input":[%s,{"role":"user","content":"use the tool"}]}\
            """
                .formatted(tools));
    assertThat(first.path("output").findValuesAsString("name")).contains("look_up");

    JsonNode second =
        answer(
            Provider.OPENAI,
            "/v1/responses",
            """
            {"model":"gpt-6.1-terra","input":[{"role":"user","content":"use the tool"},
              {"type":"function_call","call_id":"c","name":"look_up","arguments":"{}"},
              {"type":"function_call_output","call_id":"c","output":"42"},%s]}\
            """
                .formatted(tools));
    assertThat(second.path("output").toString()).doesNotContain("function_call");
  }

  @Test
  void aSearchInTheInputIsSearched() {
    JsonNode answer =
        answer(
            Provider.OPENAI,
            "/v1/responses",
            """
            {"model":"gpt-6.1-terra","input":[
              {"type":"additional_tools","role":"developer","tools":[{"type":"web_search"}]},
              {"role":"user","content":"search the news"}]}\
            """);
    assertThat(answer.path("output").toString()).contains("web_search_call");
  }

  // ---- limits

  static Iterable<AnthropicModel> models() {
    return AnthropicModel.ALL;
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelTakesWhatThePriceListSaysItCanGiveAndNoMore(AnthropicModel model) {
    Optional<ModelPrice> price =
        PriceList.shipped()
            .find(Provider.ANTHROPIC, model.id(), Instant.parse("2026-11-22T00:00:00Z"));
    long most = price.map(ModelPrice::outputTokens).orElse(model.outputTokens());

    assertThat(model.json(java.time.LocalDate.EPOCH).path("max_tokens").asLong()).isEqualTo(most);
    String body =
        "{\"model\":\"%s\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    assertThat(
            sent(Provider.ANTHROPIC, "/v1/messages", body.formatted(model.id(), most)).statusCode())
        .isEqualTo(200);
    assertThat(
            sent(Provider.ANTHROPIC, "/v1/messages", body.formatted(model.id(), most + 1))
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void everyModelOfOpenAiAnswersAsLongAsThePriceListSays() {
    for (OpenAiModel model : OpenAiModel.ALL) {
      if (model.kind() == OpenAiModel.Kind.CHAT) {
        Optional<ModelPrice> price =
            PriceList.shipped()
                .find(Provider.OPENAI, model.id(), Instant.parse("2026-11-22T00:00:00Z"));
        assertThat(price).as(model.id()).isPresent();
        if (price.get().outputTokens() != null) {
          assertThat(model.outputTokens()).as(model.id()).isEqualTo(price.get().outputTokens());
        }
      }
    }
  }
}
