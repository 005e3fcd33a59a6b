package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.wire.PathTree;
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
  private static final int STOP_REASON = 4;
  private static final int CONTENT = 5;
  private static final int START_USAGE = 6;
  private static final int BLOCK_NAME = 7;
  private static final int FALLBACK_MODEL = 8;
  private static final int EVENT_TYPE = 9;

  private static final int OK = 200;
  private static final String FIVE_MINUTES = "ephemeral_5m_input_tokens";
  private static final String AN_HOUR = "ephemeral_1h_input_tokens";
  private static final String MESSAGE = "message";
  private static final String FALLBACK = "fallback_message";
  private static final String INPUT_TOKENS = "input_tokens";
  private static final String OUTPUT_TOKENS = "output_tokens";

  /** A price may depend on it, so what is no such word is no geography. */
  private static final Pattern GEOGRAPHY = Pattern.compile("[a-z0-9_-]+");

  private static final PathTree BODY =
      PathTree.of(
          "model", "usage", "error.type", "error.details.error_code", "stop_reason", "?content[]");
  private static final PathTree EVENT =
      PathTree.of(
          "message.model",
          "!usage",
          "error.type",
          "error.details.error_code",
          "delta.stop_reason",
          "?message.content[]",
          "message.usage",
          "!content_block.name",
          "content_block.to.model",
          "type",
          "+content_block.text",
          "+content_block.thinking",
          "+content_block.id",
          "+content_block.type",
          "+delta.*",
          "-delta.type",
          "-delta.citation");

  private final ObjectNode usage = Json.MAPPER.createObjectNode();
  private final CallTerms asked;
  private final boolean mayBeUnbilled;
  private String model;
  private @Nullable String errorType;
  private @Nullable String errorDetail;
  private @Nullable String stopReason;
  private @Nullable String eventType;
  private boolean started;
  private boolean hasContent;
  private int reports;

  /** The usage that came last, unless that was a stream's beginning. */
  private @Nullable JsonNode closing;

  private long webSearches;

  /**
   * @param asked of which the answer may not say anything
   * @param status of the answer
   */
  AnthropicUsage(String sentModel, CallTerms asked, int status) {
    this.model = sentModel;
    this.asked = asked;
    this.mayBeUnbilled = status == OK;
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
      case MODEL, FALLBACK_MODEL -> model = UsageReading.name(node, model);
      case START_USAGE -> {
        started = true;
        merge(node);
      }
      case USAGE -> {
        closing = node;
        merge(node);
      }
      case ERROR_TYPE -> errorType = UsageReading.name(node);
      case ERROR_DETAIL -> errorDetail = UsageReading.name(node);
      case STOP_REASON -> stopReason = UsageReading.name(node);
      case BLOCK_NAME -> webSearches += "web_search".equals(UsageReading.name(node)) ? 1 : 0;
      case EVENT_TYPE -> {
        eventType = UsageReading.name(node);
        hasContent |= eventType != null && eventType.startsWith("content_block");
      }
      default -> throw new AssertionError(path);
    }
  }

  @Override
  public void present(int path) {
    hasContent |= path == CONTENT;
  }

  private void merge(JsonNode later) {
    reports++;
    for (Map.Entry<String, JsonNode> member : later.properties()) {
      if (!member.getValue().isNull()) {
        usage.set(member.getKey(), member.getValue());
      }
    }
  }

  @Override
  public boolean isLast(EventData data) {
    return data == EventData.JSON && "message_stop".equals(eventType);
  }

  @Override
  public int reports() {
    return reports;
  }

  @Override
  public @Nullable Reported reported() throws Unreadable {
    if (closing == null) {
      return null;
    }
    if (!closing.has(OUTPUT_TOKENS) || !usage.has(INPUT_TOKENS)) {
      throw new Unreadable("usage");
    }
    Passes passes = passes(/* ended= */ true);
    List<ModelUsage> parts = new ArrayList<>(passes.beside);
    boolean billed = !isRefusedBeforeOutput(passes.answer);
    parts.addFirst(billed ? passes.answer : passes.answer.notBilled());
    Usage whole = new Usage(parts, tier(), fast(), geography());
    return new Reported(whole, /* exact= */ !passes.guessed);
  }

  /** Anthropic does not bill a request that it refuses before the model has written anything. */
  private boolean isRefusedBeforeOutput(ModelUsage answer) {
    return mayBeUnbilled
        && "refusal".equals(stopReason)
        && !hasContent
        && answer.count(Kind.OUTPUT) == 0;
  }

  /**
   * What was reported so far.
   *
   * @param answer of the model that answers
   * @param beside what is billed, or was refused, beside that
   * @param guessed whether some cache writes may be of a cheaper kind than they are counted as
   */
  private record Passes(ModelUsage answer, List<ModelUsage> beside, boolean guessed) {}

  /**
   * Reads the passes.
   *
   * @param ended whether the answer has come to its end: before it, nothing is known to be free
   */
  private Passes passes(boolean ended) throws Unreadable {
    List<JsonNode> iterations = new ArrayList<>();
    usage.path("iterations").forEach(iterations::add);
    int fallback = lastFallback(iterations);
    String answering = fallback < 0 ? model : modelOf(iterations.get(fallback));
    ModelUsage top = part(usage, answering);
    ModelUsage own = ModelUsage.none(answering).with(Kind.WEB_SEARCH, top.count(Kind.WEB_SEARCH));
    List<ModelUsage> beside = new ArrayList<>();
    boolean guessed = isGuessed(usage);
    for (int at = 0; at < iterations.size(); at++) {
      JsonNode iteration = iterations.get(at);
      ModelUsage pass = part(iteration, modelOf(iteration));
      if (belongsToAnswer(iteration, pass.model(), answering, fallback >= 0)) {
        own = sum(own, pass);
      } else {
        boolean billed = !ended || at > fallback || !isRefusedBeforeOutput(iteration, pass);
        beside.add(billed ? pass : pass.notBilled());
        guessed |= isGuessed(iteration);
      }
    }
    // The counts at the top are the sum of the answer's own passes; should they ever be less, more
    // was reported than they say.
    boolean topIsWhole =
        own.prompt() + own.count(Kind.OUTPUT) <= top.prompt() + top.count(Kind.OUTPUT);
    return new Passes(topIsWhole ? top : own, beside, guessed);
  }

  private static int lastFallback(List<JsonNode> iterations) {
    int last = -1;
    for (int at = 0; at < iterations.size(); at++) {
      if (FALLBACK.equals(typeOf(iterations.get(at)))) {
        last = at;
      }
    }
    return last;
  }

  private static @Nullable String typeOf(JsonNode iteration) {
    return UsageReading.name(iteration.path("type"));
  }

  private String modelOf(JsonNode iteration) {
    return UsageReading.name(iteration.path("model"), model);
  }

  /**
   * Whether a pass is among the counts at the top. After a fallback only those of the model that
   * answered are; else all that are messages, whichever of its names the model has in them.
   */
  private static boolean belongsToAnswer(
      JsonNode iteration, String passModel, String answering, boolean fellBack) {
    String type = typeOf(iteration);
    return fellBack
        ? (FALLBACK.equals(type) || MESSAGE.equals(type)) && passModel.equals(answering)
        : MESSAGE.equals(type);
  }

  /** Of an attempt that another model took over from. */
  private boolean isRefusedBeforeOutput(JsonNode iteration, ModelUsage pass) {
    String type = typeOf(iteration);
    return mayBeUnbilled
        && (FALLBACK.equals(type) || MESSAGE.equals(type))
        && iteration.has(OUTPUT_TOKENS)
        && pass.count(Kind.OUTPUT) == 0
        && pass.count(Kind.WEB_SEARCH) == 0;
  }

  private ModelUsage part(JsonNode node, String model) throws Unreadable {
    long in5m = writtenFor(node, FIVE_MINUTES);
    long in1h = writtenFor(node, AN_HOUR);
    long rest = unsplit(node);
    boolean forHour = asked.longWrites() || in1h > 0;
    Map<Kind, Long> counts =
        Map.of(
            Kind.INPUT,
            UsageReading.quantity(node, INPUT_TOKENS),
            Kind.CACHE_READ,
            UsageReading.quantity(node, "cache_read_input_tokens"),
            Kind.CACHE_WRITE_5M,
            in5m + (forHour ? 0 : rest),
            Kind.CACHE_WRITE_1H,
            in1h + (forHour ? rest : 0),
            Kind.OUTPUT,
            UsageReading.quantity(node, OUTPUT_TOKENS),
            Kind.WEB_SEARCH,
            UsageReading.quantity(node.path("server_tool_use"), "web_search_requests"));
    return ModelUsage.of(model, counts)
        .withReasoning(
            UsageReading.quantity(node.path("output_tokens_details"), "thinking_tokens"));
  }

  private static long writtenFor(JsonNode node, String time) throws Unreadable {
    return UsageReading.quantity(node.path("cache_creation"), time);
  }

  /**
   * What was written to the cache without being said for how long: the end of a stream repeats only
   * the sum, which may have grown since its start.
   */
  private static long unsplit(JsonNode node) throws Unreadable {
    return Math.max(
        0,
        UsageReading.quantity(node, "cache_creation_input_tokens")
            - writtenFor(node, FIVE_MINUTES)
            - writtenFor(node, AN_HOUR));
  }

  /**
   * Whether both lifetimes are in use, so that the rest may be of either: it counts as the higher.
   */
  private boolean isGuessed(JsonNode node) throws Unreadable {
    return unsplit(node) > 0
        && (asked.shortWrites() || writtenFor(node, FIVE_MINUTES) > 0)
        && (asked.longWrites() || writtenFor(node, AN_HOUR) > 0);
  }

  private static ModelUsage sum(ModelUsage a, ModelUsage b) throws Unreadable {
    ModelUsage sum = a.withReasoning(inRange(a.reasoning() + b.reasoning()));
    for (Map.Entry<Kind, Long> count : b.counts().entrySet()) {
      Kind kind = count.getKey();
      sum = sum.with(kind, inRange(a.count(kind) + count.getValue()));
    }
    return sum;
  }

  private static long inRange(long sum) throws Unreadable {
    if (sum > ModelUsage.MAX) {
      throw new Unreadable("iterations");
    }
    return sum;
  }

  @Override
  public Partial partial() {
    List<ModelUsage> seen = seen();
    return new Partial(
        seen.isEmpty() ? model : seen.getFirst().model(),
        seen,
        /* hasInput= */ !seen.isEmpty() && usage.has(INPUT_TOKENS),
        /* hasBegun= */ started,
        webSearches,
        tier(),
        fast(),
        geography(),
        /* searchContext= */ null);
  }

  private List<ModelUsage> seen() {
    if (reports == 0) {
      return List.of();
    }
    try {
      Passes passes = passes(/* ended= */ false);
      List<ModelUsage> seen = new ArrayList<>(passes.beside);
      seen.addFirst(passes.answer);
      return seen;
    } catch (Unreadable unreadable) {
      return List.of(); // The bound stands in for it.
    }
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
