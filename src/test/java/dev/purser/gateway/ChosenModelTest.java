package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.agents.AgentDraft;
import dev.purser.agents.ModelPolicy;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model that Purser chose, and not the program: everywhere the same one, within its limits. */
class ChosenModelTest {
  private static final String MESSAGES = "/v1/messages";
  private static final String COUNT = "/v1/messages/count_tokens";
  private static final String OPENAI_COUNT = "/v1/responses/input_tokens";

  private TestGateway purser;

  @BeforeEach
  void start() {
    purser = new TestGateway();
    purser.provider.answersJson("{\"input_tokens\":1}");
  }

  @AfterEach
  void stop() {
    purser.close();
  }

  private String agent(Provider provider, String model, ModelPolicy policy) {
    AgentDraft draft =
        new AgentDraft("with " + model, provider, model, policy, null, Budget.Mode.STOP);
    return purser.newVirtualKey(purser.newAgent(draft), null).secret().reveal();
  }

  private void settings(Provider provider, String model, @Nullable Long cents, Budget.Mode mode) {
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    assertThat(
            purser.spaces.save(
                new SpaceSettings(
                    now.spaceId(), provider, model, cents, mode, now.timeZone(), now.version())))
        .isInstanceOf(SettingsSaved.Saved.class);
  }

  private HttpResponse<String> post(String virtualKey, String path, String body) {
    return purser.send(
        purser
            .request(path)
            .header("authorization", "Bearer " + virtualKey)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpResponse<String> get(String virtualKey, String path) {
    return purser.send(
        purser.request(path).header("authorization", "Bearer " + virtualKey).build());
  }

  private static String told(HttpResponse<String> answer) {
    return answer.headers().firstValue("x-purser-max-tokens").orElse("nothing");
  }

  private String sent() {
    return purser.provider.last().body().toString();
  }

  private static JsonNode error(HttpResponse<String> answer) {
    return JsonMapper.shared().readTree(answer.body()).get("error");
  }

  // ---- within its limits

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "/v1/messages         | anthropic | claude-haiku-4-5 | 'max_tokens':128000            | 64000 | 'max_tokens':64000",
        "/v1/messages         | anthropic | claude-haiku-4-5 | 'max_tokens':128000,'thinking':{'type':'enabled','budget_tokens':100000} | 64000 | 'max_tokens':64000,'thinking':{'type':'enabled','budget_tokens':48000}",
        "/v1/chat/completions | openai    | gpt-4o-mini      | 'max_completion_tokens':100000 | 16384 | 'max_completion_tokens':16384",
        "/v1/chat/completions | openai    | gpt-4o-mini      | 'max_tokens':100000            | 16384 | 'max_tokens':16384",
        "/v1/responses        | openai    | gpt-4o-mini      | 'max_output_tokens':100000     | 16384 | 'max_output_tokens':16384"
      })
  void anOutputLimitAboveThatOfTheModelThatIsSentIsLoweredAndTold(
      String path, String provider, String model, String limit, String told, String lowered) {
    String always = agent(Provider.ofId(provider).orElseThrow(), model, ModelPolicy.ALWAYS);
    String asked = "{'model':'another-model'," + limit + "}";
    HttpResponse<String> answer = post(always, path, asked.replace('\'', '"'));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(told(answer)).isEqualTo(told);
    assertThat(sent()).isEqualTo(("{'model':'" + model + "'," + lowered + "}").replace('\'', '"'));
    assertThat(purser.lastEntry().requestedModel()).isEqualTo("another-model");
  }

