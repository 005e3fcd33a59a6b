package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The database's clock steps, as a laptop's does that wakes up: the lease has run out at once, and
 * no call is refused for it.
 */
class SteppedClockTest {
  private static final String SQLITE_CLOCK = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
  private static final String POSTGRESQL_CLOCK =
      "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noCallIsRefusedBecauseTheClockHasStepped(TestDatabase.Kind kind) throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                kind,
                Map.of(
                    "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()))) {
      Http caller = purser.newPerson().withProviderKeys().caller("steady");
      Http anyone = new Http(purser.url(), null);
      assertThat(ask(caller).status()).isEqualTo(200);
      for (Duration step :
          List.of(Duration.ofSeconds(16), Duration.ofDays(3), Duration.ZERO, Duration.ofHours(9))) {
        step(purser.database(), step);

        assertThat(anyone.get("/health/ready").status()).isEqualTo(200);
        List<CompletableFuture<Http.Answer>> burst =
            IntStream.range(0, 40)
                .mapToObj(_ ->
                    CompletableFuture.supplyAsync(() -> ask(caller), Thread::startVirtualThread))
                .toList();
        assertThat(burst).allSatisfy(one -> assertThat(one.join().status()).isEqualTo(200));
      }
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  private static Http.Answer ask(Http caller) {
    return caller.post("/v1/messages", Prompts.messages("hello", false));
  }

  private static void step(TestDatabase test, Duration ahead) {
    String clock = test.kind() == TestDatabase.Kind.SQLITE ? SQLITE_CLOCK : POSTGRESQL_CLOCK;
    test.database()
        .write(handle -> {
          handle.execute("DROP VIEW clock");
          return handle.execute(
              "CREATE VIEW clock AS SELECT " + clock + " + " + ahead.toMillis() + " AS now_millis");
        });
  }
}
