package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.agents.AgentDraft;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every error that the gateway itself gives: status, shape, names, and what becomes an entry. */
class RefusalsTest {
  private static final String MESSAGES = "/v1/messages";
  private static final String CHAT = "/v1/chat/completions";
  private static final String ANTHROPIC_BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}";
  private static final String OPENAI_BODY = "{\"model\":\"gpt-4o-mini\",\"messages\":[]}";

  private TestGateway purser;

  @BeforeEach
  void start() {
    purser = new TestGateway();
  }

  @AfterEach
  void stop() {
    purser.close();
  }

  private static JsonNode error(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.headers().firstValue("x-purser-origin")).hasValue("purser");
    return JsonMapper.shared().readTree(answer.body()).get("error");
  }

  private static void assertAnthropic(
      HttpResponse<String> answer, int status, String type, String code) {
    JsonNode error = error(answer);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(JsonMapper.shared().readTree(answer.body()).get("type").asString())
        .isEqualTo("error");
    assertThat(error.get("type").asString()).isEqualTo(type);
    assertThat(error.get("purser").get("code").asString()).isEqualTo(code);
    assertThat(error.get("purser").get("help").asString()).isNotEmpty();
  }

  private static void assertOpenAi(
      HttpResponse<String> answer, int status, String openAiCode, String code) {
    JsonNode error = error(answer);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(error.get("code").asString()).isEqualTo(openAiCode);
    assertThat(error.get("purser").get("code").asString()).isEqualTo(code);
    assertThat(error.get("purser").get("help").asString()).isNotEmpty();
  }

  private HttpResponse<String> postAs(String credential, String path, String body) {
    return purser.send(
        purser
            .request(path)
            .header("authorization", "Bearer " + credential)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private void assertNothingForwarded() {
    assertThat(purser.provider.received()).isEmpty();
  }

  // ---- who calls

  @Test
  void aCallWithoutAVirtualKeyIsRefusedInTheShapeOfItsDialect() {
    HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(ANTHROPIC_BODY);
    assertAnthropic(
        purser.send(purser.request(MESSAGES).POST(body).build()),
        401,
        "authentication_error",
        "virtual_key_invalid");
    assertOpenAi(
        purser.send(purser.request(CHAT).POST(body).build()),
        401,
        "invalid_api_key",
        "virtual_key_invalid");
    assertThat(purser.entries()).isEmpty();
    assertNothingForwarded();
  }

  @Test
  void whatIsSentInPlaceOfAVirtualKeyIsToldApart() {
    char last = purser.secret.charAt(purser.secret.length() - 1);
    String mistyped =
        purser.secret.substring(0, purser.secret.length() - 1) + (last == 'a' ? 'b' : 'a');
    String unknown =
        dev.purser.people.Credential.make(
                dev.purser.people.Credential.Kind.VIRTUAL_KEY, new java.security.SecureRandom())
            .reveal();
    assertThat(messageFor(mistyped)).contains("mistyped");
    assertThat(messageFor(unknown)).contains("not known");
    assertThat(messageFor("sk-ant-api03-test-abc")).contains("send a virtual key instead");
    assertThat(messageFor("sk-proj-test-abc")).contains("provider key of openai");
    assertThat(messageFor("pst_" + purser.secret.substring(4))).contains("access token");
    assertThat(messageFor("whatever")).contains("not a virtual key");
    assertNothingForwarded();
  }

  private String messageFor(String credential) {
    HttpResponse<String> answer = postAs(credential, MESSAGES, ANTHROPIC_BODY);
    assertAnthropic(answer, 401, "authentication_error", "virtual_key_invalid");
    assertThat(answer.body()).doesNotContain(credential);
    JsonNode error = error(answer);
    return (error.get("message").asString() + error.get("purser").get("help").asString())
        .toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "authorization | Bearer Bearer KEY  | the word Bearer stands",
        "authorization | bearer bearer KEY  | the word Bearer stands",
        "x-api-key     | Bearer KEY         | the word Bearer stands",
        "authorization | KEY                | must be the word Bearer",
        "authorization | Basic KEY          | must be the word Bearer",
        "authorization | Token KEY          | must be the word Bearer",
        "authorization | Bearer \"KEY\"     | quotation marks",
        "x-api-key     | 'KEY'              | quotation marks",
        "x-api-key     | <KEY>              | quotation marks or brackets",
        "authorization | Bearer KE Y        | white space",
        "x-api-key     | K\tEY              | white space",
        "authorization | Bearer VIRTUAL_KEY=KEY | whole line",
        "authorization | Bearer $VIRTUAL_KEY | name of a variable"
      })
  void aVirtualKeyThatWasPastedWrongIsToldWhatIsWrongWithIt(
      String header, String value, String told) {
    String half = purser.secret.substring(0, 20);
    String rest = purser.secret.substring(20);
    String pasted =
        value
            .replace("KE Y", half + " " + rest)
            .replace("K\tEY", half + "\t" + rest)
            .replaceFirst("(?<!VIRTUAL_)KEY", purser.secret);
    for (String path : new String[] {MESSAGES, "/v1/messages/count_tokens"}) {
      HttpResponse<String> answer =
          purser.send(
              purser
                  .request(path)
                  .header(header, pasted)
                  .POST(HttpRequest.BodyPublishers.ofString(ANTHROPIC_BODY))
                  .build());
      assertAnthropic(answer, 401, "authentication_error", "virtual_key_invalid");
      assertThat(error(answer).get("message").asString())
          .containsIgnoringCase(told)
          .contains("http://purser.test/agents")
          .doesNotContain(half);
    }
    assertNothingForwarded();
  }

  @Test
  void aRevokedVirtualKeyIsRefusedAtTheNextCall() {
    purser.provider.answersJson("{}");
    assertThat(purser.post(MESSAGES, ANTHROPIC_BODY).statusCode()).isEqualTo(200);

    purser.virtualKeys.revoke(purser.user.spaceId(), purser.virtualKey.id());

    HttpResponse<String> answer = purser.post(MESSAGES, ANTHROPIC_BODY);
    assertAnthropic(answer, 401, "authentication_error", "virtual_key_invalid");
    assertThat(answer.body()).contains("revoked");
    assertThat(purser.post("/v1/messages/count_tokens", ANTHROPIC_BODY).statusCode())
        .isEqualTo(401);
    assertThat(purser.provider.received()).hasSize(1);
  }

  @Test
  void anExpiredVirtualKeyIsRefused() {
    VirtualKeyCreated.Created created =
        purser.newVirtualKey(purser.agent, Instant.now().plus(Duration.ofMillis(50)));
    dev.purser.running.Await.until(
        "the virtual key expires",
        Duration.ofSeconds(5),
        () ->
            postAs(created.secret().reveal(), MESSAGES, ANTHROPIC_BODY).body().contains("expired"));
  }

  // ---- the provider key

  @Test
  void aDeletedProviderKeyIsMissedAtTheNextCallAndThatIsAnEntry() {
    purser.provider.answersJson("{}");
    assertThat(purser.post(CHAT, OPENAI_BODY).statusCode()).isEqualTo(200);

    purser.vault.delete(purser.user.spaceId(), Provider.OPENAI, null);

    HttpResponse<String> answer = purser.post(CHAT, OPENAI_BODY);
    assertOpenAi(answer, 403, "provider_key_missing", "provider_key_missing");
    assertThat(error(answer).get("purser").get("help").asString())
        .contains("http://purser.test/settings");
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(purser.lastEntry().id());
    assertThat(purser.lastEntry().state()).isEqualTo("refused");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("provider_key_missing");
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(403);
  }

  @Test
  void aProviderKeySavedAfterARefusalServesTheNextCall() {
    purser.provider.answersJson("{}");
    purser.vault.delete(purser.user.spaceId(), Provider.OPENAI, null);
    assertThat(purser.post(CHAT, OPENAI_BODY).statusCode()).isEqualTo(403);

    purser.saveKey(Provider.OPENAI, TestGateway.OPENAI_KEY, "gpt-4o-mini");

    assertThat(purser.post(CHAT, OPENAI_BODY).statusCode()).isEqualTo(200);
  }

  // ---- the model

  @Test
  void aModelOfTheOtherProviderIsNotAvailable() {
    HttpResponse<String> answer = purser.post(CHAT, ANTHROPIC_BODY);
    assertOpenAi(answer, 404, "model_not_found", "model_not_available");
    assertThat(answer.body()).contains("claude-haiku-4-5", "/v1/messages");
    assertThat(purser.lastEntry().state()).isEqualTo("refused");
    assertThat(purser.lastEntry().requestedModel()).isEqualTo("claude-haiku-4-5");
    assertNothingForwarded();
  }

  @Test
  void autoWithNothingToChooseNamesTheSetting() {
    HttpResponse<String> answer =
        purser.post(MESSAGES, ANTHROPIC_BODY.replace("claude-haiku-4-5", "auto"));
    assertAnthropic(answer, 404, "not_found_error", "model_not_available");
    assertThat(answer.body()).contains("default model", "http://purser.test/settings");
  }

  @Test
  void autoIsTheAgentsPreferredModelElseTheDefaultElseWhatFits() {
    purser.provider.answersJson("{}");
    setDefault(Provider.ANTHROPIC, "claude-haiku-4-5");
    String auto = ANTHROPIC_BODY.replace("claude-haiku-4-5", "auto");
    assertThat(purser.post(MESSAGES, auto).statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().body().toString())
        .isEqualTo(auto.replace("auto", "claude-haiku-4-5"));
    assertThat(purser.lastEntry().requestedModel()).isEqualTo("auto");

    String preferring = agentWith(Provider.ANTHROPIC, "claude-sonnet-4-5", ModelPolicy.AUTO);
    assertThat(postAs(preferring, MESSAGES, auto).statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().body().toString()).contains("claude-sonnet-4-5");
    // The default is Anthropic's, and so is what the agent prefers: neither fits this dialect.
    assertOpenAi(
        postAs(preferring, CHAT, "{\"model\":\"auto\",\"messages\":[]}"),
        404,
        "model_not_found",
        "model_not_available");
  }

  @Test
  void anAgentSetToAlwaysGetsItsModelWhereverItFits() {
    purser.provider.answersJson("{}");
    String always = agentWith(Provider.OPENAI, "gpt-4o", ModelPolicy.ALWAYS);

    postAs(always, CHAT, OPENAI_BODY);
    assertThat(purser.provider.last().body().toString())
        .isEqualTo(OPENAI_BODY.replace("gpt-4o-mini", "gpt-4o"));
    String embeddings = "{\"model\":\"text-embedding-3-small\",\"input\":\"a\"}";
    postAs(always, "/v1/embeddings", embeddings);
    assertThat(purser.provider.last().body().toString()).isEqualTo(embeddings);
    assertAnthropic(
        postAs(always, MESSAGES, ANTHROPIC_BODY),
        400,
        "invalid_request_error",
        "model_not_available");
  }

  @Test
  void anUnknownModelIsForwardedToTheDialectsOwnProvider() {
    purser.provider.answersJson(
        "{\"model\":\"brand-new\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}");
    HttpResponse<String> answer =
        purser.post(MESSAGES, ANTHROPIC_BODY.replace("claude-haiku-4-5", "brand-new"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().costNanos()).isNull();
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(3);
  }

  private String agentWith(Provider provider, String model, ModelPolicy policy) {
    return purser
        .newVirtualKey(
            purser.newAgent(
                new AgentDraft("with " + model, provider, model, policy, null, Budget.Mode.STOP)),
            null)
        .secret()
        .reveal();
  }

  private void setDefault(Provider provider, String model) {
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    save(
        new SpaceSettings(
            now.spaceId(),
            provider,
            model,
            now.monthlyBudgetCents(),
            now.budgetMode(),
            now.timeZone(),
            now.version()));
  }

  private void save(SpaceSettings settings) {
    assertThat(purser.spaces.save(settings)).isInstanceOf(SettingsSaved.Saved.class);
  }

  // ---- money

  @Test
  void anExhaustedBudgetRefusesWithItsFigures() {
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    save(
        new SpaceSettings(
            now.spaceId(), null, null, 0L, Budget.Mode.STOP, now.timeZone(), now.version()));

    HttpResponse<String> answer = purser.post(MESSAGES, ANTHROPIC_BODY);

    assertAnthropic(answer, 402, "billing_error", "budget_exhausted");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    JsonNode figures = error(answer).get("purser");
    assertThat(figures.get("budgetOf").asString()).isEqualTo("space");
    assertThat(figures.get("budgetCents").asInt()).isZero();
    assertThat(Stream.of("spentCents", "heldCents", "doubtCents", "neededCents"))
        .allSatisfy(name -> assertThat(figures.get(name).isNumber()).isTrue());
    assertThat(figures.get("neededCents").decimalValue()).isPositive();
    assertThat(figures.get("largestOutputTokens").asInt()).isZero();
    assertThat(Instant.parse(figures.get("resetsAt").asString())).isAfter(Instant.now());
    assertThat(purser.lastEntry().state()).isEqualTo("refused");
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(purser.lastEntry().id());
    assertOpenAi(purser.post(CHAT, OPENAI_BODY), 402, "insufficient_quota", "budget_exhausted");
    assertNothingForwarded();
  }

  // ---- the request

  @ParameterizedTest
  @CsvSource({
    "/v1/v1/messages, /v1/messages",
    "/v1/v1/chat/completions, /v1/chat/completions",
    "/messages, /v1/messages",
    "/chat/completions, /v1/chat/completions",
    "/responses, /v1/responses",
    "/embeddings, /v1/embeddings",
    "/responses/input_tokens, /v1/responses/input_tokens",
    "/anthropic/messages/count_tokens, /v1/messages/count_tokens",
    "/openai/chat/completions, /v1/chat/completions",
    "/api/v1/chat/completions, /v1/chat/completions",
    "/V1/messages/, /v1/messages",
    "/v1//openai/v1/responses, /v1/responses",
    "/v1beta/openai/chat/completions, /v1/chat/completions",
    "/anthropic/v1/chat/completions, /v1/chat/completions",
    "/openai/v1/messages, /v1/messages"
  })
  void aMistakenBaseUrlIsToldTheRightPathInTheShapeOfItsDialect(String path, String right) {
    HttpResponse<String> answer = purser.post(path, OPENAI_BODY);
    if (right.startsWith(MESSAGES)) {
      assertAnthropic(answer, 404, "not_found_error", "wrong_path");
    } else {
      assertOpenAi(answer, 404, "not_found", "wrong_path");
    }
    assertThat(answer.body()).contains("right path is " + right + ".");
    assertNothingForwarded();
  }

  @ParameterizedTest
  @CsvSource({
    "/models, /v1/models",
    "/models/gpt-4o, /v1/models/gpt-4o",
    "/openai/models, /v1/models",
    "/v1/v1/models, /v1/models"
  })
  void aListOfModelsAtTheWrongPathIsToldTheRightOne(String path, String right) {
    HttpResponse<String> answer = purser.get(path);
    assertOpenAi(answer, 404, "not_found", "wrong_path");
    assertThat(answer.body()).contains("right path is " + right + ".");
  }

  @ParameterizedTest
  @CsvSource({
    "//v1/messages, /v1/messages",
    "/v1//messages, /v1/messages",
    "/v1/messages/, /v1/messages",
    "/v1/messages/?beta=true, /v1/messages?beta=true",
    "/anthropic/v1/messages, /v1/messages",
    "/anthropic//v1/messages//?beta=true, /v1/messages?beta=true",
    "/anthropic/v1/messages/count_tokens, /v1/messages/count_tokens",
    "/v1/messages/count_tokens/, /v1/messages/count_tokens",
    "/openai/v1/chat/completions, /v1/chat/completions",
    "/openai/v1/responses/, /v1/responses",
    "//openai/v1/embeddings, /v1/embeddings",
    "/openai/v1/responses/input_tokens, /v1/responses/input_tokens"
  })
  void whatIsUnambiguousIsServedAndGoesToTheProvidersOwnPath(String path, String sent) {
    purser.provider.answersJson("{\"input_tokens\":1}");
    HttpResponse<String> answer =
        purser.post(path, sent.startsWith(MESSAGES) ? ANTHROPIC_BODY : OPENAI_BODY);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().uri()).isEqualTo(sent);
  }

  @Test
  void aBaseUrlThatNamesItsProviderGetsItsLists() {
    assertThat(purser.get("/anthropic/v1/models").body()).contains("first_id", "claude-haiku-4-5");
    assertThat(purser.get("/openai/v1/models/", "anthropic-version", "2023-06-01").body())
        .contains("\"object\":\"list\"", "gpt-4o-mini");
    assertThat(purser.get("//openai/v1/models/gpt-4o-mini/").body()).contains("gpt-4o-mini");
    for (String base : new String[] {"/", "//", "/anthropic", "/openai/"}) {
      HttpRequest head =
          purser.request(base).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
      assertThat(purser.send(head).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/images/generations",
        "/v1/batches",
        "/v1/audio/speech",
        "/v1/messages/batches",
        "/v1/v1/messages/batches",
        "/openai/v1/v1/embeddings/x",
        "/v1/responses/compact",
        "/v1/responses/resp_1/steer",
        "/v1/filesystem",
        "/v1",
        "/openai",
        "/openai/deployments/mine/chat"
      })
  void anyOtherPathIsNotForwardedBecauseItCouldNotBeMetered(String path) {
    HttpResponse<String> answer = purser.post(path, "{}");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(error(answer).get("purser").get("code").asString()).isEqualTo("wrong_path");
    assertThat(answer.body()).contains("could not be metered", "/v1/chat/completions");
    assertNothingForwarded();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/moderations",
    "GET, /v1/responses/resp_1",
    "DELETE, /openai/v1/responses/resp_1",
    "GET, /v1/responses/resp_1/input_items",
    "GET, /v1/chat/completions/chatcmpl_1",
    "POST, /v1/conversations",
    "GET, /v1/files"
  })
  void whatIsFreeIsSaidNotToBeServedAndNotToBeUnmeterable(String method, String path) {
    HttpResponse<String> answer =
        purser.send(
            purser
                .request(path)
                .header("authorization", "Bearer " + purser.secret)
                .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    assertOpenAi(answer, 404, "not_found", "wrong_path");
    assertThat(answer.body())
        .contains("does not serve this endpoint", "does not bill")
        .doesNotContain("metered");
    assertThat(purser.entries()).isEmpty();
    assertNothingForwarded();
  }

  @Test
  void anErrorHasTheShapeOfItsDialectWhateverKeyHeaderItCameWith() {
    HttpResponse<String> anthropic = purser.get("/v1/files", "anthropic-version", "2023-06-01");
    assertAnthropic(anthropic, 404, "not_found_error", "wrong_path");
    assertOpenAi(purser.get(CHAT), 404, "not_found", "wrong_path");
    assertAnthropic(purser.get(MESSAGES), 404, "not_found_error", "wrong_path");
    assertOpenAi(purser.get(CHAT, "x-api-key", purser.secret), 404, "not_found", "wrong_path");
    assertNothingForwarded();
  }

  @Test
  void headOfTheRootIsAnswered() {
    HttpResponse<String> answer =
        purser.send(
            purser.request("/").method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void malformedJsonIsRefused() {
    assertAnthropic(
        purser.post(MESSAGES, "{\"model\":"), 400, "invalid_request_error", "request_malformed");
    assertNothingForwarded();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/responses        | \"background\":true                        | background",
        "/v1/responses        | \"tools\":[{\"type\":\"image_generation\"}]  | image_generation",
        "/v1/responses        | \"tools\":[{\"type\":\"code_interpreter\"}]  | container",
        "/v1/chat/completions | \"modalities\":[\"text\",\"audio\"]          | audio"
      })
  void whatCannotBeMeteredIsRefusedAndThatIsAnEntryWithTheReason(
      String path, String field, String reason) {
    String body = "{\"model\":\"gpt-4o-mini\"," + field + "}";
    HttpResponse<String> answer = purser.post(path, body);
    assertOpenAi(answer, 400, "request_not_meterable", "request_not_meterable");
    assertThat(answer.body()).contains(reason);
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(purser.lastEntry().id());
    assertThat(purser.lastEntry().state()).isEqualTo("refused");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("request_not_meterable");
    assertThat(purser.lastEntry().requestedModel()).isEqualTo("gpt-4o-mini");
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(400);
    assertNothingForwarded();

    // Not on the books of somebody whose key was revoked meanwhile.
    purser.virtualKeys.revoke(purser.user.spaceId(), purser.virtualKey.id());
    assertOpenAi(purser.post(path, body), 401, "invalid_api_key", "virtual_key_invalid");
    assertThat(purser.entries()).hasSize(1);
  }

  @Test
  void anEncodedRequestIsRefused() {
    HttpResponse<String> answer =
        purser.send(
            purser
                .request(MESSAGES)
                .header("x-api-key", purser.secret)
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build());
    assertAnthropic(answer, 415, "invalid_request_error", "encoding_unsupported");
  }

  @Test
  void aBodyOf33MegabytesIsRefusedAndTheClientGetsTheAnswer() {
    byte[] large = new byte[33 << 20];
    HttpRequest.Builder request = purser.request(MESSAGES).header("x-api-key", purser.secret);
    HttpResponse<String> declared =
        purser.send(request.POST(HttpRequest.BodyPublishers.ofByteArray(large)).build());
    assertAnthropic(declared, 413, "request_too_large", "request_too_large");
    HttpResponse<String> chunked =
        purser.send(
            request
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(large)))
                .build());
    assertAnthropic(chunked, 413, "request_too_large", "request_too_large");
    assertThat(purser.gateway.bodies().bytes()).isZero();
    assertNothingForwarded();
  }

  @Test
  void aWebSocketIsRefused() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port())) {
      socket.setSoTimeout(5_000);
      socket
          .getOutputStream()
          .write(
              """
              GET /v1/responses HTTP/1.1
              host: x
              connection: Upgrade
              upgrade: websocket
              sec-websocket-version: 13
              sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==

              """
                  .replace("\n", "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 426");
    }
  }

  @Test
  void aClientThatWaitsForLeaveToSendGetsIt() throws IOException {
    purser.provider.answersJson("{}");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port())) {
      socket.setSoTimeout(5_000);
      String head =
          "POST /v1/messages HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nx-api-key: "
              + purser.secret
              + "\r\ncontent-length: "
              + ANTHROPIC_BODY.length()
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String leave = "HTTP/1.1 100 Continue\r\n\r\n";
      assertThat(
              new String(
                  socket.getInputStream().readNBytes(leave.length()), StandardCharsets.US_ASCII))
          .isEqualTo(leave);
      socket.getOutputStream().write(ANTHROPIC_BODY.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
    }
    assertThat(purser.provider.last().headers()).doesNotContainKey("expect");
  }

  @Test
  void aLedgerThatIsGoneForwardsNothing() {
    assertThat(purser.post(MESSAGES, "{").statusCode()).isEqualTo(400);
    purser.ledger.close();
    assertAnthropic(purser.post(MESSAGES, ANTHROPIC_BODY), 503, "api_error", "ledger_unavailable");
    assertNothingForwarded();
  }
}
