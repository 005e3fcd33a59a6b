package dev.purser.sandbox;

import dev.purser.sandbox.Ask.Tool;
import dev.purser.sandbox.PromptCache.Block;
import dev.purser.sandbox.PromptCache.Life;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An OpenAI prompt while it is read: what its three forms have in common. */
final class OpenAiPrompt {
  private static final long ATTACHMENT_TOKENS = 800;
  private static final long MESSAGE_TOKENS = 4;

  private final Life life;
  private final List<Block> blocks = new ArrayList<>();
  private String question = "";
  private boolean toolAnswered;

  OpenAiPrompt(Life life) {
    this.life = life;
  }

  List<Block> blocks() {
    return blocks;
  }

  String question() {
    return question;
  }

  boolean toolAnswered() {
    return toolAnswered;
  }

  void addEarlier(List<Block> earlier) {
    blocks.addAll(earlier);
  }

  void addText(String role, String text) {
    // Who runs the conversation may speak behind a tool's result, and more tools may be named
    // there; what the model has to answer is still that.
    boolean aside = role.equals("system") || role.equals("developer") || role.equals("tools");
    toolAnswered = role.equals("tool") || (toolAnswered && aside);
    if (role.equals("user")) {
      question = text;
    }
    blocks.add(
        new Block(
            Fingerprint.of(role + ':' + text),
            MessagesRequest.tokens(text) + MESSAGE_TOKENS,
            life));
  }

  /** A string, or parts with a {@code text} or an attachment. */
  void addContent(String role, JsonNode content) {
    if (content.isString()) {
      addText(role, content.asString());
    }
    for (JsonNode part : content) {
      if (part.path("text").isString()) {
        addText(role, part.path("text").asString());
      } else {
        blocks.add(new Block(Fingerprint.of(Json.line(part)), ATTACHMENT_TOKENS, life));
      }
    }
  }

  /** The caller's own functions, of those that the choice allows. */
  static List<Tool> functions(Iterable<JsonNode> tools, JsonNode choice) {
    List<Tool> functions = new ArrayList<>();
    String chosen = choice.path("function").path("name").asString(choice.path("name").asString(""));
    for (JsonNode tool : tools) {
      if (tool.path("type").asString("").equals("function")) {
        JsonNode function = tool.has("function") ? tool.path("function") : tool;
        String name = function.path("name").asString("");
        if (chosen.isEmpty() || chosen.equals(name)) {
          functions.add(new Tool(name, function.path("parameters")));
        }
      }
    }
    return choice.asString("").equals("none") ? List.of() : functions;
  }

  static boolean forced(JsonNode choice) {
    return choice.isObject() || choice.asString("").equals("required");
  }

  /** How long the model thinks, in tokens; they come in sixty-fours. */
  static long reasoning(OpenAiModel model, String effort) {
    return switch (effort) {
      case "none" -> 0;
      case "minimal", "low" -> 64;
      case "medium" -> Math.max(128, model.usualReasoning());
      case "high", "xhigh", "max" -> 384;
      default -> model.usualReasoning();
    };
  }
}
