package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.Terms;
import dev.purser.providers.RequestFields.Cue;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Requests of Anthropic's Messages. */
final class AnthropicRequests {
  /** Hidden prompts of tools and of thinking: some hundreds of tokens each. */
  private static final long HIDDEN_PROMPT_TOKENS = 1_000;

  private static final long HIDDEN_TOKENS_OF_A_TOOL = 1_000;

  /** After so many passes Anthropic pauses a turn of its own tools, unless that has changed. */
  private static final long USUAL_PASSES = 10;

  private static final RequestScan SCAN =
      new RequestScan(
          "model",
          "stream",
          "max_tokens",
          "speed",
          "inference_geo",
          "tools",
          "tools[].type",
          "tools[].max_uses",
          "mcp_servers",
          "container",
          "context_management",
          "fallbacks");

  private AnthropicRequests() {}

  static CallRequest read(byte[] body) throws BadRequest {
    RequestFields fields = SCAN.read(body);
    fields.expect("tools", JsonToken.START_ARRAY);
    List<String> serverTools =
        fields.texts("tools[].type").stream().filter(type -> !type.equals("custom")).toList();
    List<Long> mostUses = fields.numbers("tools[].max_uses");
    String unbounded = unboundedField(fields, serverTools, mostUses);
    long passes = 1;
    if (!serverTools.isEmpty() || fields.has("mcp_servers")) {
      long uses = mostUses.stream().mapToLong(most -> Math.clamp(most, 0, 1_000)).sum();
      passes += unbounded == null ? uses : Math.max(uses, USUAL_PASSES);
    }
    if (fields.has("context_management")) {
      passes++;
    }
    boolean searches = serverTools.stream().anyMatch(type -> type.startsWith("web_search"));
    boolean beyondText = fields.has(Cue.BEYOND_BODY) || passes > 1 || fields.has("container");
    long toolTokens = HIDDEN_TOKENS_OF_A_TOOL * fields.texts("tools[].type").size();
    boolean fast = "fast".equals(fields.name("speed"));
    String geography = fields.name("inference_geo");
    Terms named = new Terms(null, fast, geography);
    CostTerms terms =
        new CostTerms(
            beyondText ? CostTerms.Input.WINDOW : CostTerms.Input.TEXT,
            body.length + HIDDEN_PROMPT_TOKENS + toolTokens,
            fields.limit("max_tokens"),
            /* answers= */ 1,
            passes,
            searches ? passes : 0,
            inputKinds(fields),
            named,
            geography == null ? List.of(named, new Terms(null, fast, "us")) : List.of(named),
            unbounded);
    return new MeteredRequest(Dialect.ANTHROPIC_MESSAGES, fields, terms, List.of());
  }

  private static @Nullable String unboundedField(
      RequestFields fields, List<String> serverTools, List<Long> mostUses) {
    if (fields.has("fallbacks")) {
      return "fallbacks";
    }
    if (fields.has("mcp_servers")) {
      return "mcp_servers";
    }
    return serverTools.size() > mostUses.size() ? "tools[].max_uses" : null;
  }

  private static Set<Kind> inputKinds(RequestFields fields) {
    Set<Kind> kinds = EnumSet.of(Kind.INPUT);
    if (fields.has(Cue.CACHE)) {
      kinds.add(Kind.CACHE_WRITE_5M);
    }
    if (fields.has(Cue.CACHE_FOR_HOUR)) {
      kinds.add(Kind.CACHE_WRITE_1H);
    }
    return kinds;
  }
}
