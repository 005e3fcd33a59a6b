package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers that stop at Purser, in both directions, of calls and of free counters. */
class HeadersTest {
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"messages\":[]}";
  private static final String CHAT_BODY =
      "{\"model\":\"gpt-4o-mini\",\"max_tokens\":50,\"messages\":[]}";
  private static final String OF_OTHERS = "not-for-the-other-side";

  private static final List<String> STOP =
      List.of(
          "OpenAI-Organization",
          "OpenAI-Project",
          "anthropic-organization-id",
          "anthropic-user-profile-id",
          "anthropic-workspace-id",
          "access-control-allow-origin",
          "Access-Control-Request-Headers",
          "clear-site-data",
          "refresh",
          "Helicone-Auth",
          "helicone-session-id",
          "helicone-property-team",
          "x-litellm-api-key",
          "x-litellm-tags",
          "x-portkey-api-key",
          "x-portkey-metadata",
          "x-bf-vk",
          "x-langfuse-public-key",
          "x-openrouter-categories",
          "baggage",
          "traceparent",
          "tracestate",
          "http-referer",
          "X-Title",
          "b3",
          "x-b3-traceid",
          "sentry-trace",
          "x-datadog-trace-id",
          "x-amzn-trace-id",
          "x-purser-tags");

  /** What clients say about themselves and their sessions is the provider's to know. */
  private static final List<String> PASS =
      List.of("session-id", "x-session-id", "x-stainless-lang", "x-request-id", "x-titles");

  private final TestGateway purser = new TestGateway();

  @AfterEach
  void stop() {
    purser.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/messages, true",
    "/v1/messages/count_tokens, true",
    "/v1/chat/completions, false",
    "/v1/responses/input_tokens, false"
  })
  void whatIsNotForTheOtherSideStops(String path, boolean anthropic) {
    purser.provider.answers(request -> {
      STOP.forEach(name -> request.response().putHeader(name, OF_OTHERS));
      PASS.forEach(name -> request.response().putHeader(name, "kept"));
      request.response().putHeader("content-type", "application/json").end("{\"input_tokens\":1}");
    });
    HttpRequest.Builder request =
        purser
            .request(path)
            .header("authorization", "Bearer " + purser.secret)
            .POST(HttpRequest.BodyPublishers.ofString(anthropic ? BODY : CHAT_BODY));
    STOP.forEach(name -> {
      if (!name.startsWith("x-purser-")) {
        request.header(name, OF_OTHERS);
      }
    });
    PASS.forEach(name -> request.header(name, "kept"));

    HttpResponse<String> answer = purser.send(request.build());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().headers())
        .containsKeys(PASS.toArray(new String[0]))
        .doesNotContainValue(OF_OTHERS)
        .doesNotContainKeys(lowerCase(STOP));
    assertThat(answer.headers().map())
        .containsKeys(PASS.toArray(new String[0]))
        .doesNotContainKeys(lowerCase(STOP));
    assertThat(answer.headers().map().toString()).doesNotContain(OF_OTHERS);
  }

  /** A browser's page can do nothing with an answer of a provider at Purser's own address. */
  @Test
  void whatProvidersTellBrowsersStops() {
    List<String> forBrowsers =
        List.of(
            "access-control-allow-credentials",
            "nel",
            "report-to",
            "reporting-endpoints",
            "service-worker-allowed",
            "set-cookie",
            "strict-transport-security");
    purser.provider.answers(request -> {
      forBrowsers.forEach(name -> request.response().putHeader(name, "x"));
      request.response().putHeader("content-type", "application/json").end("{}");
    });
    assertThat(purser.post("/v1/messages", BODY).headers().map())
        .doesNotContainKeys(forBrowsers.toArray(new String[0]));
  }

  private static String[] lowerCase(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toArray(String[]::new);
  }
}
