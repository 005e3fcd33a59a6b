package dev.purser.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the model has to say, before it is written in a dialect.
 *
 * @param thinking token by token
 * @param searchQuery what it looks up in the web first, null for nothing
 * @param text token by token
 * @param reasoningTokens already counted in {@code outputTokens}
 */
record Draft(
    List<String> thinking,
    @Nullable String searchQuery,
    List<String> text,
    List<ToolCall> toolCalls,
    Stop stop,
    long reasoningTokens,
    long outputTokens) {

  /** A call of one of the caller's tools. */
  record ToolCall(String name, JsonNode arguments) {}

  /** Why the model stopped. */
  enum Stop {
    END,
    LENGTH,
    TOOL,
    REFUSAL
  }

  Draft {
    thinking = List.copyOf(thinking);
    text = List.copyOf(text);
    toolCalls = List.copyOf(toolCalls);
  }

  String wholeText() {
    return String.join("", text);
  }

  String wholeThinking() {
    return String.join("", thinking);
  }
}
