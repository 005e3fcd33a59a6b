package dev.purser.providers;

import dev.purser.pricing.Provider;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A wire format that calls are metered in. */
public enum Dialect {
  ANTHROPIC_MESSAGES(Provider.ANTHROPIC, "/v1/messages"),
  OPENAI_CHAT(Provider.OPENAI, "/v1/chat/completions"),
  OPENAI_RESPONSES(Provider.OPENAI, "/v1/responses"),
  OPENAI_EMBEDDINGS(Provider.OPENAI, "/v1/embeddings");

  private static final RequestScan MODEL = new RequestScan("model");

  private final Provider provider;
  private final String path;

  Dialect(Provider provider, String path) {
    this.provider = provider;
    this.path = path;
  }

  public Provider provider() {
    return provider;
  }

  public String path() {
    return path;
  }

  /** As the database and the API write it: {@code openai_chat}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Dialect> ofId(String id) {
    return Arrays.stream(values()).filter(dialect -> dialect.id().equals(id)).findFirst();
  }

  /** The field that limits the tokens of an answer. */
  String limitField() {
    return switch (this) {
      case ANTHROPIC_MESSAGES -> "max_tokens";
      case OPENAI_CHAT -> "max_completion_tokens";
      case OPENAI_RESPONSES -> "max_output_tokens";
      case OPENAI_EMBEDDINGS -> "input"; // It has no answer, and so no such field.
    };
  }

  /** The field that limits the uses of a tool that the provider runs. */
  String usesField() {
    return switch (this) {
      case ANTHROPIC_MESSAGES -> "tools[].max_uses";
      case OPENAI_RESPONSES -> "max_tool_calls";
      case OPENAI_CHAT, OPENAI_EMBEDDINGS -> "tools"; // None of theirs is run by the provider.
    };
  }

  /**
   * Reads a body in time proportional to its length; a body over 256 KB is read off the event loop.
   */
  public RequestReading read(byte[] body) {
    try {
      return new RequestReading.Accepted(
          switch (this) {
            case ANTHROPIC_MESSAGES -> AnthropicRequests.read(body);
            case OPENAI_CHAT -> OpenAiRequests.readChat(body);
            case OPENAI_RESPONSES -> OpenAiRequests.readResponses(body);
            case OPENAI_EMBEDDINGS -> OpenAiRequests.readEmbeddings(body);
          });
    } catch (BadRequest refused) {
      return new RequestReading.Refused(
          refused.error(),
          refused.error().code() == ErrorCode.REQUEST_NOT_METERABLE ? modelIn(body) : null);
    }
  }

  private static @Nullable String modelIn(byte[] body) {
    try {
      return MODEL.read(body).name("model");
    } catch (BadRequest malformed) {
      return null;
    }
  }
}
