package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The gateway between two people: the one's virtual key never reaches what is the other's. */
class TwoPeopleTest {
  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noCallUsesTheProviderKeyOrTheModelsOfAnotherSpace(TestDatabase.Kind kind) {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                kind,
                Map.of(
                    "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()))) {
      Person owner = purser.newPerson().withProviderKeys();
      Person stranger = purser.newPerson();
      Http owned = owner.caller("owner's");
      Http strange = stranger.caller("stranger's");
      Http.Answer answered = owned.post("/v1/messages", Prompts.messages("hello", false));
      assertThat(answered.status()).isEqualTo(200);
      long calls = seen(sandbox);
      List<Http.Answer> refused =
          List.of(
              strange.post("/v1/messages", Prompts.messages("hello", false)),
              strange.post("/v1/messages", Prompts.messages("hello", true)),
              strange.post("/v1/messages/count_tokens", Prompts.messages("hello", false)),
              strange.post("/v1/chat/completions", Prompts.chat("hello", false)),
              strange.post("/v1/responses", Prompts.responses("hello", false)),
              strange.post("/v1/responses/input_tokens", Prompts.responses("hello", false)),
              strange.post("/v1/embeddings", Prompts.embeddings("hello")));
      assertThat(refused).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(403));
      assertThat(seen(sandbox)).as("calls that reached a provider").isEqualTo(calls);
      assertThat(owned.get("/v1/models").ok(200).path("data")).isNotEmpty();
      assertThat(strange.get("/v1/models").ok(200).path("data")).isEmpty();
      String call = answered.header("x-purser-call-id");
      assertThat(owner.settledCall(call).path("state").asString()).isEqualTo("settled");
      assertThat(stranger.api().get("/api/calls/" + call).status()).isEqualTo(404);
      assertThat(owner.summary().path("requestCount").asInt()).isEqualTo(1);
      assertThat(stranger.summary().path("totalCostCents").decimalValue()).isZero();
    }
  }

  private static long seen(Sandbox sandbox) {
    return sandbox.seen().stream().filter(call -> !call.path().equals("/v1/models")).count();
  }
}
