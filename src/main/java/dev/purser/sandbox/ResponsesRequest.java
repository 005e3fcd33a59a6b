package dev.purser.sandbox;

import static dev.purser.sandbox.OpenAiFaults.invalid;

import dev.purser.sandbox.PromptCache.Block;
import dev.purser.sandbox.PromptCache.Life;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a Responses request. */
final class ResponsesRequest {
  private ResponsesRequest() {}

  /** What is wrong with it; null for nothing. */
  static @Nullable Fault check(ObjectNode body) {
    if (!body.path("model").isString()) {
      return invalid("missing_required_parameter", "model", "A model has to be named.");
    }
    if (!body.path("input").isString() && !body.path("input").isArray()) {
      return invalid("missing_required_parameter", "input", "There has to be an input.");
    }
    return null;
  }

  /**
   * Reads it as a whole prompt.
   *
   * @param earlier what the conversation was before: billed again
   */
  static Ask read(ObjectNode body, OpenAiModel model, List<Block> earlier) {
    boolean long12h = body.path("prompt_cache_options").path("ttl").asString("").equals("12h");
    OpenAiPrompt prompt = new OpenAiPrompt(long12h ? Life.HOURS_12 : Life.MINUTES_30);
    List<JsonNode> tools = new ArrayList<>();
    offer(body.path("tools"), tools);
    for (JsonNode tool : body.path("tools")) {
      prompt.addText("tools", Json.line(tool));
    }
    if (body.path("instructions").isString()) {
      prompt.addText("developer", body.path("instructions").asString());
    }
    prompt.addEarlier(earlier);
    prompt.addContent("user", body.path("input").isString() ? body.path("input") : Json.array());
    for (JsonNode item : body.path("input")) {
      switch (item.path("type").asString("message")) {
        case "message" ->
            prompt.addContent(item.path("role").asString("user"), item.path("content"));
        case "function_call_output" -> prompt.addText("tool", Json.line(item.path("output")));
        case "additional_tools", "tool_search_output" -> {
          offer(item.path("tools"), tools);
          prompt.addText("tools", Json.line(item));
        }
        default -> prompt.addText("assistant", Json.line(item));
      }
    }
    JsonNode choice = body.path("tool_choice");
    JsonNode schema = body.path("text").path("format").path("schema");
    return new Ask(
        model.answeredAs(),
        body.path("stream").asBoolean(false),
        prompt.blocks(),
        prompt.question(),
        prompt.toolAnswered(),
        OpenAiPrompt.functions(tools, choice),
        OpenAiPrompt.forced(choice),
        tools.stream().anyMatch(tool -> type(tool).startsWith("web_search")),
        OpenAiPrompt.reasoning(model, body.path("reasoning").path("effort").asString("")),
        body.path("max_output_tokens").asLong(model.outputTokens()),
        schema.isObject() ? schema : null,
        Wishes.in(prompt.question()));
  }

  /** Adds tools to those that may be called, with the ones that a namespace holds. */
  private static void offer(JsonNode tools, List<JsonNode> offered) {
    for (JsonNode tool : tools) {
      if (type(tool).equals("namespace")) {
        tool.path("tools").forEach(offered::add);
      } else {
        offered.add(tool);
      }
    }
  }

  private static String type(JsonNode tool) {
    return tool.path("type").asString("");
  }
}
