package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.sandbox.Draft.ToolCall;
import dev.purser.sandbox.Reply.Ending;
import dev.purser.sandbox.Reply.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes an Anthropic message, whole or as events. */
final class MessagesReply {
  private static final int MAX_TOKENS_PER_EVENT = 8;

  private final Ask ask;
  private final Draft draft;
  private final Usage usage;
  private final long firstInput;
  private final Identifiers identifiers;
  private final SplittableRandom random;
  private final List<Frame> frames = new ArrayList<>();
  private boolean pinged;

  /**
   * @param firstInput the uncached input before any search: what the first event of a stream says
   */
  MessagesReply(
      Ask ask, Draft draft, Usage usage, long firstInput, Identifiers identifiers, long seed) {
    this.ask = ask;
    this.draft = draft;
    this.usage = usage;
    this.firstInput = firstInput;
    this.identifiers = identifiers;
    this.random = Fingerprint.random(seed, ask.question());
  }

  Reply whole() {
    ObjectNode message = message();
    message.set("content", content());
    stop(message);
    if (!ask.wishes().has(Incident.NO_USAGE)) {
      message.set("usage", wholeUsage());
    }
    return new Reply(
        200,
        "application/json",
        Map.of(),
        List.of(Frame.of(Json.line(message), draft.outputTokens())),
        Ending.COMPLETE,
        usage.model(),
        usage);
  }

  Reply events() {
    ObjectNode message = message();
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
    ModelUsage first = usage.byModel().getFirst();
    ObjectNode firstUsage = counts(firstInput, first);
    firstUsage.put("output_tokens", Math.min(draft.outputTokens(), 1 + random.nextInt(8)));
    if (!ask.wishes().has(Incident.NO_USAGE)) {
      message.set("usage", served(firstUsage));
    }
    event("message_start", Json.object().set("message", message), 0);
    if (ask.wishes().has(Incident.OVERLOADED_MID_STREAM)
        || ask.wishes().has(Incident.QUOTA_MID_STREAM)) {
      return brokenOff();
    }
    ArrayNode content = content();
    for (int index = 0; index < content.size(); index++) {
      blockEvents(index, (ObjectNode) content.get(index));
    }
    ObjectNode delta = Json.object();
    ObjectNode last = Json.object();
    stop(delta);
    last.set("delta", delta);
    if (!ask.wishes().has(Incident.NO_USAGE)) {
      last.set("usage", lastUsage());
    }
    event("message_delta", last, 0);
    event("message_stop", Json.object(), 0);
    return stream();
  }

  private Reply brokenOff() {
    ObjectNode error = Json.object();
    if (ask.wishes().has(Incident.QUOTA_MID_STREAM)) {
      error.put("type", "rate_limit_error").put("message", "The month's spend limit is reached");
      error.putObject("details").put("error_code", "enforced_spend_limit_reached");
    } else {
      ArrayNode content = content();
      blockEvents(0, (ObjectNode) content.get(0));
      frames.subList(1 + frames.size() / 2, frames.size()).clear();
      error.put("type", "overloaded_error").put("message", "Overloaded");
    }
    ObjectNode event = Json.object().put("type", "error");
    event.set("error", error);
    event.put("request_id", identifiers.anthropic("req"));
    frames.add(Frame.of("event: error\ndata: " + Json.line(event) + "\n\n", 0));
    return ask.wishes().has(Incident.QUOTA_MID_STREAM) ? stream().unbilled() : stream();
  }

  private Reply stream() {
    return new Reply(
        200,
        "text/event-stream; charset=utf-8",
        Map.of("cache-control", "no-cache"),
        frames,
        Ending.COMPLETE,
        usage.model(),
        usage);
  }

  private ObjectNode message() {
    return Json.object()
        .put("model", usage.model())
        .put("id", identifiers.anthropic("msg"))
        .put("type", "message")
        .put("role", "assistant");
  }

  private void stop(ObjectNode into) {
    into.put(
        "stop_reason",
        switch (draft.stop()) {
          case END -> "end_turn";
          case LENGTH -> "max_tokens";
          case TOOL -> "tool_use";
          case REFUSAL -> "refusal";
        });
    into.putNull("stop_sequence");
    if (draft.stop() == Draft.Stop.REFUSAL) {
      into.putObject("stop_details")
          .put("type", "refusal")
          .put("category", "cyber")
          .put("explanation", "The sandbox was asked to refuse.")
          .putNull("recommended_model");
    } else {
      into.putNull("stop_details");
    }
  }

