package dev.purser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.cli.CommandFailure;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.secret.Secret;
import java.net.CookieManager;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ./run demo} promises: a link that opens a sample month, and a call that answers. */
class DemoTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PURSER_PORT", "0", "PURSER_DATABASE_URL", "jdbc:postgresql://elsewhere/real");

  private final HttpClient http =
      HttpClient.newBuilder()
          .cookieHandler(new CookieManager())
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  @TempDir private Path directory;

  private static Clock at(String instant) {
    return Clock.offset(
        Clock.systemUTC(), Duration.between(Clock.systemUTC().instant(), Instant.parse(instant)));
  }

  private Demo start(Clock clock) {
    return Demo.start(ENVIRONMENT, directory.resolve("demo-data"), SandboxOptions.instant(), clock);
  }

  private HttpResponse<String> get(Demo demo, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(demo.app().address().url().resolve(path)).build(),
        BodyHandlers.ofString());
  }

  private JsonNode summary(Demo demo) throws Exception {
    HttpResponse<String> page =
        http.send(
            HttpRequest.newBuilder(demo.app().signInLink(demo.user().id())).build(),
            BodyHandlers.ofString());
    assertThat(page.statusCode()).isEqualTo(200);
    return JsonMapper.shared().readTree(get(demo, "/api/usage/summary").body());
  }

  private HttpResponse<String> call(Demo demo, Secret virtualKey) throws Exception {
    return http.send(
        HttpRequest.newBuilder(demo.app().address().url().resolve("/v1/messages"))
            .header("x-api-key", virtualKey.reveal())
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"model": "auto", "max_tokens": 200, "messages": [{"role": "user", "content": "Hello"}]}\
                    """))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void theLinkOpensABelievableMonthAndTheCallAnswers() throws Exception {
    try (Demo demo = start(at("2026-11-22T14:05:00Z"))) {
      JsonNode month = summary(demo);

      assertThat(month.path("requestCount").asInt()).isBetween(1_000, 1_700);
      assertThat(month.path("byAgent").size()).isEqualTo(5);
      assertThat(month.path("unpricedCount").asInt()).isPositive();
      assertThat(month.path("estimatedCount").asInt()).isPositive();
      assertThat(month.path("interruptedCount").asInt()).isPositive();
      double used =
          month.path("totalCostCents").asDouble() / month.path("monthlyBudgetCents").asDouble();
      assertThat(used).isBetween(0.6, 0.9);

      HttpResponse<String> answer = call(demo, demo.terminalKey());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-purser-call-id")).isPresent();
      assertThat(summary(demo).path("requestCount").asInt())
          .isEqualTo(month.path("requestCount").asInt() + 1);
    }
  }

  @Test
  void whatWasDoneStaysUntilTheMonthIsOver() throws Exception {
    int requests;
    Secret first;
    try (Demo demo = start(at("2026-11-22T14:05:00Z"))) {
      first = demo.terminalKey();
      call(demo, first);
      requests = summary(demo).path("requestCount").asInt();
    }
    try (Demo demo = start(at("2026-11-23T14:05:00Z"))) {
      assertThat(summary(demo).path("requestCount").asInt()).isEqualTo(requests);
      Secret second = demo.terminalKey();
      assertThat(call(demo, second).statusCode()).isEqualTo(200);
      assertThat(call(demo, first).statusCode()).isEqualTo(401);
    }
    try (Demo demo = start(at("2026-12-20T14:05:00Z"))) {
      assertThat(summary(demo).path("periodStart").asString()).startsWith("2026-12-01");
      assertThat(summary(demo).path("requestCount").asInt()).isGreaterThan(800);
    }
  }

  @Test
  void aDemoThatRunsIsNotDeletedUnderneathByALaterMonths() throws Exception {
    try (Demo running = start(at("2026-11-22T14:05:00Z"))) {
      int requests = summary(running).path("requestCount").asInt();

      assertThatThrownBy(() -> start(at("2026-12-20T14:05:00Z")))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("stop that one first");

      assertThat(summary(running).path("requestCount").asInt()).isEqualTo(requests);
      assertThat(call(running, running.terminalKey()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aDirectoryThatIsNotADemosIsLeftAlone() throws Exception {
    Path other = Files.createDirectories(directory.resolve("demo-data"));
    Files.writeString(other.resolve("purser.db"), "somebody's");

    assertThatThrownBy(() -> start(at("2026-11-22T14:05:00Z")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("demo-data");
    assertThat(other.resolve("purser.db")).hasContent("somebody's");
  }
}
