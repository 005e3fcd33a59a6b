package dev.purser.sandbox;

import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** A value that fits a JSON schema: what a model would put there if it cared only for the form. */
final class SchemaSample {
  private static final int MAX_DEPTH = 8;

  private final JsonNode root;

  private SchemaSample(JsonNode root) {
    this.root = root;
  }

  static JsonNode of(JsonNode schema) {
    return new SchemaSample(schema).value("value", schema, 0);
  }

  private JsonNode value(String name, JsonNode schema, int depth) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (schema.has("$ref") && depth < MAX_DEPTH) {
      String pointer = schema.path("$ref").asString().substring(1);
      return value(name, root.at(pointer), depth + 1);
    }
    if (schema.has("const")) {
      return schema.path("const");
    }
    if (schema.path("enum").has(0)) {
      return schema.path("enum").path(0);
    }
    for (String choice : new String[] {"anyOf", "oneOf", "allOf"}) {
      if (schema.path(choice).has(0)) {
        return value(name, schema.path(choice).path(0), depth + 1);
      }
    }
    JsonNode type =
        schema.path("type").isArray() ? schema.path("type").path(0) : schema.path("type");
    return switch (type.asString("object")) {
      case "string" -> text(name);
      case "integer" -> make.numberNode(Math.max(7, schema.path("minimum").asInt(7)));
      case "number" -> make.numberNode(Math.max(7, schema.path("minimum").asInt(7)));
      case "boolean" -> make.booleanNode(true);
      case "null" -> make.nullNode();
      case "array" -> array(name, schema, depth);
      default -> object(schema, depth);
    };
  }

  private static StringNode text(String name) {
    String told = name.toLowerCase(Locale.ROOT);
    return JsonNodeFactory.instance.stringNode(
        told.contains("city") || told.contains("location") ? "Lisbon" : "sample " + name);
  }

  private ArrayNode array(String name, JsonNode schema, int depth) {
    ArrayNode array = Json.array();
    if (schema.has("items") && depth < MAX_DEPTH) {
      array.add(value(name, schema.path("items"), depth + 1));
    }
    return array;
  }

  private ObjectNode object(JsonNode schema, int depth) {
    ObjectNode object = Json.object();
    if (depth < MAX_DEPTH) {
      for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
        object.set(property.getKey(), value(property.getKey(), property.getValue(), depth + 1));
      }
    }
    return object;
  }
}
