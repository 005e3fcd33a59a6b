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
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Processes that are killed: what the providers saw is on the books all the same. */
class CrashTest {
  private static final int AT_ONCE = 24;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void everyCallThatAProviderSawHasItsOneEntryAfterKillMinus9(TestDatabase.Kind kind)
      throws Exception {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase database = TestDatabase.fresh(kind);
        NumberedCalls calls = new NumberedCalls(vertx)) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("first")));
      settings.put("PURSER_ANTHROPIC_URL", calls.providerUrl());
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings);
        person.saveKey("anthropic", Person.ANTHROPIC_KEY);
        calls.start(person.caller("under load"), AT_ONCE);
        Await.until(
            "200 calls are through", Duration.ofSeconds(60), () -> calls.answered().size() >= 200);
        // It dies while nothing can be committed: then nothing is forwarded either.
        try (AutoCloseable _ = database.holdWrites()) {
          Await.until(
              "all wait for the ledger", Duration.ofSeconds(8), () -> calls.unseen() == AT_ONCE);
          purser.kill();
        }
        calls.stop();
      }
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        Person person = purser.person(folder, settings);
        Await.until(
            "nothing is open any more",
            Duration.ofSeconds(60),
            () -> person.api().get("/api/calls?state=open").ok(200).path("items").isEmpty());
        Map<String, JsonNode> entries = new HashMap<>();
        for (JsonNode entry : allCalls(person)) {
          String model = entry.path("requestedModel").asString();
          assertThat(entries.put(model, entry)).as("another entry of the call %s", model).isNull();
        }
        assertThat(calls.seen()).as("calls that the provider saw").doesNotHaveDuplicates();
        assertThat(entries).as("calls that the provider saw").containsKeys(calls.seen());
        calls
            .answered()
            .forEach((number, id) -> {
              JsonNode entry = Objects.requireNonNull(entries.get(NumberedCalls.model(number)));
              assertThat(entry.path("id").asString()).isEqualTo(id);
              // Of some, the client has the last byte although the settlement still waits.
              assertThat(entry.path("state").asString()).isIn("settled", "interrupted");
            });
        long settledOutput = 0;
        List<String> interrupted = new ArrayList<>();
        for (Map.Entry<String, JsonNode> called : entries.entrySet()) {
          JsonNode entry = called.getValue();
          if (entry.path("state").asString().equals("settled")) {
            // Its own usage, and no other's.
            assertThat(entry.path("usageSource").asString()).isEqualTo("reported");
            assertThat(entry.path("outputTokens").asLong())
                .isEqualTo(NumberedCalls.outputTokens(called.getKey()));
            settledOutput += entry.path("outputTokens").asLong();
          } else {
            assertThat(entry.path("state").asString()).isEqualTo("interrupted");
            assertThat(entry.path("costCents").decimalValue()).as("at its hold").isPositive();
            interrupted.add(called.getKey());
          }
        }
        // What was never forwarded was under way too when the process died, and is not lost either.
        assertThat(entries.keySet())
            .isSubsetOf(
                Stream.of(List.of(calls.seen()), interrupted).flatMap(List::stream).toList());
        assertThat(interrupted).as("calls under way").hasSizeBetween(1, AT_ONCE);
        JsonNode summary = person.summary();
        long booked = 0;
        for (JsonNode row : summary.path("breakdown")) {
          booked += row.path("totalOutput").asLong();
        }
        assertThat(booked).as("output in the totals").isEqualTo(settledOutput);
        assertThat(summary.path("requestCount").asInt()).isEqualTo(entries.size());
        assertThat(summary.path("interruptedCount").asInt()).isEqualTo(interrupted.size());
        assertThat(summary.path("heldCents").decimalValue()).isZero();
        LedgerBooks.balance(database.openAnother());
        // Purser goes on.
        calls.one(person.caller("after"));
      }
    } finally {
      vertx.close().await();
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
}
