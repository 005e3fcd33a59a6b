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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Processes that are killed: what the providers saw is on the books all the same. */
class CrashTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void everyCallThatAProviderSawHasItsEntryAfterKillMinus9(TestDatabase.Kind kind)
      throws IOException {
    try (TestDatabase database = TestDatabase.fresh(kind);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings = settings(database, sandbox, "first");
      Load load;
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings).withProviderKeys();
        load = new Load(person.caller("under load"));
        load.start(24);
        Await.until("200 calls are through", Duration.ofSeconds(60), () -> load.answered() >= 200);
        purser.kill();
        load.stop();
      }
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings);
        Await.until(
            "nothing is open any more",
            Duration.ofSeconds(60),
            () -> person.api().get("/api/calls?state=open").ok(200).path("items").isEmpty());
        List<JsonNode> entries = allCalls(person);
        Set<String> ids = new HashSet<>();
        entries.forEach(entry -> assertThat(ids.add(entry.path("id").asString())).isTrue());
        long seen =
            sandbox.seen().stream().filter(call -> call.path().startsWith("/v1/messages")).count();
        assertThat((long) entries.size())
            .as("entries, and calls that the provider saw")
            .isGreaterThanOrEqualTo(seen);
        assertThat(ids).as("calls that were answered").containsAll(load.answeredIds());
        // Those not answered were interrupted, and there are no more of them than were under way.
        long interrupted =
            entries.stream()
                .filter(entry -> entry.path("state").asString().equals("interrupted"))
                .count();
        assertThat((long) entries.size() - seen).isBetween(0L, 24L);
        assertThat(interrupted).isLessThanOrEqualTo(24);
        assertThat(person.summary().path("heldCents").decimalValue()).isZero();
        LedgerBooks.balance(database.openAnother());
        // Purser goes on.
        assertThat(
                person
                    .caller("after")
                    .post("/v1/messages", Prompts.messages("hello", false))
                    .status())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void aSecondServeOnTheSameDirectoryRefusesToStart() {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings = settings(database, sandbox, "only");
      try (PurserProcess first = PurserProcess.serve(folder, settings)) {
        PurserProcess.Ended second = PurserProcess.run(folder, settings, "", "serve");
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.errors().strip().lines())
            .hasSize(1)
            .first()
            .asString()
            .contains("another process serves from");
        assertThat(new Http(first.url(), null).get("/health/ready").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void ofTwoProcessesOnOnePostgresqlTheOtherClosesWhatAKilledOneLeftOpen() throws IOException {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings = settings(database, sandbox, "one");
      settings.put("PURSER_LEASE_SECONDS", "3");
      try (PurserProcess first = PurserProcess.serve(folder, settings);
          PurserProcess second = PurserProcess.serve(folder, settings)) {
        Person atFirst = first.person(folder, settings).withProviderKeys();
        Person atSecond = second.person(folder, settings);
        Person.VirtualKey virtualKey = atFirst.virtualKey(atFirst.agent("both"));
        // A key made at the one works at the other, and is refused there as soon as it is revoked
        // here.
        Http caller = new Http(second.url(), virtualKey.secret());
        assertThat(caller.post("/v1/messages", Prompts.messages("hello", false)).status())
            .isEqualTo(200);
        CompletableFuture<?> stuck =
            CompletableFuture.runAsync(
                () ->
                    new Http(first.url(), virtualKey.secret())
                        .post("/v1/messages", Prompts.messages("sandbox:hang", false)),
                Thread::startVirtualThread);
        Await.until(
            "the stuck call is open",
            Duration.ofSeconds(20),
            () -> atSecond.api().get("/api/calls?state=open").ok(200).path("items").size() == 1);
        first.kill();
        stuck.handle((answer, gone) -> gone != null).join();
        Await.until(
            "the other process closed it",
            Duration.ofSeconds(30),
            () ->
                atSecond.api().get("/api/calls?state=interrupted").ok(200).path("items").size()
                    == 1);
        JsonNode interrupted =
            atSecond.api().get("/api/calls?state=interrupted").ok(200).path("items").get(0);
        assertThat(interrupted.path("costCents").decimalValue())
            .as("charged at its hold")
            .isPositive();
        assertThat(atSecond.summary().path("heldCents").decimalValue()).isZero();
        assertThat(atSecond.summary().path("interruptedCount").asInt()).isEqualTo(1);
        atSecond.api().delete("/api/virtual-keys/" + virtualKey.id()).ok(204);
        assertThat(caller.post("/v1/messages", Prompts.messages("hello", false)).status())
            .isEqualTo(401);
        LedgerBooks.balance(database.openAnother());
      }
    }
  }

  @Test
  void onSigtermRunningCallsFinishAndNewOnesAreRefused() throws IOException {
    try (TestDatabase database = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings = settings(database, sandbox, "drained");
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings).withProviderKeys();
        Http caller = person.caller("slow");
        CompletableFuture<Http.Answer> running =
            CompletableFuture.supplyAsync(
                () ->
                    caller.post(
                        "/v1/messages",
                        Prompts.messages("sandbox:slow=100 sandbox:tokens=20", true)),
                Thread::startVirtualThread);
        Await.until("the call runs", Duration.ofSeconds(20), () -> seen(sandbox) == 1);
        purser.terminate();
        Await.until(
            "new calls are refused",
            Duration.ofSeconds(20),
            () -> {
              Http.Answer answer = caller.post("/v1/messages", Prompts.messages("hello", false));
              return answer.status() == 503
                  && answer.json().at("/error/purser/code").asString().equals("shutting_down");
            });
        assertThat(running.join().status()).isEqualTo(200);
        assertThat(running.join().text()).contains("message_stop");
        purser.await();
      }
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        JsonNode summary = purser.person(folder, settings).summary();
        assertThat(summary.path("reportedCount").asLong()).isEqualTo(seen(sandbox));
        assertThat(summary.path("interruptedCount").asInt()).isZero();
      }
    }
  }

  private static long seen(Sandbox sandbox) {
    return sandbox.seen().stream().filter(call -> call.path().startsWith("/v1/messages")).count();
  }

  private Map<String, String> settings(TestDatabase database, Sandbox sandbox, String name) {
    Map<String, String> settings =
        new HashMap<>(RunningPurser.settings(database, folder.resolve(name)));
    settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
    settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
    return settings;
  }

  private static List<JsonNode> allCalls(Person person) {
    List<JsonNode> all = new ArrayList<>();
    String before = "";
    do {
      JsonNode page = person.api().get("/api/calls?limit=200" + before).ok(200);
      page.path("items").forEach(all::add);
      before = page.path("before").isNull() ? "" : "&before=" + page.path("before").asString();
    } while (!before.isEmpty());
    return all;
  }

  /** Calls, streaming and not, one after another on each of a number of threads. */
  private static final class Load {
    private final Http caller;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger answered = new AtomicInteger();
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    Load(Http caller) {
      this.caller = caller;
    }

    void start(int atOnce) {
      for (int i = 0; i < atOnce; i++) {
        boolean stream = i % 2 == 0;
        threads.add(Thread.startVirtualThread(() -> run(stream)));
      }
    }

    private void run(boolean stream) {
      while (!stopped.get()) {
        try {
          Http.Answer answer =
              caller.post(
                  "/v1/messages",
                  Prompts.messages("under load sandbox:slow=2 sandbox:tokens=15", stream));
          if (answer.status() == 200) {
            ids.add(answer.header("x-purser-call-id"));
            answered.incrementAndGet();
          }
        } catch (RuntimeException gone) {
          return;
        }
      }
    }

    int answered() {
      return answered.get();
    }

    Set<String> answeredIds() {
      return ids;
    }

    void stop() {
      stopped.set(true);
      for (Thread thread : threads) {
        try {
          thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
