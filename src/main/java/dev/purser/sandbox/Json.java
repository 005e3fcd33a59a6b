package dev.purser.sandbox;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON as the providers write it: Anthropic on one line, OpenAI's whole answers indented by two.
 */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final DefaultIndenter TWO_SPACES = new DefaultIndenter("  ", "\n");
  private static final ObjectWriter INDENTED =
      MAPPER
          .writer()
          .with(
              new DefaultPrettyPrinter(separators())
                  .withArrayIndenter(TWO_SPACES)
                  .withObjectIndenter(TWO_SPACES));

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static String line(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  static String indented(JsonNode node) {
    return INDENTED.writeValueAsString(node);
  }

  /** Null if the body is not one JSON object. */
  static @Nullable ObjectNode read(Buffer body) {
    try {
      return MAPPER.readTree(body.getBytes()) instanceof ObjectNode object ? object : null;
    } catch (JacksonException _) {
      return null;
    }
  }

  private static Separators separators() {
    return Separators.createDefaultInstance()
        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
        .withObjectEmptySeparator("")
        .withArrayEmptySeparator("");
  }
}
