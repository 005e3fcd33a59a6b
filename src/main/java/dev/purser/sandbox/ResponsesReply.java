package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.sandbox.Draft.Stop;
import dev.purser.sandbox.Draft.ToolCall;
import dev.purser.sandbox.Reply.Ending;
import dev.purser.sandbox.Reply.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a response of the Responses API, whole or as events. */
final class ResponsesReply {
  private static final int ARGUMENT_CHARACTERS = 5;

  private final ObjectNode request;
  private final Ask ask;
  private final Draft draft;
  private final Usage usage;
  private final Identifiers identifiers;
  private final SplittableRandom random;
  private final String id;
  private final long createdSeconds;
  private final List<Frame> frames = new ArrayList<>();

  ResponsesReply(
      ObjectNode request,
      Ask ask,
      Draft draft,
      Usage usage,
      Identifiers identifiers,
      SandboxOptions options) {
    this.request = request;
    this.ask = ask;
    this.draft = draft;
    this.usage = usage;
    this.identifiers = identifiers;
    this.random = Fingerprint.random(options.seed(), ask.question());
    this.id = identifiers.hexadecimal("resp_", 50);
    this.createdSeconds = options.clock().millis() / 1000;
  }

  String id() {
    return id;
  }

  Reply whole() {
    ObjectNode response = response(finalStatus(), output(), true);
    return new Reply(
        200,
        "application/json",
        Map.of(),
        List.of(Frame.of(Json.indented(response), draft.outputTokens())),
        Ending.COMPLETE,
        usage.model(),
        usage);
  }

  Reply events() {
    responseEvent("response.created", "in_progress", Json.array(), false);
    if (ask.wishes().has(Incident.QUOTA_MID_STREAM)) {
      failed(OpenAiFaults.NO_MONEY);
      return stream().unbilled();
    }
    responseEvent("response.in_progress", "in_progress", Json.array(), false);
    ArrayNode output = output();
    for (int index = 0; index < output.size(); index++) {
      itemEvents(index, (ObjectNode) output.get(index));
    }
    if (ask.wishes().has(Incident.OVERLOADED_MID_STREAM)) {
      frames.subList(2 + frames.size() / 2, frames.size()).clear();
      failed(OpenAiFaults.of(503));
      return stream();
    }
    responseEvent("response." + finalStatus(), finalStatus(), output, true);
    return stream();
  }

  private Reply stream() {
    return new Reply(
        200,
        "text/event-stream; charset=utf-8",
        Map.of(),
        frames,
        Ending.COMPLETE,
        usage.model(),
        usage);
  }

  /** As recorded: an error event, then the failed response, whose usage is null. */
  private void failed(Fault fault) {
    ObjectNode error = Json.object();
    error
        .putObject("error")
        .put("type", fault.type())
        .put("code", fault.code())
        .put("message", fault.message())
        .putNull("param");
    event("error", error, 0);
    ObjectNode response = response("failed", Json.array(), false);
    response.putObject("error").put("code", fault.code()).put("message", fault.message());
    ObjectNode last = Json.object();
    last.set("response", response);
    event("response.failed", last, 0);
  }

  private String finalStatus() {
    return switch (draft.stop()) {
      case END, TOOL -> "completed";
      case LENGTH, REFUSAL -> "incomplete";
    };
  }

  private ObjectNode response(String status, ArrayNode output, boolean ended) {
    boolean done = ended && status.equals("completed");
    ObjectNode response =
        Json.object()
            .put("id", id)
            .put("object", "response")
            .put("created_at", createdSeconds)
            .put("status", status)
            .put("background", false);
    if (ended) {
      response.putObject("billing").put("payer", "developer");
    }
    response.put("completed_at", done ? createdSeconds + 1 : null).putNull("error");
    if (status.equals("incomplete")) {
      response
          .putObject("incomplete_details")
          .put("reason", draft.stop() == Stop.LENGTH ? "max_output_tokens" : "content_filter");
    } else {
      response.putNull("incomplete_details");
    }
    echo(response, "instructions");
    echo(response, "max_output_tokens");
    response.putNull("max_tool_calls").put("model", usage.model());
    response.set("output", output);
    response.put("parallel_tool_calls", true);
    echo(response, "previous_response_id");
    echo(response, "prompt_cache_key");
    response
        .putObject("reasoning")
        .put("effort", request.path("reasoning").path("effort").asString("medium"))
        .putNull("summary");
    response.putNull("safety_identifier");
    response.put(
        "service_tier", ended ? usage.tier() : request.path("service_tier").asString("auto"));
    response.put("store", request.path("store").asBoolean(true)).put("temperature", 1);
    response.set("text", text());
    response.set(
        "tool_choice",
        request.has("tool_choice") ? request.path("tool_choice") : Json.array().add("auto").get(0));
    toolUsage(response, ended);
    response.set("tools", request.path("tools").isArray() ? request.path("tools") : Json.array());
    response.put("top_logprobs", 0).put("top_p", 1).put("truncation", "disabled");
    if (ended && !ask.wishes().has(Incident.NO_USAGE)) {
      response.set("usage", usageNode());
    } else {
      response.putNull("usage");
    }
    response.putNull("user");
    response.set(
        "metadata", request.path("metadata").isObject() ? request.path("metadata") : Json.object());
    return response;
  }

