package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** With its first API key a space gets a default model, which is what {@code auto} stands for. */
class FirstKeyTest {
  private static final String ANTHROPIC_KEY = "sk-ant-api03-sandbox-0123456789-abcd";
  private static final String OPENAI_KEY = "sk-proj-sandbox-0123456789-abcd";
  private static final String AUTO =
      "{\"model\":\"auto\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  private interface Story {
    void of(RunningPurser purser, Person person);
  }

  private static void told(TestDatabase.Kind kind, Story story) {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                kind,
                Map.of(
                    "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()))) {
      story.of(purser, purser.newPerson());
    }
  }

  private static JsonNode saved(Person person, String provider, String key) {
    return person.api().put("/api/keys/" + provider, "{\"key\":\"" + key + "\"}").ok(200);
  }

  private static String defaultModel(Person person) {
    return person.api().get("/api/settings").ok(200).path("defaultModel").asString("");
  }

  @ParameterizedTest
  @EnumSource
  void theFirstKeyChoosesADefaultModelAndTheNextOneDoesNot(TestDatabase.Kind kind) {
    told(
        kind,
        (purser, person) -> {
          Http caller = person.caller("first");
          assertThat(caller.post("/v1/messages", AUTO).status()).isEqualTo(404);

          assertThat(saved(person, "anthropic", ANTHROPIC_KEY).path("newDefaultModel").asString(""))
              .isEqualTo("claude-sonnet-5-5");

          assertThat(caller.post("/v1/messages", AUTO).ok(200).path("model").asString())
              .isEqualTo("claude-sonnet-5-5");
          assertThat(saved(person, "openai", OPENAI_KEY).path("newDefaultModel").isNull()).isTrue();
          assertThat(defaultModel(person)).isEqualTo("claude-sonnet-5-5");
          assertThat(person.api().get("/api/settings").json().path("version").asInt()).isEqualTo(2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void whatSomebodyHasChosenStaysAndSoDoesNoChoice(TestDatabase.Kind kind) {
    told(
        kind,
        (purser, person) -> {
          person.api().patch("/api/settings", "{\"defaultModel\":\"gpt-6.1-sol\"}").ok(200);
          assertThat(saved(person, "anthropic", ANTHROPIC_KEY).path("newDefaultModel").isNull())
              .isTrue();
          assertThat(defaultModel(person)).isEqualTo("gpt-6.1-sol");

          person.api().patch("/api/settings", "{\"defaultModel\":null}").ok(200);
          assertThat(
                  saved(person, "anthropic", ANTHROPIC_KEY.replace("abcd", "efgh"))
                      .path("newDefaultModel")
                      .isNull())
              .as("a key in place of another is not the first")
              .isTrue();
          assertThat(defaultModel(person)).isEmpty();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aKeyThatMayNotListModelsCanUseTheSuggestedOneAsFarAsOneCanTell(TestDatabase.Kind kind) {
    told(
        kind,
        (purser, person) -> {
          JsonNode saved = saved(person, "openai", "sk-proj-sandbox-0123456789-restricted");
          assertThat(saved.path("status").asString()).isEqualTo("restricted");
          assertThat(saved.path("newDefaultModel").asString("")).isEqualTo("gpt-6.1-terra");
          assertThat(
                  person
                      .caller("first")
                      .post("/v1/chat/completions", AUTO)
                      .ok(200)
                      .path("model")
                      .asString())
              .isEqualTo("gpt-6.1-terra");
        });
  }
}
