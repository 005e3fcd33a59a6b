package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Usage of OpenAI's Chat Completions and Embeddings. */
final class ChatUsage implements UsageReading {
  static final int USAGE = 1;
  static final int CHOICE = 5;

  private static final int MODEL = 0;
  private static final int TIER = 2;
  private static final int ERROR_CODE = 3;
  private static final int ERROR_TYPE = 4;

  private static final PathTree BODY =
      PathTree.of("model", "usage", "service_tier", "error.code", "error.type");
  private static final PathTree EVENT =
      PathTree.of(
          "model",
          "usage",
          "service_tier",
          "error.code",
          "error.type",
          "?choices[]",
          "+choices[].delta.*",
          "-choices[].delta.role");

  private String model;
  private @Nullable String tier;
  private @Nullable String errorCode;
  private @Nullable String errorType;
  private JsonNode usage = MissingNode.getInstance();

  ChatUsage(String sentModel) {
    this.model = sentModel;
  }

  @Override
  public PathTree eventPaths() {
    return EVENT;
  }

  @Override
  public PathTree bodyPaths() {
    return BODY;
  }

  @Override
  public void picked(int path, byte[] value) {
    JsonNode node = Json.tree(value);
    switch (path) {
      case MODEL -> model = UsageReading.name(node, model);
      case USAGE -> usage = node;
      case TIER -> tier = UsageReading.name(node);
      case ERROR_CODE -> errorCode = UsageReading.name(node);
      case ERROR_TYPE -> errorType = UsageReading.name(node);
      default -> throw new AssertionError(path);
    }
  }

  @Override
  public @Nullable Usage reported() throws Unreadable {
    if (usage.isMissingNode()) {
      return null;
    }
    ModelUsage part = OpenAiTokens.part(usage, "prompt", "completion", model, /* webSearches= */ 0);
    return new Usage(List.of(part), tier, /* fast= */ false, /* geography= */ null);
  }

  @Override
  public Partial partial() {
    return new Partial(model, null, 0, tier, false, null);
  }

  @Override
  public @Nullable String errorCode() {
    return errorCode == null ? errorType : errorCode;
  }
}
