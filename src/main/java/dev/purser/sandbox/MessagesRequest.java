package dev.purser.sandbox;

import dev.purser.sandbox.Ask.Tool;
import dev.purser.sandbox.PromptCache.Block;
import dev.purser.sandbox.PromptCache.Life;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads an Anthropic Messages request. */
final class MessagesRequest {
  /** An image or a document, whatever its bytes. */
  private static final long ATTACHMENT_TOKENS = 1500;

  private static final long MESSAGE_TOKENS = 4;

  /** The hidden prompt that explains tools. */
  private static final long TOOLS_TOKENS = 346;

  private MessagesRequest() {}

  /** What is wrong with it; null for nothing. */
  static @Nullable Fault check(ObjectNode body, @Nullable String version, boolean counting) {
    if (!body.path("model").isString()) {
      return invalid("model: this field is required");
    }
    if (!body.path("messages").isArray() || body.path("messages").isEmpty()) {
      return invalid("messages: at least one message is required");
    }
    if (counting) {
      return null;
    }
    if (!body.path("max_tokens").isIntegralNumber() || body.path("max_tokens").asLong(0) < 1) {
      return invalid("max_tokens: this field is required and at least 1");
    }
    if ("2026-10-21".equals(version)) {
      for (String sampling : new String[] {"temperature", "top_p", "top_k"}) {
        if (body.has(sampling)) {
          return invalid(sampling + ": not accepted since version 2026-10-21");
        }
      }
    }
    long budget = body.path("thinking").path("budget_tokens").asLong(0);
    if (budget >= body.path("max_tokens").asLong(0)) {
      return invalid("thinking.budget_tokens: has to be below max_tokens");
    }
    return null;
  }

  static Ask read(ObjectNode body, String model) {
    List<Block> prompt = new ArrayList<>();
    List<Tool> tools = new ArrayList<>();
    boolean search = false;
    for (JsonNode tool : body.path("tools")) {
      String type = tool.path("type").asString("custom");
      search |= type.startsWith("web_search_");
      if (type.equals("custom")) {
        tools.add(new Tool(tool.path("name").asString(""), tool.path("input_schema")));
      }
      prompt.add(block("tool", tool, prompt.isEmpty() ? TOOLS_TOKENS : 0));
    }
    JsonNode system = body.path("system");
    if (system.isString()) {
      prompt.add(text("system", system.asString(), null, 0));
    }
    for (JsonNode block : system) {
      prompt.add(block("system", block, 0));
    }
    String question = "";
    boolean toolAnswered = false;
    for (JsonNode message : body.path("messages")) {
      String role = message.path("role").asString("user");
      JsonNode content = message.path("content");
      // The system may speak behind a tool's result; what the model has to answer is still that.
      toolAnswered &= role.equals("system");
      if (content.isString()) {
        prompt.add(text(role, content.asString(), null, MESSAGE_TOKENS));
        question = role.equals("user") ? content.asString() : question;
      }
      for (JsonNode block : content) {
        prompt.add(block(role, block, MESSAGE_TOKENS));
        String type = block.path("type").asString("");
        toolAnswered |= type.equals("tool_result");
        if (type.equals("text") && role.equals("user")) {
          question = block.path("text").asString("");
        }
      }
    }
    if (body.has("cache_control")) {
      Block last = prompt.removeLast();
      prompt.add(new Block(last.fingerprint(), last.tokens(), mark(body)));
    }
    Wishes wishes = Wishes.in(question);
    String choice = body.path("tool_choice").path("type").asString("auto");
    JsonNode schema = body.path("output_config").path("format").path("schema");
    return new Ask(
        model,
        body.path("stream").asBoolean(false),
        prompt,
        question,
        toolAnswered,
        choice.equals("none") ? List.of() : chosen(tools, body.path("tool_choice")),
        choice.equals("any") || choice.equals("tool"),
        search,
        thinkingTokens(body),
        body.path("max_tokens").asLong(Long.MAX_VALUE),
        schema.isObject() ? schema : null,
        wishes);
  }

  private static List<Tool> chosen(List<Tool> tools, JsonNode choice) {
    return choice.path("type").asString("").equals("tool")
        ? tools.stream()
            .filter(tool -> tool.name().equals(choice.path("name").asString("")))
            .toList()
        : tools;
  }

  private static long thinkingTokens(ObjectNode body) {
    return switch (body.path("thinking").path("type").asString("disabled")) {
      case "enabled", "adaptive", "between_tools" ->
          switch (body.path("output_config").path("effort").asString("medium")) {
            case "low" -> 16;
            case "medium" -> 40;
            default -> 120;
          };
      default -> 0;
    };
  }

  private static Block block(String role, JsonNode block, long overhead) {
    Life mark = block.has("cache_control") ? mark(block) : null;
    return switch (block.path("type").asString("")) {
      case "text" -> text(role, block.path("text").asString(""), mark, overhead);
      case "image", "document" ->
          new Block(
              Fingerprint.of(role + Json.line(block.path("source"))),
              ATTACHMENT_TOKENS + overhead,
              mark);
      default ->
          text(
              role,
              Json.line(
                  block instanceof ObjectNode object && mark != null
                      ? object.deepCopy().without("cache_control")
                      : block),
              mark,
              overhead);
    };
  }

  private static Block text(String role, String text, @Nullable Life mark, long overhead) {
    return new Block(Fingerprint.of(role + ':' + text), tokens(text) + overhead, mark);
  }

  /** A token is four bytes. */
  static long tokens(String text) {
    return Math.ceilDiv(text.getBytes(StandardCharsets.UTF_8).length, 4);
  }

  private static Life mark(JsonNode marked) {
    return marked.path("cache_control").path("ttl").asString("5m").equals("1h")
        ? Life.HOUR_1
        : Life.MINUTES_5;
  }

  private static Fault invalid(String message) {
    return Fault.of(400, "invalid_request_error", message);
  }
}
