package dev.purser.web;

import dev.purser.running.Http;
import dev.purser.running.Person;
import java.io.UncheckedIOException;

/** Somebody whose agent has made calls of every kind, through the gateway. */
record Story(
    Person person,
    String agentId,
    Http caller,
    String settled,
    String unpriced,
    String cut,
    String failed,
    String otherModel,
    String overBudget) {

  static final String PRICED_MODEL = "claude-haiku-5-5";
  static final String UNPRICED_MODEL = "claude-mythos-5-2";

  /** Makes the calls. The budget is as it was before: none. */
  static Story of(Person person) {
    person.withProviderKeys();
    String agentId = person.agent("support-bot");
    Http caller = new Http(person.url(), person.virtualKey(agentId).secret());
    String settled = ended(person, message(caller, PRICED_MODEL, "hello"));
    String unpriced = ended(person, message(caller, UNPRICED_MODEL, "hello"));
    String cut = cutCall(person, caller);
    String failed = ended(person, message(caller, PRICED_MODEL, "sandbox:529"));
    String otherModel =
        id(
            caller.post(
                "/v1/chat/completions",
                "{\"model\":\"claude-haiku-5-5\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    person.settings("{\"monthlyBudgetCents\":0}");
    String overBudget = id(message(caller, PRICED_MODEL, "hello"));
    person.settings("{\"monthlyBudgetCents\":null}");
    return new Story(
        person, agentId, caller, settled, unpriced, cut, failed, otherModel, overBudget);
  }

  static Http.Answer message(Http caller, String model, String prompt) {
    return caller.post("/v1/messages", body(model, prompt, false));
  }

  /** Whose stream breaks off: so it does for the program, too. */
  private static String cutCall(Person person, Http caller) {
    try {
      caller.post("/v1/messages", body(PRICED_MODEL, "sandbox:cut", true));
      throw new AssertionError("the stream came to its end");
    } catch (UncheckedIOException cut) {
      String id = person.api().get("/api/calls?limit=1").ok(200).at("/items/0/id").asString();
      person.settledCall(id);
      return id;
    }
  }

  static String body(String model, String prompt, boolean streams) {
    return """
    {"model":"%s","max_tokens":200,"stream":%s,"messages":[{"role":"user","content":"%s"}]}\
    """
        .formatted(model, streams, prompt);
  }

  static String id(Http.Answer answer) {
    String id = answer.header("x-purser-call-id");
    if (id.isEmpty()) {
      throw new AssertionError("no call: " + answer.status() + " " + answer.text());
    }
    return id;
  }

  static String ended(Person person, Http.Answer answer) {
    String id = id(answer);
    person.settledCall(id);
    return id;
  }
}