  private void echo(ObjectNode response, String field) {
    JsonNode said = request.path(field);
    if (said.isMissingNode()) {
      response.putNull(field);
    } else {
      response.set(field, said);
    }
  }

  private JsonNode text() {
    ObjectNode text = Json.object();
    JsonNode format = request.path("text").path("format");
    text.set("format", format.isObject() ? format : Json.object().put("type", "text"));
    return text.put("verbosity", "medium");
  }

  private void toolUsage(ObjectNode response, boolean ended) {
    ObjectNode used = response.putObject("tool_usage");
    ObjectNode images = used.putObject("image_gen").put("input_tokens", 0);
    images.putObject("input_tokens_details").put("image_tokens", 0).put("text_tokens", 0);
    images.put("output_tokens", 0);
    images.putObject("output_tokens_details").put("image_tokens", 0).put("text_tokens", 0);
    images.put("total_tokens", 0);
    used.putObject("web_search")
        .put("num_requests", ended ? usage.byModel().getFirst().count(Kind.WEB_SEARCH) : 0);
  }

  private ObjectNode usageNode() {
    ModelUsage used = usage.byModel().getFirst();
    ObjectNode node = Json.object().put("input_tokens", used.prompt());
    ObjectNode input =
        node.putObject("input_tokens_details")
            .put("cache_write_tokens", used.sum(Kind.Group.CACHE_WRITE))
            .put("cached_tokens", used.count(Kind.CACHE_READ));
    if (used.count(Kind.CACHE_WRITE_12H) > 0) {
      input
          .putObject("cache_write_tokens_details")
          .put("ttl_30m_tokens", used.count(Kind.CACHE_WRITE_30M))
          .put("ttl_12h_tokens", used.count(Kind.CACHE_WRITE_12H));
    }
    node.put("output_tokens", used.count(Kind.OUTPUT));
    node.putObject("output_tokens_details").put("reasoning_tokens", used.reasoning());
    return node.put("total_tokens", used.prompt() + used.count(Kind.OUTPUT));
  }

  private ArrayNode output() {
    ArrayNode output = Json.array();
    if (draft.reasoningTokens() > 0) {
      reasoning(output.addObject());
    }
    if (draft.searchQuery() != null) {
      output
          .addObject()
          .put("id", identifiers.hexadecimal("ws_", 50))
          .put("type", "web_search_call")
          .put("status", "completed")
          .putObject("action")
          .put("type", "search")
          .put("query", draft.searchQuery());
    }
    for (ToolCall call : draft.toolCalls()) {
      output
          .addObject()
          .put("id", identifiers.hexadecimal("fc_", 50))
          .put("type", "function_call")
          .put("status", "completed")
          .put("arguments", Json.line(call.arguments()))
          .put("call_id", identifiers.openai("call_", 24))
          .put("name", call.name());
    }
    if (!draft.text().isEmpty()) {
      ObjectNode message =
          output
              .addObject()
              .put("id", identifiers.hexadecimal("msg_", 50))
              .put("type", "message")
              .put("status", finalStatus());
      message.putArray("content").add(textPart(draft.wholeText()));
      message.put("role", "assistant");
    }
    return output;
  }

  private void reasoning(ObjectNode item) {
    item.put("id", identifiers.hexadecimal("rs_", 50)).put("type", "reasoning");
    for (JsonNode included : request.path("include")) {
      if (included.asString("").equals("reasoning.encrypted_content")) {
        item.put("encrypted_content", "gAAAAA" + Identifiers.opaque(random, 200) + "==");
      }
    }
    ArrayNode summary = item.putArray("summary");
    if (request.path("reasoning").path("summary").isString()) {
      summary.addObject().put("type", "summary_text").put("text", draft.wholeThinking());
    }
  }

