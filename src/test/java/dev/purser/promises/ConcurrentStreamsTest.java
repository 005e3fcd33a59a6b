package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.sandbox.Seen;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Many streams at once: none fails, none is mixed up with another, all are settled, and the sums
 * are equal.
 */
class ConcurrentStreamsTest {
  private static final int STREAMS = 1_000;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aThousandStreamsAtOnceAreEachAnsweredAndBookedAsTheirOwn(TestDatabase.Kind kind)
      throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser = RunningPurser.start(kind, providers(sandbox));
        Crowd crowd = new Crowd(STREAMS)) {
      Person person = purser.newPerson().withProviderKeys();
      String virtualKey = person.virtualKey(person.agent("crowd")).secret();
      List<Future<Crowd.Answer>> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        // Of different lengths and both providers, and slow enough that all of them overlap.
        String text = "sandbox:slow=60 sandbox:tokens=" + (20 + i % 13);
        streams.add(
            i % 2 == 0
                ? crowd.call(
                    purser.url(),
                    virtualKey,
                    "/v1/messages",
                    Prompts.messages(text, true),
                    "stream-" + i)
                : crowd.call(
                    purser.url(),
                    virtualKey,
                    "/v1/chat/completions",
                    Prompts.chat(text, true),
                    "stream-" + i));
      }
      List<Crowd.Answer> answers = new ArrayList<>();
      for (Future<Crowd.Answer> stream : streams) {
        answers.add(stream.await(120, TimeUnit.SECONDS));
      }
      Map<String, Seen> seen = new HashMap<>();
      sandbox.seen().stream()
          .filter(call -> String.valueOf(call.tag()).startsWith("stream-"))
          .forEach(call -> assertThat(seen.put(call.tag(), call)).isNull());
      assertThat(seen).hasSize(STREAMS);
      for (Crowd.Answer answer : answers) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        Seen call = Objects.requireNonNull(seen.get(answer.tag()));
        assertThat(answer.requestId()).isEqualTo(call.requestId());
        assertThat(answer.text())
            .contains(call.provider() == Provider.ANTHROPIC ? "message_stop" : "[DONE]");
        JsonNode entry = person.settledCall(answer.callId());
        ModelUsage usage = usage(call);
        assertThat(entry.path("usageSource").asString()).isEqualTo("reported");
        assertThat(entry.path("model").asString()).isEqualTo(usage.model());
        assertThat(entry.path("inputTokens").asLong()).isEqualTo(usage.count(Kind.INPUT));
        assertThat(entry.path("outputTokens").asLong()).isEqualTo(usage.count(Kind.OUTPUT));
      }
      assertThat(answers.stream().map(Crowd.Answer::callId).collect(Collectors.toSet()))
          .hasSize(STREAMS);
      JsonNode summary = person.summary();
      assertThat(summary.path("requestCount").asInt()).isEqualTo(STREAMS);
      assertThat(summary.path("reportedCount").asInt()).isEqualTo(STREAMS);
      assertThat(summary.path("heldCents").decimalValue()).isZero();
      long output = seen.values().stream().mapToLong(call -> usage(call).count(Kind.OUTPUT)).sum();
      long booked = 0;
      for (JsonNode row : summary.path("breakdown")) {
        booked += row.path("totalOutput").asLong();
      }
      assertThat(booked).isEqualTo(output);
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  private static ModelUsage usage(Seen call) {
    return Objects.requireNonNull(call.usage()).byModel().getFirst();
  }

  private static Map<String, String> providers(Sandbox sandbox) {
    return Map.of(
        "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
        "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
  }
}
