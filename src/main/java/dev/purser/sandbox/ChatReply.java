package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.sandbox.Draft.ToolCall;
import dev.purser.sandbox.Reply.Ending;
import dev.purser.sandbox.Reply.Frame;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a chat completion, whole or as chunks. */
final class ChatReply {
  private static final int ARGUMENT_CHARACTERS = 5;

  private final Ask ask;
  private final List<Draft> drafts;
  private final Usage usage;
  private final Identifiers identifiers;
  private final SplittableRandom random;
  private final String id;
  private final long createdSeconds;
  private final boolean includeUsage;
  private final boolean obfuscate;

  ChatReply(
      Ask ask,
      List<Draft> drafts,
      Usage usage,
      Identifiers identifiers,
      SandboxOptions options,
      JsonNode streamOptions) {
    this.ask = ask;
    this.drafts = List.copyOf(drafts);
    this.usage = usage;
    this.identifiers = identifiers;
    this.random = Fingerprint.random(options.seed(), ask.question());
    this.id = identifiers.openai("chatcmpl-", 29);
    this.createdSeconds = options.clock().millis() / 1000;
    this.includeUsage = streamOptions.path("include_usage").asBoolean(false);
    this.obfuscate = streamOptions.path("include_obfuscation").asBoolean(true);
  }

  Reply whole() {
    ObjectNode completion = head("chat.completion");
    ArrayNode choices = completion.putArray("choices");
    for (int index = 0; index < drafts.size(); index++) {
      Draft draft = drafts.get(index);
      ObjectNode choice = choices.addObject().put("index", index);
      ObjectNode message = choice.putObject("message").put("role", "assistant");
      message.put("content", draft.text().isEmpty() ? null : draft.wholeText());
      if (!draft.toolCalls().isEmpty()) {
        ArrayNode calls = message.putArray("tool_calls");
        for (ToolCall call : draft.toolCalls()) {
          calls
              .addObject()
              .put("id", identifiers.openai("call_", 24))
              .put("type", "function")
              .putObject("function")
              .put("name", call.name())
              .put("arguments", Json.line(call.arguments()));
        }
      }
      message.putNull("refusal").putArray("annotations");
      choice.putNull("logprobs").put("finish_reason", finish(draft));
    }
    if (!ask.wishes().has(Incident.NO_USAGE)) {
      completion.set("usage", usageNode());
    }
    completion.put("service_tier", usage.tier());
    completion.put("system_fingerprint", "fp_0000sandbox");
    return new Reply(
        200,
        "application/json",
        Map.of(),
        List.of(Frame.of(Json.indented(completion), usage.byModel().getFirst().count(Kind.OUTPUT))),
        Ending.COMPLETE,
        usage.model(),
        usage);
  }

  Reply chunks() {
    List<Iterator<Frame>> choices = new ArrayList<>();
    for (int index = 0; index < drafts.size(); index++) {
      choices.add(choice(index, drafts.get(index)).iterator());
    }
    List<Frame> frames = new ArrayList<>();
    for (boolean more = true; more; ) {
      more = false;
      for (Iterator<Frame> choice : choices) {
        if (choice.hasNext()) {
          frames.add(choice.next());
          more = true;
        }
      }
    }
    if (ask.wishes().has(Incident.OVERLOADED_MID_STREAM)
        || ask.wishes().has(Incident.QUOTA_MID_STREAM)) {
      boolean quota = ask.wishes().has(Incident.QUOTA_MID_STREAM);
      frames.subList(quota ? 1 : 1 + frames.size() / 2, frames.size()).clear();
      Fault fault = quota ? OpenAiFaults.NO_MONEY : OpenAiFaults.of(503);
      frames.add(data(OpenAiApi.error(fault), 0));
    } else {
      if (includeUsage && !ask.wishes().has(Incident.NO_USAGE)) {
        ObjectNode last = chunk();
        last.putArray("choices");
        last.set("usage", usageNode());
        frames.add(data(obfuscated(last), 0));
      }
      frames.add(Frame.of("data: [DONE]\n\n", 0));
    }
    Reply reply =
        new Reply(
            200,
            "text/event-stream; charset=utf-8",
            Map.of(),
            frames,
            Ending.COMPLETE,
            usage.model(),
            usage);
    return ask.wishes().has(Incident.QUOTA_MID_STREAM) ? reply.unbilled() : reply;
  }

