package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.vault.ProviderKey;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a provider's refusal of a call says of the key that the call was made with. */
class KeyVerdictsTest {
  private static final String METERED = "/v1/embeddings";
  private static final String FREE = "/v1/responses/input_tokens";
  private static final String BODY = "{\"model\":\"text-embedding-3-small\",\"input\":\"a\"}";
  private static final String MESSAGES = "/v1/messages";
  private static final String QUESTION =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}";

  private final TestGateway purser = new TestGateway();

  @AfterEach
  void stop() {
    purser.close();
  }

  /** Whoever calls could bring these about, or nobody could mend them with another key. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | mismatched_organization             | OpenAI-Organization header should match",
        "401 | mismatched_project                  | OpenAI-Project header should match",
        "401 |                                     | OpenAI-Organization header should match",
        "401 |                                     | You have insufficient permissions. Missing scopes: model.request",
        "403 | missing_scope                       | Not permitted with this API key",
        "401 | ip_not_authorized                   | Your IP is not on the list of this API key",
        "401 | incorrect_hostname                  | Please make your request to us.api.openai.com",
        "403 | unsupported_country_region_territory| Country not supported",
        "403 | model_not_found                     | Project does not have access to the model",
        "401 | code_of_tomorrow                    | Something about an API key",
        "401 |                                     | This API key is not allowed to use the model",
        "403 |                                     | Your API key does not have access to this endpoint",
      })
  void aRefusalThatIsNotAboutTheKeyLeavesItValid(
      int status, @org.jspecify.annotations.Nullable String code, String message) {
    String error =
        "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":%s}}"
            .formatted(message, code == null ? "null" : "\"" + code + "\"");
    for (String path : new String[] {METERED, FREE}) {
      answers(status, error);
      assertThat(purser.post(path, BODY).statusCode()).isEqualTo(status);
    }
    assertNotRejectedUntilNow();
  }

  @Test
  void whatSomebodyInBetweenSaysLeavesTheKeyValid() {
    for (String page :
        new String[] {
          "<html>Sign in to the network</html>",
          "",
          "{\"message\":\"invalid API key\"}",
          "[".repeat(9_000)
        }) {
      answers(401, page);
      assertThat(purser.post(METERED, BODY).statusCode()).isEqualTo(401);
    }
    assertNotRejectedUntilNow();
  }

  @Test
  void aRefusalThatIsCutOrTooLongForOneLeavesTheKeyValid() {
    purser.provider.answers(request -> {
      request.response().setStatusCode(401).setChunked(true).write(rejection("").substring(0, 40));
      request.connection().close();
    });
    try {
      purser.post(METERED, BODY);
    } catch (UncheckedIOException cut) {
      // As the provider left it.
    }
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(401);
    answers(401, rejection("x".repeat(100_000)));
    assertThat(purser.post(METERED, BODY).body()).hasSizeGreaterThan(100_000);

    assertNotRejectedUntilNow();
  }

  @Test
  void aRefusalOfTheKeyIsReadInPiecesAndEncodedToo() {
    String error = rejection("");
    purser.provider.answers(request -> {
      request.response().setStatusCode(401).setChunked(true);
      request.response().putHeader("content-encoding", "gzip");
      byte[] encoded = gzip(error);
      request.response().write(Buffer.buffer().appendBytes(encoded, 0, 30));
      request.response().end(Buffer.buffer().appendBytes(encoded, 30, encoded.length - 30));
    });

    assertThat(purser.post(METERED, BODY).statusCode()).isEqualTo(401);

    awaitRejected(Provider.OPENAI, "mistyped");
  }

  @ParameterizedTest
  @ValueSource(strings = {MESSAGES, "/v1/messages/count_tokens"})
  void anOrganizationOnHoldRejectsTheKeyWhateverTheStatus(String path) {
    answers(
        400,
        """
        {"type":"error","error":{"type":"invalid_request_error","message":"On hold.",\
        "details":{"error_code":"organization_on_hold"}}}\
        """);

    assertThat(purser.post(path, QUESTION).statusCode()).isEqualTo(400);

    awaitRejected(Provider.ANTHROPIC, "on hold");
  }

  @Test
  void anOrdinaryMistakeOfACallerLeavesTheKeyValid() {
    for (int status : new int[] {400, 403, 404, 413, 429, 529}) {
      answers(
          status,
          """
          {"type":"error","error":{"type":"invalid_request_error",\
          "message":"messages: at least one message is required, api key or not"}}\
          """);
      assertThat(purser.post(MESSAGES, QUESTION).statusCode()).isEqualTo(status);
    }
    answers(
        401,
        """
        {"type":"error","error":{"type":"authentication_error",\
        "message":"CORS requests are not allowed for this Organization"}}\
        """);
    assertThat(purser.post(MESSAGES, QUESTION).statusCode()).isEqualTo(401);

    answers(
        400,
        """
        {"type":"error","error":{"type":"invalid_request_error","message":"Gone.",\
        "details":{"error_code":"claude_code_key_creator_not_member"}}}\
        """);
    purser.post(MESSAGES, QUESTION);
    awaitRejected(Provider.ANTHROPIC, "left its organization");
  }

  // ---- what the program gets of it

  @ParameterizedTest
  @ValueSource(strings = {METERED, FREE})
  void aProgramIsToldThatItIsTheApiKeyAndNotItsVirtualKey(String path) {
    String begin = "{ \"error\" : {\"message\":\"Incorrect API key \\u00e9 é\",\"param\": null";
    String end = ",\n \"code\":\"invalid_api_key\" } , \"status\": 401}\n";
    answers(401, begin + end);

    HttpResponse<String> answer = purser.post(path, BODY);

    int brace = (begin + end).indexOf("} ,");
    assertThat(answer.body())
        .startsWith((begin + end).substring(0, brace) + ",\"purser\":{")
        .endsWith((begin + end).substring(brace));
    JsonNode purserSays = JsonMapper.shared().readTree(answer.body()).at("/error/purser");
    assertThat(purserSays.path("code").asString()).isEqualTo("provider_key_rejected");
    assertThat(purserSays.path("help").asString())
        .contains("not your virtual key", "http://purser.test/settings");
    assertThat(answer.headers().firstValue("x-purser-origin")).hasValue("provider");
  }

  @ParameterizedTest
  @CsvSource({
    "401, missing_scope, provider_key_restricted, permission",
    "401, incorrect_hostname, provider_refused, PURSER_OPENAI_URL",
    "401, ip_not_authorized, provider_refused, IP address",
    "403, unsupported_country_region_territory, provider_refused, country",
    "402, billing, provider_key_rejected, billing",
  })
  void theHelpSaysWhatTheProviderMeant(int status, String code, String help, String word) {
    answers(status, "{\"error\":{\"message\":\"-\",\"code\":\"" + code + "\"}}");

    JsonNode purserSays =
        JsonMapper.shared().readTree(purser.post(METERED, BODY).body()).at("/error/purser");

    assertThat(purserSays.path("code").asString()).isEqualTo(help);
    assertThat(purserSays.path("help").asString()).contains(word);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}",
        "401 | {\"error\":{\"message\":\"-\",\"code\":\"code_of_tomorrow\"}}",
        "401 | {\"error\":{\"code\":\"invalid_api_key\",\"purser\":{\"code\":\"mine\"}}}",
        "401 | {\"error\":\"invalid api key\"}",
        "401 | {\"error\":{}}",
        "401 | {\"error\":{\"code\":\"invalid_api_key\"}} more",
        "401 | {\"error\":{\"code\":\"invalid_api_key\"}",
        "401 | []",
        "403 | {\"error\":{\"message\":\"No access\",\"code\":\"model_not_found\"}}",
        "404 | {\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}",
      })
  void whatSaysNothingOfTheKeyPassesAsItCame(int status, String body) {
    answers(status, body);

    assertThat(purser.post(METERED, BODY).body()).isEqualTo(body);
    assertThat(purser.post(FREE, BODY).body()).isEqualTo(body);
  }

  /** The first refusal decides what is said of a key, so this one's words show that it is. */
  private void assertNotRejectedUntilNow() {
    answers(401, "{\"error\":{\"message\":\"-\",\"code\":\"account_deactivated\"}}");
    assertThat(purser.post(METERED, BODY).statusCode()).isEqualTo(401);
    awaitRejected(Provider.OPENAI, "deactivated");
  }

  private void awaitRejected(Provider provider, String word) {
    Await.until(
        "the key is rejected",
        Duration.ofSeconds(5),
        () -> key(provider).status() == ProviderKey.Status.REJECTED);
    assertThat(key(provider).statusDetail()).contains(word);
  }

  private ProviderKey key(Provider provider) {
    return purser.vault.find(purser.user.spaceId(), provider).orElseThrow();
  }

  private void answers(int status, String body) {
    purser.provider.answers(request ->
        request
            .response()
            .setStatusCode(status)
            .putHeader("content-type", "application/json")
            .end(body));
  }

  private static String rejection(String more) {
    return "{\"error\":{\"message\":\"Incorrect API key provided%s\",\"code\":\"invalid_api_key\"}}"
        .formatted(more);
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(encoded)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return encoded.toByteArray();
  }
}
