package dev.purser.sandbox;

import static dev.purser.sandbox.OpenAiFaults.invalid;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Embeddings: the same direction for the same input, of length one. */
final class Embeddings {
  private static final int MAX_INPUTS = 2048;

  private Embeddings() {}

  /** What is wrong with the request; null for nothing. */
  static @Nullable Fault check(ObjectNode body, OpenAiModel model) {
    List<String> inputs = inputs(body.path("input"));
    if (inputs.isEmpty() || inputs.size() > MAX_INPUTS) {
      return invalid("invalid_value", "input", "From 1 to " + MAX_INPUTS + " inputs.");
    }
    long dimensions = body.path("dimensions").asLong(model.outputTokens());
    if (dimensions < 1 || dimensions > model.outputTokens()) {
      return invalid("invalid_value", "dimensions", "From 1 to " + model.outputTokens() + ".");
    }
    return null;
  }

  static long tokens(ObjectNode body) {
    JsonNode input = body.path("input");
    long tokens = input.isString() ? MessagesRequest.tokens(input.asString()) : 0;
    for (JsonNode item : input) {
      tokens +=
          item.isArray()
              ? item.size()
              : item.isString() ? MessagesRequest.tokens(item.asString()) : 1;
    }
    return tokens;
  }

  static ObjectNode answer(ObjectNode body, OpenAiModel model, long tokens, boolean withUsage) {
    int dimensions = body.path("dimensions").asInt((int) model.outputTokens());
    boolean base64 = body.path("encoding_format").asString("float").equals("base64");
    ObjectNode answer = Json.object().put("object", "list");
    ArrayNode data = answer.putArray("data");
    int index = 0;
    for (String input : inputs(body.path("input"))) {
      ObjectNode embedding = data.addObject().put("object", "embedding");
      float[] direction = direction(input, dimensions);
      if (base64) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(direction);
        embedding.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
      } else {
        ArrayNode numbers = embedding.putArray("embedding");
        for (float number : direction) {
          numbers.add(number);
        }
      }
      embedding.put("index", index++);
    }
    answer.put("model", model.answeredAs());
    if (withUsage) {
      answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    }
    return answer;
  }

  /** A text, several texts, the tokens of a text, or of several. */
  static List<String> inputs(JsonNode input) {
    List<String> inputs = new ArrayList<>();
    if (input.isString()) {
      inputs.add(input.asString());
    } else if (input.path(0).isNumber()) {
      inputs.add(Json.line(input));
    } else {
      for (JsonNode item : input) {
        inputs.add(item.isString() ? item.asString() : Json.line(item));
      }
    }
    return inputs;
  }

  private static float[] direction(String input, int dimensions) {
    SplittableRandom random = Fingerprint.random(0, input);
    float[] numbers = new float[dimensions];
    double squares = 0;
    for (int i = 0; i < dimensions; i++) {
      numbers[i] = (float) (random.nextDouble() - 0.5);
      squares += numbers[i] * numbers[i];
    }
    float length = (float) Math.sqrt(squares);
    for (int i = 0; i < dimensions; i++) {
      numbers[i] /= length;
    }
    return numbers;
  }
}
