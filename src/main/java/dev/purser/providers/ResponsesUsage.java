package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.wire.PathTree;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Usage of OpenAI's Responses. A stream's last event holds the whole response as a JSON answer
 * would be; the first ones hold it too, with no usage yet.
 */
final class ResponsesUsage implements UsageReading {
  private static final int MODEL = 0;
  private static final int USAGE = 1;
  private static final int TIER = 2;
  private static final int ERROR_CODE = 3;
  private static final int ERROR_TYPE = 4;
  private static final int SEARCHES = 5;
  private static final int ACTION = 6;
  private static final int FLAT_CODE = 7;
  private static final int RESPONSE_ERROR_CODE = 8;
  private static final int ITEM_ACTION = 9;
  private static final int EVENT_TYPE = 10;

  /** After one of these comes nothing more. */
  private static final Set<String> LAST =
      Set.of("response.completed", "response.incomplete", "response.failed");

  private static final PathTree BODY =
      PathTree.of(
          "model",
          "usage",
          "service_tier",
          "error.code",
          "error.type",
          "tool_usage.web_search.num_requests",
          "output[].action.type");
  private static final PathTree EVENT =
      PathTree.of(
          "response.model",
          "!response.usage",
          "response.service_tier",
          "error.code",
          "error.type",
          "response.tool_usage.web_search.num_requests",
          "response.output[].action.type",
          "code",
          "response.error.code",
          "!item.action.type",
          "type",
          "+item.name",
          "+item.id",
          "+item.encrypted_content",
          "+delta");

  private final CallTerms asked;
  private String model;
  private int reports;
  private @Nullable String eventType;
  private @Nullable String tier;
  private @Nullable String errorCode;
  private @Nullable String errorType;
  private @Nullable String flatCode;
  private JsonNode usage = MissingNode.getInstance();
  private JsonNode counted = MissingNode.getInstance();
  private long searches;
  private long searchesSeen;

  /**
   * @param asked of which no answer says anything
   */
  ResponsesUsage(String sentModel, CallTerms asked) {
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
      case ERROR_CODE, RESPONSE_ERROR_CODE -> errorCode = UsageReading.name(node);
      case ERROR_TYPE -> errorType = UsageReading.name(node);
      case FLAT_CODE -> flatCode = UsageReading.name(node);
      case SEARCHES -> counted = Json.MAPPER.createObjectNode().set("web_search", node);
      case ACTION -> searches += isSearch(node) ? 1 : 0;
      case ITEM_ACTION -> searchesSeen += isSearch(node) ? 1 : 0;
      case EVENT_TYPE -> eventType = UsageReading.name(node);
      default -> throw new AssertionError(path);
    }
  }

  private static boolean isSearch(JsonNode action) {
    return "search".equals(UsageReading.name(action));
  }

  @Override
  public void present(int path) {
    throw new AssertionError(path);
  }

  @Override
  public boolean isLast(EventData data) {
    return data == EventData.JSON && eventType != null && LAST.contains(eventType);
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
    Usage whole = new Usage(List.of(part()), tier, /* fast= */ false, asked.geography());
    return new Reported(whole, /* exact= */ true);
  }

  private ModelUsage part() throws Unreadable {
    // An older answer does not count its searches: they stand among what it did.
    long webSearches =
        counted.isMissingNode() ? searches : UsageReading.quantity(counted, "web_search");
    return OpenAiTokens.part(usage, "input", "output", model, webSearches, asked);
  }

  @Override
  public Partial partial() {
    List<ModelUsage> seen = seen();
    return new Partial(
        model,
        seen,
        /* hasInput= */ !seen.isEmpty(),
        /* hasBegun= */ false,
        searchesSeen,
        tier,
        /* fast= */ false,
        asked.geography(),
        /* searchContext= */ null);
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
    if (errorCode != null) {
      return errorCode;
    }
    return flatCode == null ? errorType : flatCode;
  }
}