  private ArrayNode content() {
    ArrayNode content = Json.array();
    if (!draft.thinking().isEmpty()) {
      content
          .addObject()
          .put("type", "thinking")
          .put("thinking", draft.wholeThinking())
          .put("signature", Identifiers.opaque(random, 320) + "==");
    }
    if (draft.searchQuery() != null) {
      search(content, draft.searchQuery());
    } else if (!draft.text().isEmpty()) {
      content.addObject().put("type", "text").put("text", draft.wholeText());
    }
    for (ToolCall call : draft.toolCalls()) {
      ObjectNode use =
          content
              .addObject()
              .put("type", "tool_use")
              .put("id", identifiers.anthropic("toolu"))
              .put("name", call.name());
      use.set("input", call.arguments());
    }
    return content;
  }

  private void search(ArrayNode content, String query) {
    String id = identifiers.anthropic("srvtoolu");
    content
        .addObject()
        .put("type", "server_tool_use")
        .put("id", id)
        .put("name", "web_search")
        .putObject("input")
        .put("query", query);
    ArrayNode results =
        content
            .addObject()
            .put("type", "web_search_tool_result")
            .put("tool_use_id", id)
            .putArray("content");
    String index = Identifiers.opaque(random, 120);
    for (int i = 1; i <= 3; i++) {
      results
          .addObject()
          .put("type", "web_search_result")
          .put("title", "Harbour gazette, page " + i)
          .put("url", "https://gazette.example/page/" + i)
          .put("encrypted_content", Identifiers.opaque(random, 400))
          .putNull("page_age");
    }
    ObjectNode answer = Json.object();
    answer
        .putArray("citations")
        .addObject()
        .put("type", "web_search_result_location")
        .put("cited_text", "What the gazette printed on its first page.")
        .put("url", "https://gazette.example/page/1")
        .put("title", "Harbour gazette, page 1")
        .put("encrypted_index", index);
    content.add(answer.put("type", "text").put("text", draft.wholeText()));
  }

  private void blockEvents(int index, ObjectNode block) {
    ObjectNode empty = block.deepCopy();
    List<ObjectNode> deltas = new ArrayList<>();
    List<Long> tokens = new ArrayList<>();
    switch (block.path("type").asString()) {
      case "text" -> {
        empty.put("text", "");
        if (block.has("citations")) {
          empty.putArray("citations");
          ObjectNode citation = Json.object().put("type", "citations_delta");
          citation.set("citation", block.path("citations").path(0));
          deltas.add(citation);
          tokens.add(0L);
        }
        grouped(draft.text(), "text_delta", "text", deltas, tokens);
      }
      case "thinking" -> {
        empty.put("thinking", "").put("signature", "");
        grouped(draft.thinking(), "thinking_delta", "thinking", deltas, tokens);
        deltas.add(
            Json.object()
                .put("type", "signature_delta")
                .put("signature", block.path("signature").asString()));
        tokens.add(0L);
      }
      case "tool_use", "server_tool_use" -> {
        empty.putObject("input");
        deltas.add(Json.object().put("type", "input_json_delta").put("partial_json", ""));
        tokens.add(4L);
        for (String piece : Composer.pieces(Json.line(block.path("input")), 8)) {
          deltas.add(Json.object().put("type", "input_json_delta").put("partial_json", piece));
          tokens.add(2L);
        }
      }
      default -> {
        // A result of a server tool comes whole with its first event.
      }
    }
    ObjectNode start = Json.object().put("index", index);
    start.set("content_block", empty);
    event("content_block_start", start, 0);
    if (!pinged) {
      pinged = true;
      frames.add(Frame.of("event: ping\ndata: {\"type\": \"ping\"}\n\n", 0));
    }
    for (int i = 0; i < deltas.size(); i++) {
      ObjectNode delta = Json.object().put("index", index);
      delta.set("delta", deltas.get(i));
      event("content_block_delta", delta, tokens.get(i));
    }
    event("content_block_stop", Json.object().put("index", index), 0);
  }

