package dev.purser.api;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The OpenAPI document as it is served, and what it says of an answer. */
final class OpenApiDocument {
  private static final String BASE = "https://purser.test/openapi";
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

  private final JsonNode root;
  private final SchemaRegistry schemas;

  private OpenApiDocument(String yaml) {
    root = new YAMLMapper().readTree(yaml);
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(java.util.Map.of(BASE, root.toString())));
  }

  static OpenApiDocument read() {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream("openapi.yaml")) {
      return new OpenApiDocument(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode root() {
    return root;
  }

  /** Each call as {@code GET /api/me}. */
  Set<String> calls() {
    Set<String> calls = new TreeSet<>();
    for (String path : root.path("paths").propertyNames()) {
      for (String member : root.path("paths").path(path).propertyNames()) {
        if (METHODS.contains(member)) {
          calls.add(member.toUpperCase(java.util.Locale.ROOT) + " " + path);
        }
      }
    }
    return calls;
  }

  JsonNode call(Route route) {
    return root.path("paths").path(route.path()).path(method(route));
  }

  Set<String> queryParameters(Route route) {
    Set<String> names = new TreeSet<>();
    call(route)
        .path("parameters")
        .forEach(parameter -> {
          if (parameter.path("in").asString().equals("query")) {
            names.add(parameter.path("name").asString());
          }
        });
    return names;
  }

  Set<String> bodyFields(Route route) {
    String ref =
        call(route)
            .path("requestBody")
            .path("content")
            .path("application/json")
            .path("schema")
            .path("$ref")
            .asString("");
    Set<String> names = new TreeSet<>();
    if (!ref.isEmpty()) {
      names.addAll(root.at(ref.substring(1)).path("properties").propertyNames());
    }
    return names;
  }

  /** What is wrong with an answer; empty if it is as the document says. */
  List<String> complaints(Route route, int status, String contentType, String body) {
    String call = route.method() + " " + route.path() + " " + status + ": ";
    JsonNode responses = call(route).path("responses");
    JsonNode response = responses.path(Integer.toString(status));
    if (response.isMissingNode()) {
      return List.of(call + "the document has no such status");
    }
    String pointer =
        "/paths/" + escape(route.path()) + "/" + method(route) + "/responses/" + status;
    if (response.has("$ref")) {
      pointer = response.path("$ref").asString().substring(1);
      response = root.at(pointer);
    }
    if (!response.has("content")) {
      return body.isEmpty() ? List.of() : List.of(call + "a body that the document does not name");
    }
    String type = contentType.split(";", 2)[0].strip();
    if (!response.path("content").has(type)) {
      return List.of(call + "the document does not name " + type);
    }
    if (!type.endsWith("json")) {
      return List.of();
    }
    Schema schema =
        schemas.getSchema(
            SchemaLocation.of(BASE + "#" + pointer + "/content/" + escape(type) + "/schema"));
    return schema.validate(body, com.networknt.schema.InputFormat.JSON).stream()
        .map(Error::toString)
        .map(complaint -> call + complaint + " in " + body)
        .toList();
  }

  private static String method(Route route) {
    return route.method().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String escape(String member) {
    return member.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
  }
}
