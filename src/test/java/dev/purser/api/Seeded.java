package dev.purser.api;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A person who has something of everything: keys, settings, an agent, calls of every state.
 *
 * @param names what may be in no answer that somebody else gets
 */
record Seeded(
    TestApi.Person person,
    TestApi.Caller caller,
    String settledCall,
    String accessTokenId,
    Set<String> names) {

  static Seeded in(TestApi api, String name) {
    TestApi.Person person = api.newPerson(name + "@example.org");
    for (Map.Entry<String, String> key :
        Map.of(
                "anthropic", ListingProvider.GOOD_ANTHROPIC,
                "openai", ListingProvider.GOOD_OPENAI)
            .entrySet()) {
      person
          .manage()
          .put("/api/keys/" + key.getKey(), "{\"key\":\"" + key.getValue() + "\"}")
          .ok(200);
    }
    person
        .manage()
        .patch(
            "/api/settings",
            "{\"defaultModel\":\"claude-fable-5-2\",\"monthlyBudgetCents\":123456}")
        .ok(200);
    TestApi.Caller caller = api.newCaller(person, name + "-agent");
    String settled =
        api.call(
            person,
            caller,
            Provider.ANTHROPIC,
            UsageSource.REPORTED,
            ModelUsage.none("claude-fable-5-2")
                .with(Kind.INPUT, 1_234)
                .with(Kind.CACHE_READ, 50_000)
                .with(Kind.CACHE_WRITE_5M, 700)
                .with(Kind.OUTPUT, 321)
                .withReasoning(100)
                .with(Kind.WEB_SEARCH, 1));
    String unpriced =
        api.call(
            person,
            caller,
            Provider.OPENAI,
            UsageSource.ESTIMATED,
            ModelUsage.none("gpt-of-tomorrow").with(Kind.INPUT, 10).with(Kind.OUTPUT, 20));
    String open = api.openCall(caller, Provider.ANTHROPIC, "claude-fable-5-2");
    String refused = api.refusedCall(person, caller);
    JsonNode token =
        person
            .manage()
            .post("/api/access-tokens", "{\"name\":\"" + name + "-script\",\"scope\":\"read\"}")
            .ok(201);
    return new Seeded(
        person,
        caller,
        settled,
        token.path("id").asString(),
        Set.of(
            person.user().id(),
            person.spaceId(),
            name,
            caller.agentId(),
            caller.virtualKeyId(),
            settled,
            unpriced,
            open,
            refused,
            token.path("id").asString()));
  }

  /** Every answer that shows a state, apart from what the questions themselves change. */
  Map<String, String> state() {
    Map<String, String> state = new LinkedHashMap<>();
    for (String path :
        new String[] {
          "/api/me",
          "/api/keys",
          "/api/settings",
          "/api/agents",
          "/api/calls",
          "/api/calls/" + settledCall,
          "/api/models",
          "/api/usage/daily"
        }) {
      state.put(path, person.read().get(path).ok(200).toString());
    }
    return state;
  }
}
