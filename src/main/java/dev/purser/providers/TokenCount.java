package dev.purser.providers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A question to the provider's free counter of tokens. It is asked with the headers of the call.
 *
 * @param path where it is asked
 * @param body what is asked
 */
@SuppressWarnings("ArrayRecordComponent") // its bytes are sent, never compared
public record TokenCount(String path, byte[] body) {
  /** What the counters take; all else they refuse. */
  private static final Set<String> ANTHROPIC =
      Set.of(
          "cache_control",
          "context_management",
          "messages",
          "output_config",
          "output_format",
          "system",
          "thinking",
          "tool_choice",
          "tools");

  private static final Set<String> RESPONSES =
      Set.of(
          "conversation",
          "input",
          "instructions",
          "parallel_tool_calls",
          "previous_response_id",
          "reasoning",
          "text",
          "tool_choice",
          "tools",
          "truncation");

  /** Anthropic calls its count an estimate, which may be off by a small amount. */
  private static final long MARGIN_TOKENS = 100;

  private static final long MARGIN_DIVISOR = 50;

  /** The question about a request; empty if there is no counter for its dialect. */
  static Optional<TokenCount> of(
      Dialect dialect, RequestFields fields, String model, List<RequestName> widening) {
    Set<String> taken =
        new HashSet<>(
            switch (dialect) {
              case ANTHROPIC_MESSAGES -> ANTHROPIC;
              case OPENAI_RESPONSES -> RESPONSES;
              case OPENAI_CHAT, OPENAI_EMBEDDINGS -> Set.of();
            });
    if (AnthropicRequests.resumes(fields)) {
      taken.add("thread");
    }
    // One that knows a field counts what it adds; one that does not refuses, and tells nothing.
    widening.stream()
        .filter(name -> name.kind() == RequestName.Kind.FIELD)
        .forEach(name -> taken.add(name.name()));
    return switch (dialect) {
      case ANTHROPIC_MESSAGES ->
          Optional.of(new TokenCount("/v1/messages/count_tokens", body(fields, taken, model)));
      case OPENAI_RESPONSES ->
          Optional.of(new TokenCount("/v1/responses/input_tokens", body(fields, taken, model)));
      case OPENAI_CHAT, OPENAI_EMBEDDINGS -> Optional.empty();
    };
  }

  /** The members that the counter takes, as they are written. */
  private static byte[] body(RequestFields fields, Set<String> taken, String model) {
    List<String> members = new ArrayList<>();
    members.add("\"model\":" + Json.string(model));
    for (int member = 0; member < fields.members().size(); member++) {
      if (taken.contains(fields.members().get(member).name())) {
        members.add(fields.written(member));
      }
    }
    return ("{" + String.join(",", members) + "}").getBytes(StandardCharsets.UTF_8);
  }

  /** The input tokens that the counter's answer tells; empty if it tells none. */
  public OptionalLong read(byte[] answer) {
    JsonNode counted = Json.tree(answer).path("input_tokens");
    return counted.isIntegralNumber() && counted.canConvertToLong() && counted.longValue() >= 0
        ? OptionalLong.of(counted.longValue())
        : OptionalLong.empty();
  }

  /** The most that is billed as input where the counter told so much. */
  static long most(long counted) {
    return counted + counted / MARGIN_DIVISOR + MARGIN_TOKENS;
  }
}
