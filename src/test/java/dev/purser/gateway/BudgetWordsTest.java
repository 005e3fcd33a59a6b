package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.agents.AgentDraft;
import dev.purser.agents.ModelPolicy;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.running.Await;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a program is told of a budget that refuses it: where the money is, what to do, and where.
 */
class BudgetWordsTest {
  private static final String MESSAGES = "/v1/messages";
  private static final Duration SOON = Duration.ofSeconds(10);

  private TestGateway purser;

  @BeforeEach
  void start() {
    purser = new TestGateway();
    answering("{\"usage\":{\"input_tokens\":10,\"output_tokens\":4000}}");
  }

  @AfterEach
  void stop() {
    purser.close();
  }

  /** Token counts are answered at once; calls as well, unless there is nothing to answer. */
  private void answering(String call) {
    purser.provider.answers(request -> {
      request.response().putHeader("content-type", "application/json");
      if (request.uri().endsWith("count_tokens")) {
        request.response().end("{\"input_tokens\":10}");
      } else if (!call.isEmpty()) {
        request.response().end(call);
      }
    });
  }

  private void budget(long cents, Budget.Mode mode) {
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    assertThat(
            purser.spaces.save(
                new SpaceSettings(
                    now.spaceId(), null, null, cents, mode, now.timeZone(), now.version())))
        .isInstanceOf(SettingsSaved.Saved.class);
  }

  private static String body(long maxTokens) {
    return """
    {"model":"claude-haiku-4-5","max_tokens":%d,"messages":[{"role":"user","content":"hi"}]}\
    """
        .formatted(maxTokens);
  }

  private HttpResponse<String> post(String virtualKey, long maxTokens) {
    return purser.send(
        purser
            .request(MESSAGES)
            .header("x-api-key", virtualKey)
            .POST(HttpRequest.BodyPublishers.ofString(body(maxTokens)))
            .build());
  }

  private static String said(HttpResponse<String> refused) {
    assertThat(refused.statusCode()).isEqualTo(402);
    return JsonMapper.shared().readTree(refused.body()).at("/error/message").asString();
  }

  /** Sends one that stays at the provider. */
  private CompletableFuture<HttpResponse<String>> running(String virtualKey) {
    answering("");
    CompletableFuture<HttpResponse<String>> call =
        CompletableFuture.supplyAsync(() -> post(virtualKey, 4_096));
    Await.until(
        "the call is at the provider",
        SOON,
        () -> purser.provider.received().stream().anyMatch(sent -> sent.uri().equals(MESSAGES)));
    return call;
  }

  @Test
  void whatRunningCallsHoldIsNotSaidToBeUsedUp() {
    budget(3, Budget.Mode.STRICT);
    CompletableFuture<HttpResponse<String>> first = running(purser.secret);

    assertThat(said(post(purser.secret, 4_096)))
        .startsWith(
            "This month's budget has too little free for this call, says Purser: of $0.03, $0.00 is"
                + " spent, $0.02 held for running calls and <$0.01 free; the call could cost up to"
                + " $0.03. Wait until running calls have ended, or ")
        .contains("or raise the budget at http://purser.test/settings#llm, or wait until it begins")
        .contains(" UTC")
        .doesNotContain("exhausted", "used up", "/agents");
    purser.gateway.drain(purser.vertx, Duration.ZERO).await();
    assertThat(first.join().statusCode()).isEqualTo(503);
  }

  @Test
  void anAgentsOwnBudgetLeadsToThatAgent() {
    AgentDraft draft =
        new AgentDraft("thrifty", null, null, ModelPolicy.AUTO, 3L, Budget.Mode.STRICT);
    var agent = purser.newAgent(draft);
    String secret = purser.newVirtualKey(agent, null).secret().reveal();
    CompletableFuture<HttpResponse<String>> first = running(secret);

    assertThat(said(post(secret, 4_096)))
        .startsWith("This agent's budget of this month has too little free")
        .contains("$0.02 held for running calls")
        .contains("raise the budget at http://purser.test/agents/" + agent.id() + "#edit");
    purser.gateway.drain(purser.vertx, Duration.ZERO).await();
    assertThat(first.join().statusCode()).isEqualTo(503);
  }

  @Test
  void whatWasSpentIsSaidToBeUsedUp() {
    budget(2, Budget.Mode.STOP);
    assertThat(purser.post(MESSAGES, body(4_096)).statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().costNanos()).isEqualTo(20_010_000);
    assertThat(said(post(purser.secret, 9)))
        .startsWith(
            "This month's budget is used up, says Purser: $0.02 of $0.02 is spent. Raise the"
                + " budget at http://purser.test/settings#llm, or wait until it begins again on ");
  }

  @Test
  void aCallThatIsTooLargeByItselfIsToldWhatWouldFit() {
    budget(3, Budget.Mode.STRICT);
    assertThat(purser.post(MESSAGES, body(4_096)).statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().costNanos()).isEqualTo(20_010_000);
    HttpResponse<String> refused = post(purser.secret, 4_096);
    long fitting =
        JsonMapper.shared()
            .readTree(refused.body())
            .at("/error/purser/largestOutputTokens")
            .asLong();
    assertThat(fitting).isBetween(1L, 4_095L);
    assertThat(said(refused))
        .contains("of $0.03, $0.02 is spent and <$0.01 free")
        .contains("Limit its output to " + fitting + " tokens, or raise the budget at ")
        .doesNotContain("running calls", "in doubt");
  }
}
