package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.App;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When an agent last called is right at once, whatever else is written later. */
class LastCallTest {
  private final Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
  private final Map<String, String> providers =
      Map.of(
          "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
          "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString(),
          "PURSER_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

  @AfterEach
  void stop() {
    sandbox.close();
  }

  private static String page(App app, Person person, String path) {
    Visit visit = new Visit("http://127.0.0.1:" + app.port());
    URI link = app.signInLink(person.userId());
    visit.get(link.getRawPath() + "?" + link.getRawQuery());
    return visit.get(path).text();
  }

  @ParameterizedTest
  @EnumSource
  void anAgentThatHasCalledIsNeverSaidNotToHave(TestDatabase.Kind kind) {
    try (RunningPurser purser = RunningPurser.start(kind, providers)) {
      Person person = purser.newPerson().withProviderKeys();
      String agent = person.agent("support-bot");
      Person.VirtualKey key = person.virtualKey(agent);
      assertThat(page(purser.app(), person, "/agents")).contains(">never</td>");
      assertThat(page(purser.app(), person, "/agents/" + agent))
          .contains("no call yet", "not used yet");

      Http caller = new Http(purser.url(), key.secret());
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));

      assertThat(page(purser.app(), person, "/agents")).doesNotContain(">never</td>");
      assertThat(page(purser.app(), person, "/agents/" + agent))
          .contains("last call ", "last used ")
          .doesNotContain("no call yet", "not used yet");
      assertThat(
              person
                  .api()
                  .get("/api/agents")
                  .ok(200)
                  .at("/items/0/virtualKeys/0/lastUsedAt")
                  .asString(""))
          .isNotEmpty();
    }
  }

  /** Another process hears of a key's use in a while, and of an entry at once. */
  @Test
  void anotherProcessSaysItToo(@TempDir Path directory) {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.POSTGRESQL, providers)) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(purser.database(), directory));
      settings.putAll(providers);
      Person person = purser.newPerson().withProviderKeys();
      String agent = person.agent("support-bot");
      Http caller = new Http(purser.url(), person.virtualKey(agent).secret());
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));

      try (App other = App.start(App.settings(settings, directory), InstantSource.system())) {
        assertThat(page(other, person, "/agents")).doesNotContain(">never</td>");
        assertThat(page(other, person, "/agents/" + agent)).doesNotContain("no call yet");
      }
    }
  }

  /** A call that was refused did come, and costs nothing. */
  @Test
  void aRefusedCallIsACall() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, providers)) {
      Person person = purser.newPerson().withProviderKeys();
      String agent = person.agent("support-bot");
      Http caller = new Http(purser.url(), person.virtualKey(agent).secret());
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
      person.settings("{\"monthlyBudgetCents\":0}");
      assertThat(Story.message(caller, Story.PRICED_MODEL, "hello").status()).isEqualTo(402);
      assertThat(page(purser.app(), person, "/agents")).doesNotContain(">never</td>");
    }
  }
}
