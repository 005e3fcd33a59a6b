package dev.purser.web;

import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Somebody with a budget whose agent brings it into every state, through the gateway. */
record StrictStory(Person person, String agentId, Http caller) {
  /** 20 dollars for a million tokens of output: a call of 4,000 costs a little above 8 cents. */
  private static final String MODEL = "claude-opus-5-5";

  /** 4,000 tokens of output and the few of input. At first more input is held for than there is. */
  private static final BigDecimal MAX_CENTS_READ = new BigDecimal("8.01");

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static StrictStory of(Person person) {
    person.withProviderKeys();
    String agentId = person.agent("support-bot");
    return new StrictStory(
        person, agentId, new Http(person.url(), person.virtualKey(agentId).secret()));
  }

  StrictStory budget(long cents, String mode) {
    person.settings("{\"monthlyBudgetCents\":" + cents + ",\"budgetMode\":\"" + mode + "\"}");
    return this;
  }

  StrictStory agentBudget(long cents, String mode) {
    person
        .api()
        .patch(
            "/api/agents/" + agentId,
            "{\"monthlyBudgetCents\":" + cents + ",\"budgetMode\":\"" + mode + "\"}")
        .ok(200);
    return this;
  }

  /** A call that costs a little above 8 cents; its id. */
  String spend() {
    String id = Story.id(post(4_000, "sandbox:tokens=4000"));
    person.settledCall(id);
    return id;
  }

  Http.Answer post(int mostTokens, String prompt) {
    return caller.post("/v1/messages", body(mostTokens, prompt, false));
  }

  /** A call whose stream breaks off, so that the most of what was held for it is in doubt. */
  String breakOff() {
    try {
      caller.post("/v1/messages", body(4_000, "sandbox:cut", true));
      throw new AssertionError("the stream came to its end");
    } catch (UncheckedIOException cut) {
      String id = person.api().get("/api/calls?limit=1").ok(200).at("/items/0/id").asString();
      person.settledCall(id);
      return id;
    }
  }

  /** A call that costs more than its hold: the provider bills what nobody asked for. */
  String costTooMuch() {
    String id = Story.id(post(10, "sandbox:compaction"));
    person.settledCall(id);
    return id;
  }

  /** A call that goes on until it is closed. */
  Running run() {
    return run(body(4_000, "sandbox:hang-mid-stream", true));
  }

  /**
   * The same, under a strict budget, once the provider has said how few tokens it read: what is
   * held for it has been lowered then, and stays.
   */
  Running runOnceRead() {
    Running running = run();
    Await.until("its hold is lowered", PATIENCE, () -> heldCents().compareTo(MAX_CENTS_READ) < 0);
    return running;
  }

  /** The same, by what only a budget that is not strict admits: a search that has no limit. */
  Running runWithoutBound() {
    return run(
        body(4_000, "sandbox:hang-mid-stream", true)
            .replaceFirst(
                "}$", ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]}"));
  }

  private Running run(String body) {
    HttpResponse<InputStream> answer =
        Http.client()
            .sendAsync(
                caller.request("POST", "/v1/messages", body.getBytes(StandardCharsets.UTF_8)),
                HttpResponse.BodyHandlers.ofInputStream())
            .join();
    Await.until("it is held for", PATIENCE, () -> heldCents().signum() > 0);
    return new Running(this, answer.body());
  }

  /** A call under way. */
  record Running(StrictStory story, InputStream answer) implements AutoCloseable {
    /** Goes away, and waits until its entry has ended. */
    @Override
    public void close() {
      try {
        answer.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Await.until("nothing is held", PATIENCE, () -> story.heldCents().signum() == 0);
    }
  }

  private BigDecimal heldCents() {
    return person.summary().path("heldCents").asDecimal();
  }

  /** A sum of this month's summary, as pages write exact values. */
  String exact(String field) {
    BigDecimal cents = person.summary().path(field).asDecimal();
    return "<data value=\"" + cents.movePointLeft(2).stripTrailingZeros().toPlainString() + "\">";
  }

  private static String body(int mostTokens, String prompt, boolean streams) {
    return """
    {"model":"%s","max_tokens":%d,"stream":%s,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(MODEL, mostTokens, streams, prompt);
  }
}
