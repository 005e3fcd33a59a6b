package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Usage of Anthropic's Messages. A stream reports it twice, at its start and cumulatively at its
 * end, where only what changes is repeated: so the later report is laid over the earlier, member by
 * member.
 */
final class AnthropicUsage implements UsageReading {
  private static final int MODEL = 0;
  private static final int USAGE = 1;
  private static final int ERROR_TYPE = 2;
  private static final int ERROR_DETAIL = 3;
  private static final int START_USAGE = 4;
  private static final int BLOCK_NAME = 5;

  private static final String MESSAGE = "message";
  private static final String FALLBACK = "fallback_message";

  /** A price may depend on it, so what is no such word is no geography. */
  private static final Pattern GEOGRAPHY = Pattern.compile("[a-z0-9_-]+");

  private static final PathTree BODY =
      PathTree.of("model", "usage", "error.type", "error.details.error_code");
  private static final PathTree EVENT =
      PathTree.of(
          "message.model",
          "usage",
          "error.type",
          "error.details.error_code",
          "message.usage",
          "!content_block.name",
          "+content_block.text",
          "+content_block.thinking",
          "+content_block.id",
          "+content_block.type",
          "+delta.*",
          "-delta.type",
          "-delta.stop_reason",
          "-delta.citation");

  private final ObjectNode usage = Json.MAPPER.createObjectNode();
  private String model;
  private @Nullable String errorType;
  private @Nullable String errorDetail;
  private boolean started;
  private boolean whole;
  private long webSearches;

  AnthropicUsage(String sentModel) {
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
      case START_USAGE -> {
        started = true;
        merge(node);
      }
      case USAGE -> {
        whole = true;
        merge(node);
      }
      case ERROR_TYPE -> errorType = UsageReading.name(node);
      case ERROR_DETAIL -> errorDetail = UsageReading.name(node);
      case BLOCK_NAME -> webSearches += "web_search".equals(UsageReading.name(node)) ? 1 : 0;
      default -> throw new AssertionError(path);
    }
  }

  private void merge(JsonNode later) {
    for (Map.Entry<String, JsonNode> member : later.properties()) {
      if (!member.getValue().isNull()) {
        usage.set(member.getKey(), member.getValue());
      }
    }
  }

  @Override
  public @Nullable Usage reported() throws Unreadable {
    if (!whole) {
      return null;
    }
    if (!usage.has("input_tokens") || !usage.has("output_tokens")) {
      throw new Unreadable("usage");
    }
    ModelUsage top = part(usage, model);
    ModelUsage passes = new ModelUsage(model, 0, 0, 0, 0, 0, 0, 0, 0, top.webSearches());
    List<ModelUsage> beside = new ArrayList<>();
    boolean fellBack = hasFallenBack();
    for (JsonNode iteration : usage.path("iterations")) {
      ModelUsage pass = part(iteration, UsageReading.name(iteration.path("model"), model));
      if (belongsToAnswer(iteration, pass.model(), fellBack)) {
        passes = sum(passes, pass);
      } else {
        beside.add(pass);
      }
    }
    // The counts at the top are the sum of the answer's own passes; should they ever be less, more
    // was reported than they say.
    boolean topIsWhole = passes.prompt() + passes.output() <= top.prompt() + top.output();
    beside.addFirst(topIsWhole ? top : passes);
    return new Usage(beside, tier(), fast(), geography());
  }

  private boolean hasFallenBack() {
    for (JsonNode iteration : usage.path("iterations")) {
      if (FALLBACK.equals(UsageReading.name(iteration.path("type")))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a pass is among the counts at the top. After a fallback only those of the model that
   * answered are; else all that are messages, whichever of its names the model has in them.
   */
  private boolean belongsToAnswer(JsonNode iteration, String passModel, boolean fellBack) {
    String type = UsageReading.name(iteration.path("type"));
    return fellBack
        ? (FALLBACK.equals(type) || MESSAGE.equals(type)) && passModel.equals(model)
        : MESSAGE.equals(type);
  }

  private static ModelUsage part(JsonNode node, String model) throws Unreadable {
    JsonNode written = node.path("cache_creation");
    long in5m = UsageReading.quantity(written, "ephemeral_5m_input_tokens");
    long in1h = UsageReading.quantity(written, "ephemeral_1h_input_tokens");
    // The end of a stream repeats only the sum of both, which may have grown since its start.
    long grown = UsageReading.quantity(node, "cache_creation_input_tokens") - in5m - in1h;
    boolean onlyHours = in5m == 0 && in1h > 0;
    return new ModelUsage(
        model,
        UsageReading.quantity(node, "input_tokens"),
        UsageReading.quantity(node, "cache_read_input_tokens"),
        in5m + (onlyHours ? 0 : Math.max(0, grown)),
        in1h + (onlyHours ? Math.max(0, grown) : 0),
        0,
        0,
        UsageReading.quantity(node, "output_tokens"),
        UsageReading.quantity(node.path("output_tokens_details"), "thinking_tokens"),
        UsageReading.quantity(node.path("server_tool_use"), "web_search_requests"));
  }

  private static ModelUsage sum(ModelUsage a, ModelUsage b) throws Unreadable {
    return new ModelUsage(
        a.model(),
        sum(a.input(), b.input()),
        sum(a.cacheRead(), b.cacheRead()),
        sum(a.cacheWrite5m(), b.cacheWrite5m()),
        sum(a.cacheWrite1h(), b.cacheWrite1h()),
        0,
        0,
        sum(a.output(), b.output()),
        sum(a.reasoning(), b.reasoning()),
        sum(a.webSearches(), b.webSearches()));
  }

  private static long sum(long a, long b) throws Unreadable {
    if (a + b > ModelUsage.MOST) {
      throw new Unreadable("iterations");
    }
    return a + b;
  }

  @Override
  public Partial partial() {
    ModelUsage start = null;
    try {
      start = started ? part(usage, model) : null;
    } catch (Unreadable unreadable) {
      // The bound stands in for it.
    }
    return new Partial(model, start, webSearches, tier(), fast(), geography());
  }

  private @Nullable String tier() {
    return UsageReading.name(usage.path("service_tier"));
  }

  private boolean fast() {
    return "fast".equals(UsageReading.name(usage.path("speed")));
  }

  private @Nullable String geography() {
    String geography = UsageReading.name(usage.path("inference_geo"));
    return geography == null || !GEOGRAPHY.matcher(geography).matches() ? null : geography;
  }

  @Override
  public @Nullable String errorCode() {
    return errorDetail == null ? errorType : errorDetail;
  }
}
