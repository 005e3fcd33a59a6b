package dev.purser.providers;

import dev.purser.pricing.Provider;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
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
