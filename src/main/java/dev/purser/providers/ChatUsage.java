package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.wire.PathTree;
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
          "!usage",
          "service_tier",
          "error.code",
          "error.type",
          "?choices[]",
          "+choices[].delta.*",
          "-choices[].delta.role");

  private final CallTerms asked;
  private String model;
  private int reports;
  private @Nullable String tier;
  private @Nullable String errorCode;
  private @Nullable String errorType;
  private JsonNode usage = MissingNode.getInstance();

  /**
   * @param asked of which no answer says anything
   */
  ChatUsage(String sentModel, CallTerms asked) {
    this.model = sentModel;
    this.asked = asked;
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
      case USAGE -> {
        usage = node;
        reports++;
      }
      case TIER -> tier = UsageReading.name(node);
      case ERROR_CODE -> errorCode = UsageReading.name(node);
      case ERROR_TYPE -> errorType = UsageReading.name(node);
      default -> throw new AssertionError(path);
    }
  }

  @Override
  public void present(int path) {
    // Only which chunk has a choice matters.
  }

  @Override
  public boolean isLast(EventData data) {
    return data == EventData.DONE;
  }

  @Override
  public int reports() {
    return reports;
  }

  @Override
  public @Nullable Reported reported() throws Unreadable {
    if (usage.isMissingNode()) {
      return null;
    }
    Usage whole =
        new Usage(
            List.of(part()), tier, /* fast= */ false, asked.geography(), asked.searchContext());
    // It does not say whether it searched.
    return new Reported(whole, asked.searchContext() == null);
  }

  private ModelUsage part() throws Unreadable {
    return OpenAiTokens.part(usage, "prompt", "completion", model, webSearches(), asked);
  }

  /** However often it searches, a call has one fee. */
  private int webSearches() {
    return asked.searchContext() == null ? 0 : 1;
  }

  @Override
  public Partial partial() {
    List<ModelUsage> seen = seen();
    return new Partial(
        model,
        seen,
        /* hasInput= */ !seen.isEmpty(),
        /* hasBegun= */ false,
        webSearches(),
        tier,
        /* fast= */ false,
        asked.geography(),
        asked.searchContext());
  }

  private List<ModelUsage> seen() {
    try {
      return usage.isMissingNode() ? List.of() : List.of(part());
    } catch (Unreadable unreadable) {
      return List.of(); // The bound stands in for it.
    }
  }

  @Override
  public @Nullable String errorCode() {
    return errorCode == null ? errorType : errorCode;
  }
}
