package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a mistaken base URL leads to, where the gateway, the API and the pages share a port. */
class BasePathsTest {
  @Test
  void aProgramWithAMistakenBaseUrlNeverGetsAPageAndPagesAndApiStayWhereTheyAre() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      Person person = purser.newPerson();
      Http program = person.caller("program");
      String body = "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":9,\"messages\":[]}";
      for (String served :
          List.of("//v1/messages", "/anthropic/v1/messages", "/v1/messages/", "/v1//messages")) {
        Http.Answer answer = program.post(served, body);
        // There is no API key yet: that is what it is told, and not that the path is wrong.
        assertThat(answer.ok(403).at("/error/purser/code").asString())
            .isEqualTo("provider_key_missing");
      }
      for (String wrong :
          List.of(
              "/chat/completions",
              "/api/v1/chat/completions",
              "/openai/completions",
              "/V1/messages")) {
        Http.Answer answer = program.post(wrong, body);
        assertThat(answer.ok(404).at("/error/purser/code").asString()).isEqualTo("wrong_path");
        assertThat(answer.header("x-purser-call-id")).isNotEmpty();
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        assertThat(person.api().get("/api/calls/" + answer.header("x-purser-call-id")).status())
            .isEqualTo(404);
      }
      assertThat(person.api().get("/api/models").ok(200).path("items").isArray()).isTrue();
      assertThat(person.api().get("/api/responses").ok(404).path("code").asString())
          .isEqualTo("not_found");
      String cookie = purser.sessionCookie(person);
      for (String page : List.of("/settings", "/agents", "/calls", "/usage", "/prices")) {
        Http.Answer answer = new Http(purser.url(), null).get(page, "Cookie", cookie);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).contains("text/html");
      }
    }
  }
}