  private List<Frame> choice(int index, Draft draft) {
    List<Frame> frames = new ArrayList<>();
    ObjectNode first = Json.object().put("role", "assistant");
    boolean calls = !draft.toolCalls().isEmpty();
    first.put("content", calls ? null : "").putNull("refusal");
    frames.add(delta(index, first, null, draft.reasoningTokens()));
    for (String piece : draft.text()) {
      frames.add(delta(index, Json.object().put("content", piece), null, 1));
    }
    int number = 0;
    for (ToolCall call : draft.toolCalls()) {
      ObjectNode start =
          Json.object()
              .put("index", number)
              .put("id", identifiers.openai("call_", 24))
              .put("type", "function");
      start.putObject("function").put("name", call.name()).put("arguments", "");
      frames.add(delta(index, toolDelta(start), null, 8));
      for (String piece : Composer.pieces(Json.line(call.arguments()), ARGUMENT_CHARACTERS)) {
        ObjectNode more = Json.object().put("index", number);
        more.putObject("function").put("arguments", piece);
        frames.add(delta(index, toolDelta(more), null, 1));
      }
      number++;
    }
    frames.add(delta(index, Json.object(), finish(draft), 0));
    return frames;
  }

  private static ObjectNode toolDelta(ObjectNode call) {
    ObjectNode delta = Json.object();
    delta.putArray("tool_calls").add(call);
    return delta;
  }

  private Frame delta(int index, ObjectNode delta, @Nullable String finish, long tokens) {
    ObjectNode chunk = chunk();
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finish);
    if (includeUsage) {
      chunk.putNull("usage");
    }
    return data(obfuscated(chunk), tokens);
  }

  private ObjectNode obfuscated(ObjectNode chunk) {
    return obfuscate
        ? chunk.put("obfuscation", Identifiers.opaque(random, 1 + random.nextInt(16)))
        : chunk;
  }

  private static Frame data(ObjectNode data, long tokens) {
    return Frame.of("data: " + Json.line(data) + "\n\n", tokens);
  }

  private ObjectNode head(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", createdSeconds)
        .put("model", usage.model());
  }

  private ObjectNode chunk() {
    return head("chat.completion.chunk")
        .put("service_tier", usage.tier())
        .put("system_fingerprint", "fp_0000sandbox");
  }

  private static String finish(Draft draft) {
    return switch (draft.stop()) {
      case END -> "stop";
      case LENGTH -> "length";
      case TOOL -> "tool_calls";
      case REFUSAL -> "content_filter";
    };
  }

  private ObjectNode usageNode() {
    ModelUsage used = usage.byModel().getFirst();
    ObjectNode node =
        Json.object()
            .put("prompt_tokens", used.prompt())
            .put("completion_tokens", used.count(Kind.OUTPUT))
            .put("total_tokens", used.prompt() + used.count(Kind.OUTPUT));
    ObjectNode prompt =
        node.putObject("prompt_tokens_details")
            .put("cached_tokens", used.count(Kind.CACHE_READ))
            .put("audio_tokens", 0);
    if (OpenAiModel.named(used.model()).map(OpenAiModel::cacheWritesCost).orElse(false)) {
      prompt.put("cache_write_tokens", used.sum(Kind.Group.CACHE_WRITE));
    }
    node.putObject("completion_tokens_details")
        .put("reasoning_tokens", used.reasoning())
        .put("audio_tokens", 0)
        .put("accepted_prediction_tokens", 0)
        .put("rejected_prediction_tokens", 0);
    return node;
  }
}
