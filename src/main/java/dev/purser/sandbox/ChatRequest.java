package dev.purser.sandbox;

import static dev.purser.sandbox.OpenAiFaults.invalid;

import dev.purser.sandbox.PromptCache.Life;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a Chat Completions request. */
final class ChatRequest {
  private static final int MAX_CHOICES = 8;

  private ChatRequest() {}

  /** What is wrong with it; null for nothing. */
  static @Nullable Fault check(ObjectNode body) {
    if (!body.path("model").isString()) {
      return invalid("missing_required_parameter", "model", "A model has to be named.");
    }
    if (!body.path("messages").isArray() || body.path("messages").isEmpty()) {
      return invalid("missing_required_parameter", "messages", "There has to be a message.");
    }
    int choices = body.path("n").asInt(1);
    if (choices < 1 || choices > MAX_CHOICES) {
      return invalid("invalid_value", "n", "From 1 to " + MAX_CHOICES + " answers.");
    }
    return null;
  }

  static Ask read(ObjectNode body, OpenAiModel model) {
    OpenAiPrompt prompt = new OpenAiPrompt(Life.MINUTES_30);
    for (JsonNode tool : body.path("tools")) {
      prompt.addText("tools", Json.line(tool));
    }
    for (JsonNode message : body.path("messages")) {
      String role = message.path("role").asString("user");
      prompt.addContent(role, message.path("content"));
      if (message.has("tool_calls")) {
        prompt.addText(role, Json.line(message.path("tool_calls")));
      }
    }
    JsonNode choice = body.path("tool_choice");
    JsonNode schema = body.path("response_format").path("json_schema").path("schema");
    long limit =
        body.path("max_completion_tokens")
            .asLong(body.path("max_tokens").asLong(model.outputTokens()));
    return new Ask(
        model.answeredAs(),
        body.path("stream").asBoolean(false),
        prompt.blocks(),
        prompt.question(),
        prompt.toolAnswered(),
        OpenAiPrompt.functions(body.path("tools"), choice),
        OpenAiPrompt.forced(choice),
        false,
        OpenAiPrompt.reasoning(model, body.path("reasoning_effort").asString("")),
        limit,
        schema.isObject() ? schema : null,
        Wishes.in(prompt.question()));
  }
}
