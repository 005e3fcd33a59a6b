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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that has no room left for the database. To the process it makes no difference whether the
 * file system or its own limit ends a file's growth; the limit can be set and lifted on a live one.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the limit of a live process is set with prlimit")
class FullDiskTest {
  @TempDir private Path folder;

  @Test
  void aFullDiskRefusesCallsAndLosesNothing() throws Exception {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("data")));
      settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
      settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings).withProviderKeys();
        Http caller = person.caller("steady");
        CompletableFuture<Http.Answer> underWay =
            CompletableFuture.supplyAsync(
                () ->
                    caller.post(
                        "/v1/messages",
                        Prompts.messages("sandbox:slow=100 sandbox:tokens=20", true)),
                Thread::startVirtualThread);
        Await.until("it is under way", Duration.ofSeconds(20), () -> seen(sandbox) == 1);

        // No file of the process grows beyond one byte any more.
        limit(purser, "1");
        Await.until(
            "calls are refused",
            Duration.ofSeconds(30),
            () -> {
              Http.Answer answer = caller.post("/v1/messages", Prompts.messages("during", false));
              return answer.status() == 503
                  && answer.json().at("/error/purser/code").asString().equals("ledger_unavailable");
            });
        long forwarded = seen(sandbox);
        for (int i = 0; i < 5; i++) {
          assertThat(caller.post("/v1/messages", Prompts.messages("during", false)).status())
              .isEqualTo(503);
        }
        assertThat(seen(sandbox)).as("calls that reached the provider").isEqualTo(forwarded);
        Http.Answer answer = underWay.get(30, TimeUnit.SECONDS);
        assertThat(answer.text()).contains("message_stop");

        limit(purser, "unlimited");
        Await.until(
            "calls are admitted again",
            Duration.ofSeconds(60),
            () -> caller.post("/v1/messages", Prompts.messages("after", false)).status() == 200);
        assertThat(
                person
                    .settledCall(answer.header("x-purser-call-id"))
                    .path("usageSource")
                    .asString())
            .isEqualTo("reported");
        Await.until(
            "all that the provider saw is booked",
            Duration.ofSeconds(30),
            () -> person.summary().path("reportedCount").asLong() == seen(sandbox));
        assertThat(person.summary().path("heldCents").decimalValue()).isZero();
        LedgerBooks.balance(database.openAnother());
      }
    }
  }

  private static long seen(Sandbox sandbox) {
    return sandbox.seen().stream().filter(call -> call.path().equals("/v1/messages")).count();
  }

  private void limit(PurserProcess purser, String bytes) throws IOException, InterruptedException {
    Path said = Files.createTempFile(folder, "prlimit-", ".out");
    // The soft limit only: whoever set it may lift it again.
    Process process =
        new ProcessBuilder(
                "prlimit", "--pid", Long.toString(purser.pid()), "--fsize=" + bytes + ":")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(said)).isZero();
  }
}
