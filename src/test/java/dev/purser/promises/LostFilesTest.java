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
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SQLite's files are deleted, moved or replaced while Purser runs. What it would write into them
 * nobody would find again, so nothing is admitted, and that is said.
 */
class LostFilesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What happens to the files. */
  enum Loss {
    DATABASE_DELETED {
      @Override
      void happensTo(Path file) throws IOException {
        Files.delete(file);
      }
    },
    ALL_DELETED {
      @Override
      void happensTo(Path file) throws IOException {
        Files.delete(file);
        Files.delete(Path.of(file + "-wal"));
        Files.delete(Path.of(file + "-shm"));
      }
    },
    REPLACED_BY_A_COPY {
      @Override
      void happensTo(Path file) throws IOException {
        Path copy = Path.of(file + ".copy");
        Files.copy(file, copy);
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
      }
    },
    LOG_DELETED {
      @Override
      void happensTo(Path file) throws IOException {
        Files.delete(Path.of(file + "-wal"));
      }
    },
    SHARED_MEMORY_REPLACED {
      @Override
      void happensTo(Path file) throws IOException {
        Path shared = Path.of(file + "-shm");
        Files.delete(shared);
        Files.createFile(shared);
      }
    };

    abstract void happensTo(Path file) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void nothingIsAdmittedWhileTheDatabaseIsNotTheOneThatWasOpened(Loss loss) throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                TestDatabase.Kind.SQLITE,
                Map.of(
                    "PURSER_ANTHROPIC_URL",
                    sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL",
                    sandbox.url(Provider.OPENAI).toString()))) {
      Http caller = purser.newPerson().withProviderKeys().caller("steady");
      assertThat(ask(caller, "before").status()).isEqualTo(200);
      Http anyone = new Http(purser.url(), null);
      assertThat(anyone.get("/health/ready").status()).isEqualTo(200);
      long forwarded = seen(sandbox);

      Path file = file(purser.database());
      List<Path> files = List.of(file, Path.of(file + "-wal"), Path.of(file + "-shm"));
      for (Path one : files) {
        Files.createLink(Path.of(one + ".kept"), one);
      }
      loss.happensTo(file);
      boolean there = Files.exists(file);

      Http.Answer ready = anyone.get("/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.text()).contains("purser.db").contains("restarted");
      for (int i = 0; i < 60; i++) {
        Http.Answer refused = ask(caller, "during");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.json().at("/error/purser/code").asString())
            .isEqualTo("ledger_unavailable");
      }
      assertThat(seen(sandbox)).as("calls that reached the provider").isEqualTo(forwarded);
      assertThat(Files.exists(file)).as("made in the place of the lost one").isEqualTo(there);

      for (Path one : files) {
        Files.move(Path.of(one + ".kept"), one, StandardCopyOption.REPLACE_EXISTING);
      }
      Await.until("calls are admitted again", PATIENCE, () -> ask(caller, "after").status() == 200);
      assertThat(anyone.get("/health/ready").status()).isEqualTo(200);
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  @Test
  void aDirectoryThatIsMovedAndPutBackLosesNothing() throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                TestDatabase.Kind.SQLITE,
                Map.of(
                    "PURSER_ANTHROPIC_URL",
                    sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL",
                    sandbox.url(Provider.OPENAI).toString()))) {
      Person person = purser.newPerson().withProviderKeys();
      Http caller = person.caller("steady");
      CompletableFuture<Http.Answer> underWay =
          CompletableFuture.supplyAsync(
              () -> ask(caller, "sandbox:slow=50 sandbox:tokens=20", true),
              Thread::startVirtualThread);
      Await.until("the call is under way", PATIENCE, () -> seen(sandbox) == 1);

      Path directory = file(purser.database()).getParent();
      Path elsewhere = Path.of(directory + "-moved");
      Files.move(directory, elsewhere);
      assertThat(ask(caller, "during").status()).isEqualTo(503);
      Http.Answer answer = underWay.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(answer.text()).contains("message_stop");
      Files.move(elsewhere, directory);

      Await.until("calls are admitted again", PATIENCE, () -> ask(caller, "after").status() == 200);
      assertThat(new Http(purser.url(), null).get("/health/ready").status()).isEqualTo(200);
      assertThat(
              person.settledCall(answer.header("x-purser-call-id")).path("usageSource").asString())
          .isEqualTo("reported");
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-wal", "-shm"})
  void whatWasCommittedBeforeACompanionWasDeletedIsThereAfterAKill(String suffix) throws Exception {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("data")));
      settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
      settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
      try (PurserProcess first = PurserProcess.serve(folder, settings)) {
        Http caller = first.person(folder, settings).withProviderKeys().caller("steady");
        for (int i = 0; i < 20; i++) {
          assertThat(ask(caller, "before").status()).isEqualTo(200);
        }
        Files.delete(Path.of(file(database) + suffix));
        assertThat(ask(caller, "during").status()).isEqualTo(503);
        Await.until(
            "the log says so",
            PATIENCE,
            () ->
                first
                    .log()
                    .lines()
                    .anyMatch(line ->
                        line.contains("SqliteCheckpoints")
                            && line.contains("purser.db" + suffix + " was deleted")));
        first.kill();
      }
      try (PurserProcess second = PurserProcess.serve(folder, settings)) {
        Person person = second.person(folder, settings);
        assertThat(person.summary().path("reportedCount").asLong()).isEqualTo(seen(sandbox));
        LedgerBooks.balance(database.openAnother());
      }
    }
  }

  private static Path file(TestDatabase database) {
    return ((DatabaseConfiguration.Sqlite) database.configuration()).file();
  }

  private static Http.Answer ask(Http caller, String prompt) {
    return ask(caller, prompt, false);
  }

  private static Http.Answer ask(Http caller, String prompt, boolean stream) {
    return caller.post("/v1/messages", Prompts.messages(prompt, stream));
  }

  private static long seen(Sandbox sandbox) {
    return sandbox.seen().stream().filter(call -> call.path().equals("/v1/messages")).count();
  }
}
