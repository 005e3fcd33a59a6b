package dev.purser.promises;

import dev.purser.pricing.Provider;
import dev.purser.running.Person;
import dev.purser.running.Person.VirtualKey;
import dev.purser.sdk.Billed;
import dev.purser.sdk.Endpoint;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** A program of somebody's that calls models through Purser, with a virtual key of its agent. */
record Program(Person person, String agentId, VirtualKey virtualKey) implements Endpoint {
  static Program of(Person person) {
    String agentId = person.agent("program");
    return new Program(person, agentId, person.virtualKey(agentId));
  }

  @Override
  public String url(Provider provider) {
    return person.url();
  }

  @Override
  public String key(Provider provider) {
    return virtualKey.secret();
  }

  /** What the ledger has of the last call, which went well and has a price. */
  @Override
  public Billed lastBilled() {
    JsonNode call = lastCall();
    if (!call.path("state").asString().equals("settled")
        || !call.path("usageSource").asString().equals("reported")
        || call.path("httpStatus").asInt() != 200
        || !call.path("costCents").isNumber()) {
      throw new AssertionError("not the entry of a call that went well: " + call);
    }
    return new Billed(
        call.path("inputTokens").asLong(),
        call.path("cacheReadTokens").asLong(),
        call.path("cacheWriteTokens").asLong(),
        call.path("outputTokens").asLong(),
        call.path("reasoningTokens").asLong(),
        call.path("webSearches").asLong());
  }

  /** The newest entry, once it is no longer open. */
  JsonNode lastCall() {
    return person.settledCall(calls("limit=1").getFirst().path("id").asString());
  }

  /** The entries that fit a filter, newest first. */
  List<JsonNode> calls(String query) {
    List<JsonNode> calls = new ArrayList<>();
    person.api().get("/api/calls?" + query).ok(200).path("items").forEach(calls::add);
    return calls;
  }

  /** How many calls were refused, repeats that share an entry counted each. */
  int refusals() {
    return calls("state=refused").stream()
        .mapToInt(
            call -> person.call(call.path("id").asString()).path("refusal").path("count").asInt())
        .sum();
  }

  void revoke() {
    person.api().delete("/api/virtual-keys/" + virtualKey.id()).ok(204);
  }

  /** Chooses what the agent gets when it asks for {@code auto}. */
  void prefer(Provider provider, String model) {
    long version = person.api().get("/api/agents/" + agentId).ok(200).path("version").asLong();
    person
        .api()
        .patch(
            "/api/agents/" + agentId,
            """
            {"version":%d,"preferredProvider":"%s","preferredModel":"%s"}\
            """
                .formatted(version, provider.id(), model))
        .ok(200);
  }
}