  private static ObjectNode textPart(String text) {
    ObjectNode part = Json.object().put("type", "output_text");
    part.putArray("annotations");
    part.putArray("logprobs");
    return part.put("text", text);
  }

  private void itemEvents(int index, ObjectNode item) {
    ObjectNode empty = item.deepCopy();
    String itemId = item.path("id").asString();
    String type = item.path("type").asString();
    switch (type) {
      case "message" -> empty.put("status", "in_progress").putArray("content");
      case "function_call" -> empty.put("status", "in_progress").put("arguments", "");
      case "web_search_call" -> empty.put("status", "in_progress").remove("action");
      default -> empty.putArray("summary");
    }
    itemEvent("response.output_item.added", index, empty, 0);
    switch (type) {
      case "message" -> textEvents(index, itemId);
      case "function_call" -> argumentEvents(index, itemId, item.path("arguments").asString());
      case "web_search_call" -> {
        for (String stage : List.of("in_progress", "searching", "completed")) {
          event("response.web_search_call." + stage, at(index, itemId), 0);
        }
      }
      default -> summaryEvents(index, itemId, item.path("summary"));
    }
    itemEvent(
        "response.output_item.done",
        index,
        item,
        type.equals("reasoning") ? draft.reasoningTokens() : 0);
  }

  private void textEvents(int index, String itemId) {
    ObjectNode added = at(index, itemId).put("content_index", 0);
    added.set("part", textPart(""));
    event("response.content_part.added", added, 0);
    for (String piece : draft.text()) {
      ObjectNode delta = at(index, itemId).put("content_index", 0).put("delta", piece);
      delta.putArray("logprobs");
      obfuscate(delta);
      event("response.output_text.delta", delta, 1);
    }
    ObjectNode done = at(index, itemId).put("content_index", 0).put("text", draft.wholeText());
    done.putArray("logprobs");
    event("response.output_text.done", done, 0);
    ObjectNode part = at(index, itemId).put("content_index", 0);
    part.set("part", textPart(draft.wholeText()));
    event("response.content_part.done", part, 0);
  }

  private void argumentEvents(int index, String itemId, String arguments) {
    for (String piece : Composer.pieces(arguments, ARGUMENT_CHARACTERS)) {
      ObjectNode delta = at(index, itemId).put("delta", piece);
      obfuscate(delta);
      event("response.function_call_arguments.delta", delta, 1);
    }
    event(
        "response.function_call_arguments.done", at(index, itemId).put("arguments", arguments), 0);
  }

  private void summaryEvents(int index, String itemId, JsonNode summary) {
    if (summary.isEmpty()) {
      return;
    }
    ObjectNode added = at(index, itemId).put("summary_index", 0);
    added.putObject("part").put("type", "summary_text").put("text", "");
    event("response.reasoning_summary_part.added", added, 0);
    for (String piece : draft.thinking()) {
      ObjectNode delta = at(index, itemId).put("summary_index", 0).put("delta", piece);
      obfuscate(delta);
      event("response.reasoning_summary_text.delta", delta, 0);
    }
    event(
        "response.reasoning_summary_text.done",
        at(index, itemId).put("summary_index", 0).put("text", draft.wholeThinking()),
        0);
    ObjectNode done = at(index, itemId).put("summary_index", 0);
    done.set("part", summary.path(0));
    event("response.reasoning_summary_part.done", done, 0);
  }

  private void obfuscate(ObjectNode delta) {
    if (request.path("stream_options").path("include_obfuscation").asBoolean(true)) {
      delta.put("obfuscation", Identifiers.opaque(random, 1 + random.nextInt(16)));
    }
  }

  private static ObjectNode at(int index, String itemId) {
    return Json.object().put("item_id", itemId).put("output_index", index);
  }

  private void itemEvent(String type, int index, ObjectNode item, long tokens) {
    ObjectNode fields = Json.object();
    fields.set("item", item);
    event(type, fields.put("output_index", index), tokens);
  }

  private void responseEvent(String type, String status, ArrayNode output, boolean ended) {
    ObjectNode fields = Json.object();
    fields.set("response", response(status, output, ended));
    event(type, fields, 0);
  }

  private void event(String type, ObjectNode fields, long tokens) {
    ObjectNode data = Json.object().put("type", type);
    data.setAll(fields);
    data.put("sequence_number", frames.size());
    frames.add(Frame.of("event: " + type + "\ndata: " + Json.line(data) + "\n\n", tokens));
  }
}
