package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.BudgetWatch;
import dev.purser.ledger.LedgerBooks;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.PurserProcess;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.sandbox.Seen;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Strict budgets, asked for more than there is: whole programs, called over HTTP. */
class StrictBudgetTest {
  private static final int CALLS = 1_000;
  private static final int SESSIONS = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aThousandCallsAtOnceStayWithinFiveDollars(TestDatabase.Kind kind) throws Exception {
    try (TestDatabase database = TestDatabase.fresh(kind);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        Crowd crowd = new Crowd(CALLS)) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("strict")));
      settings.putAll(providers(sandbox));
      try (PurserProcess one = PurserProcess.serve(folder, settings);
          // On SQLite there is only ever one process.
          PurserProcess two =
              kind == TestDatabase.Kind.POSTGRESQL ? PurserProcess.serve(folder, settings) : one;
          BudgetWatch watch = BudgetWatch.over(database.openAnother())) {
        Person person = one.person(folder, settings).withProviderKeys();
        person.settings("{\"monthlyBudgetCents\":500,\"budgetMode\":\"strict\"}");
        List<String> virtualKeys = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          virtualKeys.add(person.virtualKey(person.agent("agent " + i)).secret());
        }
        Random random = new Random(5);
        List<Ask> asks = new ArrayList<>();
        List<Future<Crowd.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
          Ask ask = Ask.drawn(random);
          asks.add(ask);
          answers.add(
              crowd.call(
                  (i % 2 == 0 ? one : two).url(),
                  virtualKeys.get(i % virtualKeys.size()),
                  ask.path,
                  ask.body,
                  "call-" + i));
        }
        int answered = 0;
        int shortened = 0;
        int refused = 0;
        for (int i = 0; i < CALLS; i++) {
          Crowd.Answer answer = answers.get(i).await(180, TimeUnit.SECONDS);
          assertThat(answer.status()).as(answer.text()).isIn(200, 402);
          if (answer.status() == 200) {
            answered++;
            shortened += answer.maxTokens().isEmpty() ? 0 : 1;
          } else {
            refused++;
            checkRefusal(asks.get(i), JSON.readTree(answer.text()).at("/error/purser"));
          }
        }
        assertThat(watch.stop()).as("looks").isGreaterThan(10);
        assertThat(watch.most()).isLessThanOrEqualTo(Money.ofCents(500));

        List<Seen> seen =
            sandbox.seen().stream()
                .filter(call -> String.valueOf(call.tag()).startsWith("call-"))
                .filter(call -> !call.path().contains("token"))
                .toList();
        assertThat(seen).hasSize(answered);
        assertThat(shortened).isPositive();
        assertThat(refused).isPositive();
        JsonNode summary = person.summary();
        assertThat(summary.path("requestCount").asInt()).isEqualTo(answered);
        assertThat(summary.path("reportedCount").asInt()).isEqualTo(answered);
        assertThat(summary.path("heldCents").decimalValue()).isZero();

        // Who was refused for what others held can have all that these did not need.
        int more = spendTheRest(new Http(two.url(), virtualKeys.getFirst()));
        summary = person.summary();
        assertThat(summary.path("requestCount").asInt()).isEqualTo(answered + more);
        assertThat(summary.path("heldCents").decimalValue()).isZero();
        assertThat(summary.path("totalCostCents").decimalValue())
            .isBetween(new BigDecimal("490"), new BigDecimal("500"));
        LedgerBooks.balance(database.openAnother());
      }
    }
  }

  /** Calls one after another until one is refused; how many were answered. */
  private static int spendTheRest(Http caller) {
    String body =
        """
        {"model":"claude-opus-5-5","max_tokens":4096,
         "messages":[{"role":"user","content":"sandbox:tokens=4000"}]}\
        """;
    int answered = 0;
    Http.Answer answer = caller.post("/v1/messages", body);
    while (answer.status() == 200) {
      answered++;
      answer = caller.post("/v1/messages", body);
    }
    JsonNode told = answer.ok(402).at("/error/purser");
    assertThat(told.path("heldCents").decimalValue()).isZero();
    assertThat(told.path("largestOutputTokens").asLong()).isLessThan(4_096);
    return answered;
  }

  /** What a refused call had asked for did not fit, by what it was told itself. */
  private static void checkRefusal(Ask ask, JsonNode told) {
    assertThat(told.path("code").asString()).isEqualTo("budget_exhausted");
    assertThat(told.path("budgetOf").asString()).isEqualTo("space");
    assertThat(told.path("budgetCents").decimalValue()).isEqualByComparingTo("500");
    BigDecimal free =
        told.path("budgetCents")
            .decimalValue()
            .subtract(told.path("spentCents").decimalValue())
            .subtract(told.path("heldCents").decimalValue())
            .subtract(told.path("doubtCents").decimalValue());
    assertThat(free).isNotNegative();
    assertThat(told.path("neededCents").decimalValue()).isGreaterThan(free);
    if (told.path("heldCents").decimalValue().signum() == 0) {
      assertThat(told.path("largestOutputTokens").asLong())
          .isLessThan(Math.min(ask.maxTokens, 4_096));
    }
  }

  /** A call that may cost up to a dollar, and costs some cents. */
  private record Ask(String path, String body, long maxTokens) {
    static Ask drawn(Random random) {
      long maxTokens = 256L << random.nextInt(8);
      String text =
          "x".repeat(random.nextInt(8_000))
              + " sandbox:tokens=%d sandbox:delay=%d"
                  .formatted(200 + random.nextInt(3_000), random.nextInt(60));
      boolean stream = random.nextBoolean();
      return switch (random.nextInt(3)) {
        case 0 ->
            new Ask(
                "/v1/chat/completions",
                """
                {"model":"gpt-6-sol","max_completion_tokens":%d,"stream":%s,
                 "messages":[{"role":"user","content":"%s"}]}\
                """
                    .formatted(maxTokens, stream, text),
                maxTokens);
        case 1 ->
            new Ask(
                "/v1/responses",
                """
                {"model":"gpt-6-sol","max_output_tokens":%d,"stream":%s,"input":"%s"}\
                """
                    .formatted(maxTokens, stream, text),
                maxTokens);
        default ->
            new Ask(
                "/v1/messages",
                """
                {"model":"claude-opus-5-5","max_tokens":%d,"stream":%s,
                 "messages":[{"role":"user","content":"%s"}]}\
                """
                    .formatted(maxTokens, stream, text),
                maxTokens);
      };
    }
  }

  @Test
  void noneOfEightCodingSessionsIsRefusedBeforeThreeQuartersAreSpent() {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, providers(sandbox))) {
      Person person = purser.newPerson().withProviderKeys();
      person.settings("{\"monthlyBudgetCents\":2000,\"budgetMode\":\"strict\"}");
      List<CompletableFuture<JsonNode>> sessions = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        Session session = new Session(person.caller("session " + i), new Random(i));
        sessions.add(
            CompletableFuture.supplyAsync(session::untilRefused, Thread::startVirtualThread));
      }
      for (CompletableFuture<JsonNode> session : sessions) {
        assertThat(session.join().path("spentCents").decimalValue())
            .isGreaterThanOrEqualTo(new BigDecimal("1500"));
      }
      JsonNode summary = person.summary();
      assertThat(summary.path("heldCents").decimalValue()).isZero();
      assertThat(summary.path("totalCostCents").decimalValue())
          .isBetween(new BigDecimal("1500"), new BigDecimal("2000"));
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  /**
   * Sends its whole context with every call, 100 KB, of which the provider has a fifth in its cache
   * and writes the rest; asks for 32,000 tokens and gets some hundreds.
   */
  private record Session(Http caller, Random random) {
    private static final int PROJECT_BYTES = 20_000;
    private static final int TURN_BYTES = 80_000;

    JsonNode untilRefused() {
      String project = text(PROJECT_BYTES);
      while (true) {
        Http.Answer answer = caller.post("/v1/messages", body(project, text(TURN_BYTES)));
        if (answer.status() == 402) {
          return answer.json().at("/error/purser");
        }
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      }
    }

    private String body(String project, String turn) {
      return """
      {"model":"claude-opus-5-5","max_tokens":32000,"stream":true,
       "system":[{"type":"text","text":"%s","cache_control":{"type":"ephemeral"}}],
       "messages":[{"role":"user","content":[
         {"type":"text","text":"%s","cache_control":{"type":"ephemeral"}},
         {"type":"text","text":"sandbox:slow=1 sandbox:tokens=%d"}]}]}\
      """
          .formatted(project, turn, 200 + random.nextInt(600));
    }

    private String text(int bytes) {
      StringBuilder text = new StringBuilder();
      while (text.length() < bytes) {
        text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36)).append(' ');
      }
      return text.toString();
    }
  }

  private static Map<String, String> providers(Sandbox sandbox) {
    return Map.of(
        "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
        "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
  }
}
