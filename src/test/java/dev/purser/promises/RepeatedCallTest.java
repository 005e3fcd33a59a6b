package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Clients that repeat a refused call, as Codex does five times, fill no list of calls. */
class RepeatedCallTest {
  private static final String RESPONSES = "/v1/responses";
  private static final String ASKED = "{\"model\":\"gpt-5-nano\",\"input\":\"Say hello.\"}";

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void sixTriesOfOneCallAreOneEntryThatAllOfThemName(TestDatabase.Kind kind) {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-30T12:00:00Z"));
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser = RunningPurser.start(kind, providers(sandbox), now::get)) {
      Person person = purser.newPerson();
      Http agent = person.caller("codex");

      Set<String> ids = new HashSet<>();
      for (int attempt = 0; attempt < 6; attempt++) {
        ids.add(refused(agent, 403, ASKED));
        now.set(now.get().plusMillis(1_500));
      }
      assertThat(ids).hasSize(1);
      JsonNode call = person.call(ids.iterator().next());
      assertThat(call.path("state").asString()).isEqualTo("refused");
      assertThat(call.path("refusal").path("count").asInt()).isEqualTo(6);
      assertThat(refusals(person)).isEqualTo(1);

      // Another program, other words and a later try are told apart.
      assertThat(ids).doesNotContain(refused(person.caller("other"), 403, ASKED));
      assertThat(ids).doesNotContain(refused(agent, 403, ASKED.replace("hello", "goodbye")));
      now.set(now.get().plusSeconds(1));
      // So is another reason.
      person.withProviderKeys().settings("{\"monthlyBudgetCents\":0}");
      String broke = refused(agent, 402, ASKED);
      assertThat(ids).doesNotContain(broke);
      assertThat(refused(agent, 402, ASKED)).isEqualTo(broke);
      assertThat(person.call(broke).path("refusal").path("count").asInt()).isEqualTo(2);
      person.api().delete("/api/keys/openai").ok(204);
      assertThat(ids).doesNotContain(refused(agent, 403, ASKED));
      assertThat(refusals(person)).isEqualTo(5);
    }
  }

  private static Map<String, String> providers(Sandbox sandbox) {
    return Map.of(
        "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
        "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
  }

  private static String refused(Http agent, int status, String body) {
    Http.Answer answer = agent.post(RESPONSES, body);
    answer.ok(status);
    return answer.header("x-purser-call-id");
  }

  private static int refusals(Person person) {
    return person.api().get("/api/calls?state=refused").ok(200).path("items").size();
  }
}
