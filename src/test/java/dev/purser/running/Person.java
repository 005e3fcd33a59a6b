package dev.purser.running;

import dev.purser.pricing.Provider;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

/** Someone who manages a space through the API, with an access token that may do everything. */
public record Person(String url, Http api) {
  /**
   * Made up, of the form that Anthropic's keys have; the sandbox takes every key of this form as
   * good.
   */
  public static final String ANTHROPIC_KEY =
      "sk-ant-api03-sandbox-0123456789abcdefghijklmnopqrstuv";

  public static final String OPENAI_KEY = "sk-proj-sandbox-0123456789abcdefghijklmnopqrstuvwxyz";

  /** Everyone's, to sign in with. */
  public static final String PASSWORD = "a long enough password";

  public static Person of(String url, String accessToken) {
    return new Person(url, new Http(url, accessToken));
  }

  public String email() {
    return me().path("email").asString();
  }

  public String userId() {
    return me().path("id").asString();
  }

  private JsonNode me() {
    return api.get("/api/me").ok(200).path("user");
  }

  /** Saves both providers' keys. */
  public Person withProviderKeys() {
    saveKey("anthropic", ANTHROPIC_KEY);
    saveKey("openai", OPENAI_KEY);
    return this;
  }

  /** With a key of this one only. */
  public Person withProviderKey(Provider provider) {
    saveKey(provider.id(), provider == Provider.ANTHROPIC ? ANTHROPIC_KEY : OPENAI_KEY);
    return this;
  }

  /** As if the first API key had not chosen one. */
  public Person withoutDefaultModel() {
    settings("{\"defaultModel\":null}");
    return this;
  }

  public JsonNode saveKey(String provider, String key) {
    return api.put("/api/keys/" + provider, "{\"key\":\"" + key + "\"}").ok(200);
  }

  /** Makes an agent. */
  public String agent(String name) {
    return api.post("/api/agents", "{\"name\":\"" + name + "\"}").ok(201).path("id").asString();
  }

  /** Makes a virtual key of an agent. */
  public VirtualKey virtualKey(String agentId) {
    JsonNode made =
        api.post("/api/agents/" + agentId + "/virtual-keys", "{\"name\":\"test\"}").ok(201);
    return new VirtualKey(made.path("id").asString(), made.path("secret").asString());
  }

  /** Makes an agent with a virtual key, and gives the means to call with it. */
  public Http caller(String agentName) {
    return new Http(url, virtualKey(agent(agentName)).secret());
  }

  public void settings(String json) {
    long version = api.get("/api/settings").ok(200).path("version").asLong();
    api.patch("/api/settings", json.replaceFirst("\\{", "{\"version\":" + version + ",")).ok(200);
  }

  /** A call as the ledger has it. */
  public JsonNode call(String id) {
    return api.get("/api/calls/" + id).ok(200);
  }

  /** A call once it is no longer open. */
  public JsonNode settledCall(String id) {
    JsonNode[] call = new JsonNode[1];
    Await.until(
        "call " + id + " is settled",
        Duration.ofSeconds(20),
        () -> {
          call[0] = call(id);
          return !call[0].path("state").asString().equals("open");
        });
    return call[0];
  }

  public JsonNode summary() {
    return api.get("/api/usage/summary").ok(200);
  }

  /** A virtual key, in clear. */
  public record VirtualKey(String id, String secret) {}
}
