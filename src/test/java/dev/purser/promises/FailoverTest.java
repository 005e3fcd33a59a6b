package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A PostgreSQL whose replica takes over without the last that was committed. What Purser has had
 * committed it still knows, and it writes again what is missing.
 */
class FailoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ANSWERS_IN_A_ROW = 12;

  @Test
  void everyCallThatAProviderSawIsOnTheBooksAtWhatItCost() throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser purser = start(calls)) {
      Person person = purser.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http caller = person.caller("steady");
      String before = id(calls.one(caller, 100, 10));
      CompletableFuture<Http.Answer> begunBefore = calls.begin(caller, 100);
      purser.database().leaveReplicaBehind();
      ready(purser);

      // Its entry is on the replica, its settlement is not.
      calls.answerFirst(20);
      String settledAfter = id(answer(begunBefore));
      // Of this one nothing is.
      String lostWhole = id(calls.one(caller, 100, 30));
      JsonNode known = person.settledCall(lostWhole);
      // Nor of this one, which goes on.
      CompletableFuture<Http.Answer> running = calls.begin(caller, 100);
      String goesOn = openCalls(person).get(0).path("id").asString();
      purser.database().failOver();
      ready(purser);

      Await.until(
          "the running call is on the books again",
          PATIENCE,
          () -> {
            JsonNode open = openCalls(person);
            return open.size() == 1 && open.get(0).path("id").asString().equals(goesOn);
          });
      assertThat(person.call(goesOn).at("/adjustments/0/reason").asString()).isEqualTo("restored");
      assertThat(person.summary().path("heldCents").decimalValue()).isPositive();
      calls.answerFirst(40);
      assertThat(id(answer(running))).isEqualTo(goesOn);
      tokens(person, before, 10, List.of());
      tokens(person, settledAfter, 20, List.of());
      tokens(person, lostWhole, 30, List.of("restored"));
      tokens(person, goesOn, 40, List.of("restored"));
      assertThat(person.call(lostWhole).path("costCents")).isEqualTo(known.path("costCents"));
      JsonNode summary = person.summary();
      assertThat(summary.path("reportedCount").asInt()).isEqualTo(calls.seen());
      assertThat(summary.path("requestCount").asInt()).isEqualTo(calls.seen());
      assertThat(summary.path("heldCents").decimalValue()).isZero();
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  @Test
  void aStrictBudgetCountsTheRunningCallsThatTheReplicaDidNotHave() throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser purser = start(calls)) {
      Person person = purser.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http caller = person.caller("steady");
      purser.database().leaveReplicaBehind();
      ready(purser);
      // Two thirds of the budget of the next setting.
      CompletableFuture<Http.Answer> running = calls.begin(caller, 4_000);
      CompletableFuture<Http.Answer> another = calls.begin(caller, 4_000);
      purser.database().failOver();
      ready(purser);
      person.settings("{\"monthlyBudgetCents\":6,\"budgetMode\":\"strict\"}");

      Http.Answer refused = caller.post("/v1/messages", HeldCalls.body(4_000));
      assertThat(refused.status()).isEqualTo(402);
      assertThat(refused.json().at("/error/purser/code").asString()).isEqualTo("budget_exhausted");
      calls.answerFirst(10);
      calls.answerFirst(10);
      answer(running);
      answer(another);
      assertThat(calls.one(caller, 4_000, 10).status()).isEqualTo(200);
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  private static RunningPurser start(HeldCalls calls) {
    return RunningPurser.start(
        TestDatabase.Kind.POSTGRESQL, Map.of("PURSER_ANTHROPIC_URL", calls.providerUrl()));
  }

  private static void ready(RunningPurser purser) {
    // Whoever has a connection finds out that it is cut, and gets another one: so one answer is not
    // enough to say that no cut connection is left.
    AtomicInteger inARow = new AtomicInteger();
    Await.until(
        "it has connections again",
        PATIENCE,
        () -> {
          int before = inARow.getAndSet(0);
          boolean answered =
              purser.newPerson().api().get("/api/usage/summary").status() == 200
                  && new Http(purser.url(), null).get("/health/ready").status() == 200;
          inARow.set(answered ? before + 1 : 0);
          return inARow.get() == ANSWERS_IN_A_ROW;
        });
  }

  private static JsonNode openCalls(Person person) {
    return person.api().get("/api/calls?state=open").ok(200).path("items");
  }

  private static Http.Answer answer(CompletableFuture<Http.Answer> call) throws Exception {
    return call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static String id(Http.Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    return answer.header("x-purser-call-id");
  }

  private static void tokens(Person person, String id, long output, List<String> adjustments) {
    JsonNode call = person.settledCall(id);
    assertThat(call.path("usageSource").asString()).isEqualTo("reported");
    assertThat(call.path("outputTokens").asLong()).isEqualTo(output);
    assertThat(call.path("adjustments"))
        .extracting(adjustment -> adjustment.path("reason").asString())
        .containsExactlyElementsOf(adjustments);
  }
}