  @Test
  void anOutputLimitIsLeftAloneWhereTheProgramChoseTheModelOrTheLimitFits() {
    String always = agent(Provider.ANTHROPIC, "claude-haiku-4-5", ModelPolicy.ALWAYS);
    for (String body :
        new String[] {
          "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":128000}",
          "{\"model\":\"claude-opus-5-5\",\"max_tokens\":64000}"
        }) {
      HttpResponse<String> answer = post(always, MESSAGES, body);
      assertThat(told(answer)).isEqualTo("nothing");
      assertThat(sent()).isEqualTo(body.replace("claude-opus-5-5", "claude-haiku-4-5"));
    }
  }

  @Test
  void anOutputLimitIsLoweredForAutoTooAndUnderAStrictBudget() {
    purser.provider.answersJson(
        """
        {"id":"m","type":"message","role":"assistant","model":"claude-haiku-4-5","content":[],
         "stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":1}}\
        """);
    settings(Provider.ANTHROPIC, "claude-haiku-4-5", 1_000L, Budget.Mode.STRICT);
    String body = "{\"model\":\"auto\",\"max_tokens\":128000,\"messages\":[]}";
    HttpResponse<String> answer = purser.post(MESSAGES, body);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(told(answer)).isEqualTo("64000");
    assertThat(sent()).contains("\"max_tokens\":64000").contains("claude-haiku-4-5");

    // What there is money for is less than that, and is what counts then.
    settings(Provider.ANTHROPIC, "claude-haiku-4-5", 10L, Budget.Mode.STRICT);
    HttpResponse<String> shorter = purser.post(MESSAGES, body);
    assertThat(shorter.statusCode()).isEqualTo(200);
    assertThat(Long.parseLong(told(shorter))).isBetween(4_096L, 20_000L);
    assertThat(sent()).contains("\"max_tokens\":" + told(shorter));
  }

  // ---- of the other provider

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o, /v1/messages, claude-haiku-4-5",
    "openai, gpt-4o, /v1/messages, auto",
    "openai, gpt-4o, /v1/messages/count_tokens, claude-haiku-4-5",
    "anthropic, claude-haiku-4-5, /v1/chat/completions, gpt-4o-mini",
    "anthropic, claude-haiku-4-5, /v1/responses, gpt-4o-mini",
    "anthropic, claude-haiku-4-5, /v1/responses/input_tokens, gpt-4o-mini"
  })
  void anAgentThatAlwaysUsesAModelOfTheOtherProviderIsToldSoWith400(
      String provider, String model, String path, String asked) {
    settings(Provider.ANTHROPIC, "claude-haiku-4-5", null, Budget.Mode.STOP);
    String always = agent(Provider.ofId(provider).orElseThrow(), model, ModelPolicy.ALWAYS);

    HttpResponse<String> answer =
        post(always, path, "{\"model\":\"" + asked + "\",\"max_tokens\":9}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(error(answer).at("/purser/code").asString()).isEqualTo("model_not_available");
    assertThat(error(answer).get("message").asString())
        .contains("always use " + model, "http://purser.test/agents/");
    assertThat(error(answer).get("type").asString()).isEqualTo("invalid_request_error");
    assertThat(purser.provider.received()).isEmpty();
    if (path.endsWith("tokens")) {
      assertThat(purser.entries()).isEmpty();
    } else {
      assertThat(purser.lastEntry().state()).isEqualTo("refused");
      assertThat(purser.lastEntry().httpStatus()).isEqualTo(400);
      assertThat(purser.lastEntry().errorCode()).isEqualTo("model_not_available");
      assertThat(purser.lastEntry().model()).isEqualTo(model);
      assertThat(purser.lastEntry().requestedModel()).isEqualTo(asked);
    }
  }

  @ParameterizedTest
  @CsvSource({"anthropic, claude-haiku-4-5", "openai, gpt-4o"})
  void aModelForChatsSaysNothingAboutEmbeddings(String provider, String model) {
    String always = agent(Provider.ofId(provider).orElseThrow(), model, ModelPolicy.ALWAYS);
    String body = "{\"model\":\"text-embedding-3-small\",\"input\":\"a\"}";

    assertThat(post(always, "/v1/embeddings", body).statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().body().toString()).isEqualTo(body);
  }

  // ---- in the token counters and the lists of models

  @Test
  void theTokenCountersCountForTheModelThatTheCallWouldGet() {
    settings(Provider.ANTHROPIC, "claude-haiku-4-5", null, Budget.Mode.STOP);
    purser.post(COUNT, "{\"model\":\"auto\",\"messages\":[]}");
    assertThat(sent()).isEqualTo("{\"model\":\"claude-haiku-4-5\",\"messages\":[]}");
    purser.post(COUNT, "{\"messages\":[]}");
    assertThat(sent()).isEqualTo("{\"model\":\"claude-haiku-4-5\",\"messages\":[]}");
    purser.post(COUNT, "{\"model\":\"claude-opus-5-5\",\"messages\":[]}");
    assertThat(sent()).isEqualTo("{\"model\":\"claude-opus-5-5\",\"messages\":[]}");

    String always = agent(Provider.OPENAI, "gpt-4o-mini", ModelPolicy.ALWAYS);
    post(always, OPENAI_COUNT, "{\"input\":\"a\",\"model\":\"gpt-6-sol\"}");
    assertThat(sent()).isEqualTo("{\"input\":\"a\",\"model\":\"gpt-4o-mini\"}");
    post(always, OPENAI_COUNT, "{}");
    assertThat(sent()).isEqualTo("{\"model\":\"gpt-4o-mini\"}");
    String preferring = agent(Provider.OPENAI, "gpt-4o", ModelPolicy.AUTO);
    post(preferring, OPENAI_COUNT, "{\"model\":\"auto\"}");
    assertThat(sent()).isEqualTo("{\"model\":\"gpt-4o\"}");
    assertThat(purser.entries()).isEmpty();
  }

  @Test
  void aTokenCounterThatHasNothingToCountForSaysSo() {
    HttpResponse<String> nothing = purser.post(COUNT, "{\"model\":\"auto\",\"messages\":[]}");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.body()).contains("default model");
    assertThat(purser.post(COUNT, "{\"model\":\"gpt-4o\"}").statusCode()).isEqualTo(404);
    assertThat(purser.post(COUNT, "{\"model\":").statusCode()).isEqualTo(400);
    assertThat(purser.provider.received()).isEmpty();
    // A body that is read on another thread.
    settings(Provider.ANTHROPIC, "claude-haiku-4-5", null, Budget.Mode.STOP);
    String large = "{\"system\":\"" + "a".repeat(300_000) + "\",\"model\":\"auto\"}";
    assertThat(purser.post(COUNT, large).statusCode()).isEqualTo(200);
    assertThat(sent()).isEqualTo(large.replace("auto", "claude-haiku-4-5"));
  }

  @Test
  void autoIsAModelWhereItStandsForOne() {
    String[] anthropic = {"anthropic-version", "2023-06-01"};
    assertThat(purser.get("/v1/models").body()).doesNotContain("\"auto\"");
    HttpResponse<String> none = purser.get("/v1/models/auto");
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.body()).contains("default model");

    settings(Provider.ANTHROPIC, "claude-sonnet-4-5", null, Budget.Mode.STOP);
    JsonNode list = json(purser.get("/v1/models", anthropic));
    assertThat(list.get("first_id").asString()).isEqualTo("auto");
    assertThat(list.get("data").findValuesAsString("id"))
        .containsExactly("auto", "claude-haiku-4-5", "claude-sonnet-4-5");
    JsonNode auto = json(purser.get("/v1/models/auto", anthropic));
    assertThat(auto).isEqualTo(list.get("data").get(0));
    assertThat(auto.get("type").asString()).isEqualTo("model");
    assertThat(auto.get("display_name").asString()).contains("claude-sonnet-4-5");
    assertThat(auto.has("created_at")).isTrue();
    // It stands for nothing of OpenAI's.
    assertThat(purser.get("/v1/models").body()).doesNotContain("\"auto\"");
    assertThat(purser.get("/v1/models/auto").statusCode()).isEqualTo(404);

    String preferring = agent(Provider.OPENAI, "gpt-6-sol", ModelPolicy.AUTO);
    JsonNode openAi = json(get(preferring, "/v1/models/auto"));
    assertThat(openAi.get("id").asString()).isEqualTo("auto");
    assertThat(openAi.get("object").asString()).isEqualTo("model");
    assertThat(openAi.get("owned_by").asString()).isEqualTo("purser");
    assertThat(openAi.get("created").isNumber()).isTrue();
    assertThat(json(get(preferring, "/v1/models")).get("data").get(0)).isEqualTo(openAi);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }
}
