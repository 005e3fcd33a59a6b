package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the pages say when a provider fails calls: of the API key, and of the call itself. */
class RejectedKeyTest {
  private static final List<String> PAGES =
      List.of(
          "/start",
          "/usage",
          "/calls",
          "/agents",
          "/prices",
          "/settings",
          "/access-tokens",
          "/password",
          "/nowhere");

  private interface Course {
    void of(RunningPurser purser, Person person);
  }

  private static void told(TestDatabase.Kind kind, Course course) {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                kind,
                Map.of(
                    "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()))) {
      course.of(purser, purser.newPerson().withProviderKeys());
    }
  }

  private static Visit visit(RunningPurser purser, Person person) {
    Visit visit = new Visit(purser.url());
    assertThat(visit.get(signInLink(purser, person)).status()).isEqualTo(303);
    return visit;
  }

  private static String signInLink(RunningPurser purser, Person person) {
    var link = purser.app().signInLink(person.userId());
    return link.getRawPath() + "?" + link.getRawQuery();
  }

  private static void awaitStatus(Person person, Provider provider, String status) {
    Await.until(
        "the key is " + status,
        Duration.ofSeconds(10),
        () -> {
          for (var key : person.api().get("/api/keys").ok(200).path("items")) {
            if (key.path("provider").asString().equals(provider.id())) {
              return key.path("status").asString().equals(status);
            }
          }
          return false;
        });
  }

  @ParameterizedTest
  @EnumSource
  void everyPageTellsOfAKeyThatItsProviderRejectsUntilItIsTakenAgain(TestDatabase.Kind kind) {
    told(
        kind,
        (purser, person) -> {
          Visit visit = visit(purser, person);
          Visit stranger = visit(purser, purser.newPerson().withProviderKeys());
          Http caller = person.caller("bot");
          assertThat(visit.get("/usage").text()).doesNotContain("rejects your API key");

          assertThat(Story.message(caller, "claude-haiku-5-5", "sandbox:401").status())
              .isEqualTo(401);
          awaitStatus(person, Provider.ANTHROPIC, "rejected");

          for (String page : PAGES) {
            assertThat(visit.get(page).text())
                .as(page)
                .containsOnlyOnce("<b>Anthropic rejects your API key.</b>")
                .contains("href=\"/settings?replace=anthropic#key-anthropic\"")
                .doesNotContain("OpenAI rejects");
            assertThat(stranger.get(page).text()).as(page).doesNotContain("rejects your API key");
          }

          assertThat(Story.message(caller, "claude-haiku-5-5", "hello").status()).isEqualTo(200);
          awaitStatus(person, Provider.ANTHROPIC, "valid");
          for (String page : PAGES) {
            assertThat(visit.get(page).text()).as(page).doesNotContain("rejects your API key");
          }
        });
  }

  @Test
  void bothKeysCanBeRejectedAndAReplacementEndsTheNoticeOfItsOwn() {
    told(
        TestDatabase.Kind.SQLITE,
        (purser, person) -> {
          Visit visit = visit(purser, person);
          Http caller = person.caller("bot");
          assertThat(Story.message(caller, "claude-haiku-5-5", "sandbox:401").status())
              .isEqualTo(401);
          assertThat(
                  caller
                      .post("/v1/chat/completions", Story.body("gpt-5.5", "sandbox:401", false))
                      .status())
              .isEqualTo(401);
          awaitStatus(person, Provider.ANTHROPIC, "rejected");
          awaitStatus(person, Provider.OPENAI, "rejected");
          assertThat(visit.get("/calls").text())
              .contains("Anthropic rejects your API key", "OpenAI rejects your API key");

          person.saveKey("openai", Person.OPENAI_KEY);
          assertThat(visit.get("/calls").text())
              .contains("Anthropic rejects your API key")
              .doesNotContain("OpenAI rejects your API key");
        });
  }

  /** Each status by which a provider fails a call, with what its page says to do. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "anthropic | 401 | Replace the API key            | /settings?replace=anthropic",
        "openai    | 401 | Replace the API key            | /settings?replace=openai",
        "anthropic | 402 | Add credit, or raise the limit |",
        "anthropic | 403 | Give the API key the permission| /settings?replace=anthropic",
        "openai    | 403 | Choose another model           | /agents/",
        "anthropic | 404 | Choose another model           | /agents/",
        "anthropic | 429 | Call more slowly               |",
        "openai    | 429 | Have the limit raised          |",
        "anthropic | 500 | Try again in a moment          |",
        "anthropic | 529 | Try again in a moment          | /agents/",
        "openai    | 503 | Choose another model           | /agents/",
      })
  void aFailedCallSaysWhatCanBeDone(
      String provider, int status, String advice, @org.jspecify.annotations.Nullable String path) {
    told(
        TestDatabase.Kind.SQLITE,
        (purser, person) -> {
          boolean anthropic = provider.equals("anthropic");
          Http.Answer answer =
              person
                  .caller("bot")
                  .post(
                      anthropic ? "/v1/messages" : "/v1/chat/completions",
                      Story.body(
                          anthropic ? "claude-haiku-5-5" : "gpt-5.5", "sandbox:" + status, false));
          assertThat(answer.status()).isEqualTo(status);
          String call = Story.ended(person, answer);

          String page = visit(purser, person).get("/calls/" + call).text();

          assertThat(page).contains("Failed " + status, "What you can do", advice);
          assertThat(path == null || page.contains("href=\"" + path)).as(page).isTrue();
        });
  }

  @Test
  void aCallThatWentWellOrThatPurserRefusedIsNotSaidToHaveFailed() {
    told(
        TestDatabase.Kind.SQLITE,
        (purser, person) -> {
          Http caller = person.caller("bot");
          Visit visit = visit(purser, person);
          String well = Story.ended(person, Story.message(caller, "claude-haiku-5-5", "hello"));
          assertThat(visit.get("/calls/" + well).text()).doesNotContain("What you can do");
          person.settings("{\"monthlyBudgetCents\":0}");
          String refused = Story.id(Story.message(caller, "claude-haiku-5-5", "hello"));
          assertThat(visit.get("/calls/" + refused).text())
              .containsOnlyOnce("What you can do")
              .doesNotContain("Add credit, or raise the limit");
        });
  }
}