  /** One token in the first event, then several in each. */
  private void grouped(
      List<String> pieces, String type, String field, List<ObjectNode> deltas, List<Long> tokens) {
    int from = 0;
    while (from < pieces.size()) {
      int to = from == 0 ? 1 : from + 1 + random.nextInt(MAX_TOKENS_PER_EVENT);
      to = Math.min(to, pieces.size());
      deltas.add(
          Json.object().put("type", type).put(field, String.join("", pieces.subList(from, to))));
      tokens.add((long) to - from);
      from = to;
    }
  }

  /** The data line is padded with spaces, as Anthropic's is. */
  private void event(String name, ObjectNode fields, long tokens) {
    ObjectNode data = Json.object().put("type", name);
    data.setAll(fields);
    String line = Json.line(data);
    String padded = line.substring(0, line.length() - 1) + " ".repeat(random.nextInt(16)) + "}";
    frames.add(Frame.of("event: " + name + "\ndata: " + padded + "\n\n", tokens));
  }

  private static ObjectNode counts(long input, ModelUsage used) {
    ObjectNode counts =
        Json.object()
            .put("input_tokens", input)
            .put("cache_creation_input_tokens", used.sum(Kind.Group.CACHE_WRITE))
            .put("cache_read_input_tokens", used.count(Kind.CACHE_READ));
    counts.set("cache_creation", cacheCreation(used));
    return counts;
  }

  private static ObjectNode cacheCreation(ModelUsage used) {
    return Json.object()
        .put("ephemeral_5m_input_tokens", used.count(Kind.CACHE_WRITE_5M))
        .put("ephemeral_1h_input_tokens", used.count(Kind.CACHE_WRITE_1H));
  }

  private ObjectNode served(ObjectNode counts) {
    counts.put("service_tier", usage.tier()).put("inference_geo", usage.geography());
    if (usage.fast()) {
      counts.put("speed", "fast");
    }
    return counts;
  }

  private ObjectNode wholeUsage() {
    ModelUsage first = usage.byModel().getFirst();
    ObjectNode counts = counts(first.count(Kind.INPUT), first);
    addOutput(counts);
    served(counts);
    addSearches(counts);
    addIterations(counts);
    return counts;
  }

  /** What a stream says at its end: everything but what only its first event says. */
  private ObjectNode lastUsage() {
    ModelUsage first = usage.byModel().getFirst();
    ObjectNode counts = counts(first.count(Kind.INPUT), first).without("cache_creation");
    addOutput(counts);
    addSearches(counts);
    addIterations(counts);
    return counts;
  }

  private void addOutput(ObjectNode counts) {
    counts.put("output_tokens", draft.outputTokens());
    if (draft.reasoningTokens() > 0) {
      counts.putObject("output_tokens_details").put("thinking_tokens", draft.reasoningTokens());
    }
  }

  private void addSearches(ObjectNode counts) {
    long searches = usage.byModel().getFirst().count(Kind.WEB_SEARCH);
    if (searches > 0) {
      counts
          .putObject("server_tool_use")
          .put("web_search_requests", searches)
          .put("web_fetch_requests", 0);
    }
  }

  private void addIterations(ObjectNode counts) {
    if (usage.byModel().size() > 1) {
      ModelUsage answer = usage.byModel().getFirst();
      ArrayNode iterations = counts.putArray("iterations");
      for (ModelUsage beside : usage.byModel().subList(1, usage.byModel().size())) {
        iterations.add(
            beside.model().equals(answer.model())
                ? iteration("compaction", beside)
                : iteration("advisor_message", beside).put("model", beside.model()));
      }
      iterations.add(iteration("message", answer));
    }
  }

  private static ObjectNode iteration(String type, ModelUsage used) {
    ObjectNode iteration =
        Json.object()
            .put("input_tokens", used.count(Kind.INPUT))
            .put("output_tokens", used.count(Kind.OUTPUT))
            .put("cache_read_input_tokens", used.count(Kind.CACHE_READ))
            .put("cache_creation_input_tokens", used.sum(Kind.Group.CACHE_WRITE));
    iteration.set("cache_creation", cacheCreation(used));
    return iteration.put("type", type);
  }
}
