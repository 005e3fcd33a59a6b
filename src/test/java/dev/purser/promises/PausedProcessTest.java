package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.PurserProcess;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A process that stands still for so long that it is taken for dead, and then goes on. */
class PausedProcessTest {
  private static final int CALLS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void theCallsOfAPausedProcessSettleExactlyOnceByAdjustment() throws Exception {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("paused")));
      settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
      settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
      settings.put("PURSER_LEASE_SECONDS", "2");
      try (PurserProcess first = PurserProcess.serve(folder, settings);
          PurserProcess second = PurserProcess.serve(folder, settings)) {
        Person person = first.person(folder, settings).withProviderKeys();
        Http caller = person.caller("paused");
        Person atSecond = second.person(folder, settings);
        List<CompletableFuture<Http.Answer>> running =
            IntStream.range(0, CALLS)
                .mapToObj(_ ->
                    CompletableFuture.supplyAsync(
                        () ->
                            caller.post(
                                "/v1/messages",
                                Prompts.messages("sandbox:slow=200 sandbox:tokens=30", true)),
                        Thread::startVirtualThread))
                .toList();
        Await.until("they run", PATIENCE, () -> items(atSecond, "open").size() == CALLS);

        signal("STOP", first);
        try {
          Await.until(
              "the other process has ended them",
              PATIENCE,
              () -> items(atSecond, "interrupted").size() == CALLS);
          assertThat(atSecond.summary().path("heldCents").decimalValue()).isZero();
        } finally {
          signal("CONT", first);
        }

        assertThat(running).allSatisfy(call -> assertThat(call.join().status()).isEqualTo(200));
        Await.until("they are settled", PATIENCE, () -> items(atSecond, "settled").size() == CALLS);
        for (JsonNode call : items(atSecond, "settled")) {
          JsonNode settled = atSecond.call(call.path("id").asString());
          assertThat(settled.path("usageSource").asString()).isEqualTo("reported");
          assertThat(settled.path("adjustments").size()).isEqualTo(1);
          assertThat(settled.at("/adjustments/0/reason").asString()).isEqualTo("settled_late");
        }
        assertThat(atSecond.summary().path("requestCount").asInt()).isEqualTo(CALLS);
        LedgerBooks.balance(database.openAnother());
        // It may admit calls again.
        Await.until(
            "the process that stood still goes on",
            PATIENCE,
            () -> caller.post("/v1/messages", Prompts.messages("hello", false)).status() == 200);
      }
    }
  }

  private static JsonNode items(Person person, String state) {
    return person.api().get("/api/calls?state=" + state).ok(200).path("items");
  }

  private static void signal(String name, PurserProcess process)
      throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    assertThat(exit).isZero();
  }
}
