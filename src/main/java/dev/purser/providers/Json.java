package dev.purser.providers;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** JSON as this room reads and writes it. */
final class Json {
  /** Deeper nesting is refused: nobody's request is that deep. */
  static final int MAX_DEPTH = 500;

  static final int MAX_DIGITS = 100;
  static final int MAX_NAME_LENGTH = 50_000;

  /** Strings and documents have no limit of their own: the gateway's limit on a body holds. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxNameLength(MAX_NAME_LENGTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  static final JsonMapper MAPPER = JsonMapper.builder(FACTORY).build();

  private Json() {}

  /** The tree of a small text; a missing node if it is malformed. */
  static JsonNode tree(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException malformed) {
      return MissingNode.getInstance();
    }
  }

  /** A text as a JSON string, with its quotes. */
  static String string(String text) {
    return MAPPER.writeValueAsString(text);
  }
}
