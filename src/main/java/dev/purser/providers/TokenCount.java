package dev.purser.providers;

import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * A question to the provider's free counter of tokens.
 *
 * @param path where it is asked
 * @param body what is asked
 */
@SuppressWarnings("ArrayRecordComponent") // its bytes are sent, never compared
public record TokenCount(String path, byte[] body) {

  /** The input tokens that the counter's answer tells; empty if it tells none. */
  public OptionalLong read(byte[] answer) {
    JsonNode counted = Json.tree(answer).path("input_tokens");
    return counted.isIntegralNumber() && counted.canConvertToLong() && counted.longValue() >= 0
        ? OptionalLong.of(counted.longValue())
        : OptionalLong.empty();
  }
}
