package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.App;
import dev.purser.ledger.LedgerBooks;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.LossyProxy;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * A PostgreSQL that has committed, and whose answer is lost: nobody is told that a call was
 * admitted, and nothing is sent. Meanwhile the process's lease runs out, and another one ends the
 * entry.
 */
class UnansweredCommitTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** How the process that waits for the answer finds out. */
  enum Found {
    /** The connection ends. */
    CUT {
      @Override
      void by(LossyProxy proxy) {
        proxy.cut();
      }
    },
    /** The answer comes after all, when another process has ended the entry. */
    ANSWERED_LATE {
      @Override
      void by(LossyProxy proxy) {
        proxy.answerAfterAll();
      }
    };

    abstract void by(LossyProxy proxy);
  }

  @ParameterizedTest
  @CsvSource({
    "1, CUT, stop",
    "12, CUT, stop",
    "5, CUT, strict",
    "1, ANSWERED_LATE, stop",
    "12, ANSWERED_LATE, strict",
  })
  void whatWasNeverSentCostsNothingHoweverLateThatIsFound(int atOnce, Found found, String mode)
      throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser other =
            RunningPurser.start(
                TestDatabase.Kind.POSTGRESQL,
                Map.of("PURSER_ANTHROPIC_URL", calls.providerUrl(), "PURSER_LEASE_SECONDS", "1"));
        LossyProxy proxy =
            new LossyProxy((DatabaseConfiguration.Postgresql) other.database().configuration())) {
      Person person = other.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      person.settings("{\"monthlyBudgetCents\":10000,\"budgetMode\":\"" + mode + "\"}");
      String key = person.virtualKey(person.agent("steady")).secret();
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(other.database(), other.directory()));
      settings.put("PURSER_DATABASE_URL", proxy.jdbcUrl());
      settings.put("PURSER_ANTHROPIC_URL", calls.providerUrl());
      settings.put("PURSER_LEASE_SECONDS", "1");
      settings.put("PURSER_ADMISSION_SECONDS", "1");
      try (App cut = App.start(App.settings(settings, folder), InstantSource.system())) {
        Http caller = new Http("http://127.0.0.1:" + cut.port(), key);
        proxy.loseCommitAfter("INSERT INTO entries");
        List<CompletableFuture<Http.Answer>> refused =
            IntStream.range(0, atOnce)
                .mapToObj(_ ->
                    CompletableFuture.supplyAsync(
                        () -> caller.post("/v1/messages", HeldCalls.body(100)),
                        Thread::startVirtualThread))
                .toList();
        for (CompletableFuture<Http.Answer> one : refused) {
          assertThat(one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(503);
        }
        assertThat(proxy.hasLost()).isTrue();
        Await.until(
            "another process has ended what was committed",
            PATIENCE,
            () -> !items(person, "interrupted").isEmpty());
        assertThat(items(person, "open")).isEmpty();
        assertThat(spent(person)).as("charged at the hold for now").isPositive();

        found.by(proxy);

        Await.until("it is taken back", PATIENCE, () -> items(person, "interrupted").isEmpty());
        assertThat(spent(person)).isZero();
        assertThat(person.summary().path("heldCents").decimalValue()).isZero();
        assertThat(person.summary().path("doubtCents").decimalValue()).isZero();
        assertThat(calls.seen()).as("calls that the provider saw").isZero();
        for (JsonNode call : items(person, "settled")) {
          assertThat(call.path("usageSource").asString()).isEqualTo("none");
        }
        CompletableFuture<Http.Answer> next = calls.begin(caller, 100);
        calls.answerFirst(10);
        assertThat(next.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        LedgerBooks.balance(other.database().openAnother());
      }
    }
  }

  private static JsonNode items(Person person, String state) {
    return person.api().get("/api/calls?state=" + state).ok(200).path("items");
  }

  private static BigDecimal spent(Person person) {
    return person.summary().path("totalCostCents").decimalValue();
  }
}
