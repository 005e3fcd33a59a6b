package dev.purser.providers;

import dev.purser.pricing.Provider;
import dev.purser.wire.Splice;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.node.ObjectNode;

/** Purser's errors in the shape that a provider's clients understand. */
public final class ErrorBody {
  private static final DefaultPrettyPrinter LINES = lines();

  private ErrorBody() {}

  /**
   * The JSON body of an error answer.
   *
   * @param callId of the entry, if there is one: what Anthropic's shape calls the request
   */
  public static byte[] of(Provider shape, CallError error, @Nullable String callId) {
    return Json.MAPPER.writeValueAsBytes(tree(shape, error, callId));
  }

  /** The same for people to read: a line for each of its parts. */
  public static String inLines(Provider shape, CallError error, @Nullable String callId) {
    return Json.MAPPER.writer().with(LINES).writeValueAsString(tree(shape, error, callId));
  }

  /**
   * A provider's error with {@code error.purser} in it; every other byte stays as it came.
   *
   * @return the same array if it is no error of a provider's
   */
  public static byte[] withHelp(byte[] body, String code, String help) {
    int end = errorEnd(body);
    if (end < 0) {
      return body;
    }
    ObjectNode purser = Json.MAPPER.createObjectNode();
    purser.put("code", code);
    purser.put("help", help);
    return Splice.apply(
        body,
        List.of(new Splice(end, end, ",\"purser\":" + Json.MAPPER.writeValueAsString(purser))));
  }

  /** Where the closing brace of the error object is; -1 if there is none to add a member to. */
  private static int errorEnd(byte[] body) {
    try (JsonParser parser = Json.MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return -1;
      }
      int end = -1;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean error = parser.currentName().equals("error");
        boolean object = parser.nextToken() == JsonToken.START_OBJECT;
        if (error && object) {
          end = membersEnd(parser);
        } else {
          parser.skipChildren();
        }
      }
      boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
      // Else it is another encoding, whose offsets are not those of the bytes.
      return whole && end > 0 && end < body.length && body[end] == '}' ? end : -1;
    } catch (JacksonException notJson) {
      return -1;
    }
  }

  /** Of the object that was just begun; -1 if it has no members, or one of this name. */
  private static int membersEnd(JsonParser parser) {
    boolean members = false;
    boolean taken = false;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      members = true;
      taken |= parser.currentName().equals("purser");
      parser.nextToken();
      parser.skipChildren();
    }
    return members && !taken ? (int) parser.currentTokenLocation().getByteOffset() : -1;
  }

  private static ObjectNode tree(Provider shape, CallError error, @Nullable String callId) {
    return switch (shape) {
      case ANTHROPIC -> anthropic(error, callId);
      case OPENAI -> openAi(error);
    };
  }

  private static DefaultPrettyPrinter lines() {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectNameValueSpacing(Separators.Spacing.AFTER));
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    return printer;
  }

  /** An event that ends a stream whose status was sent long ago. */
  public static byte[] event(Provider shape, CallError error, @Nullable String callId) {
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    event.writeBytes("event: error\ndata: ".getBytes(StandardCharsets.US_ASCII));
    event.writeBytes(of(shape, error, callId));
    event.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
    return event.toByteArray();
  }

  private static ObjectNode anthropic(CallError error, @Nullable String callId) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("type", "error");
    ObjectNode inner = body.putObject("error");
    inner.put("type", error.code().anthropicType());
    inner.put("message", message(error));
    inner.set("purser", purser(error));
    if (callId != null) {
      body.put("request_id", callId);
    }
    return body;
  }

  private static ObjectNode openAi(CallError error) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    ObjectNode inner = body.putObject("error");
    inner.put("message", message(error));
    inner.put("type", error.code().openAiType());
    inner.putNull("param");
    inner.put("code", error.code().openAiCode());
    inner.set("purser", purser(error));
    return body;
  }

  private static ObjectNode purser(CallError error) {
    ObjectNode purser = Json.MAPPER.createObjectNode();
    purser.put("code", error.code().id());
    purser.put("help", error.help());
    error.figures().forEach(purser::putPOJO);
    return purser;
  }

  /** Most clients show the message only, so it says what to do as well. */
  private static String message(CallError error) {
    return error.help().isEmpty() ? error.message() : error.message() + " " + error.help();
  }
}
