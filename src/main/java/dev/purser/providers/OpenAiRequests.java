package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Terms;
import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Field;
import dev.purser.wire.Splice;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Requests of OpenAI's Chat Completions, Responses and Embeddings. */
final class OpenAiRequests {
  /** What stands around a prompt without being in the body: tools, formats, the date. */
  private static final long HIDDEN_PROMPT_TOKENS = 1_000;

  /** How often the model runs where OpenAI decides about it. */
  private static final long USUAL_PASSES = 10;

  private static final long MAX_ANSWERS = 128;

  private static final String NAMESPACE = "namespace";

  /** Finds tools among those of the request: run by the program if it says so. */
  private static final String TOOL_SEARCH = "tool_search";

  private static final ToolPlaces CHAT_TOOLS =
      new ToolPlaces(List.of("tools[]", "tool_choice.allowed_tools.tools[]"), List.of("type"));

  private static final ToolPlaces RESPONSES_TOOLS =
      new ToolPlaces(
          List.of(
              "tools[]",
              "tools[].tools[]",
              "input[].tools[]",
              "input[].tools[].tools[]",
              "tool_choice.tools[]"),
          List.of("type", "environment.type", "execution"));

  /**
   * Tools that OpenAI bills by other things than the tokens and searches that an answer reports.
   */
  private static final Map<String, String> BILLED_ELSEWHERE =
      Map.of(
          "code_interpreter", "its container is billed beside the tokens and is in no answer",
          "file_search", "its searches are billed beside the tokens and are in no answer",
          "image_generation", "its images are billed beside the tokens that an answer reports");

  /** Tools that the program describes and runs itself, and what groups them. */
  private static final Set<String> OF_THE_PROGRAM = Set.of("function", "custom", NAMESPACE);

  /** Tools that the program runs, but whose description is OpenAI's. */
  private static final Set<String> DESCRIBED_SOMEHOW =
      Set.of("apply_patch", "computer", "computer_use_preview", "local_shell", "shell");

  /** Parts of messages that have no more tokens than bytes. */
  private static final Set<String> TEXT =
      Set.of("text", "input_text", "output_text", "reasoning_text", "summary_text", "refusal");

  /** Items of a conversation that have no more tokens than bytes. */
  private static final Set<String> TEXT_ITEMS =
      Set.of(
          "message",
          "additional_tools",
          "configuration_update",
          "tool_search_call",
          "tool_search_output",
          "function_call",
          "function_call_output",
          "custom_tool_call",
          "custom_tool_call_output",
          "local_shell_call",
          "local_shell_call_output",
          "shell_call",
          "shell_call_output",
          "apply_patch_call",
          "apply_patch_call_output");

  private static final RequestScan CHAT =
      new RequestScan(
          CHAT_TOOLS.with(
              "model",
              "stream",
              "stream_options",
              "stream_options.include_usage",
              "max_tokens",
              "max_completion_tokens",
              "n",
              "service_tier",
              "modalities",
              "modalities[]",
              "audio",
              "messages[].audio",
              "messages[].content[].type",
              "web_search_options",
              "web_search_options.search_context_size",
              "prompt_cache_options.ttl",
              "prompt_cache_retention"));

  private static final RequestScan RESPONSES =
      new RequestScan(
          RESPONSES_TOOLS.with(
              "model",
              "stream",
              "background",
              "max_output_tokens",
              "max_tool_calls",
              "reasoning.mode",
              "service_tier",
              "store",
              "tools",
              "tool_choice.type",
              "input[]",
              "input[].type",
              "input[].role",
              "input[].content[].type",
              "input[].output[].type",
              "?input[].encrypted_content",
              "previous_response_id",
              "conversation",
              "prompt",
              "context_management",
              "prompt_cache_options.ttl",
              "prompt_cache_retention"));

  private static final RequestScan EMBEDDINGS = new RequestScan("model");

  private OpenAiRequests() {}

  static CallRequest readChat(byte[] body) throws BadRequest {
    RequestFields fields = CHAT.read(body);
    fields.expect("stream_options", JsonToken.START_OBJECT);
    fields.expect("modalities", JsonToken.START_ARRAY);
    if (fields.texts("modalities[]").contains("audio")) {
      throw audio("modalities");
    }
    if (fields.has("audio")) {
      throw audio("audio");
    }
    if (fields.hasAny("messages[].audio")) {
      throw audio("messages[].audio");
    }
    refuseAudioInput(fields, "messages[].content[].type");
    List<Element> tools = CHAT_TOOLS.in(fields);
    refuseWhatIsBilledElsewhere(tools);
    Long answers = fields.number("n");
    boolean searches = fields.has("web_search_options");
    boolean beyondText = isBeyondText(fields, "messages[].content[].type") || searches;
    CostTerms terms =
        new CostTerms(
            beyondText ? CostTerms.Input.WINDOW : CostTerms.Input.TEXT,
            body.length + HIDDEN_PROMPT_TOKENS,
            larger(fields.limit("max_tokens"), fields.limit("max_completion_tokens")),
            answers == null ? 1 : Math.clamp(answers, 1, MAX_ANSWERS),
            searches ? Runs.ONCE.searching() : Runs.ONCE,
            inputKinds(fields),
            searches ? searching(named(fields), fields) : named(fields),
            billed(named(fields)),
            searches ? "web_search_options" : null,
            /* widened= */ false);
    List<Splice> splices = fields.flag("stream") ? usageSplices(fields) : List.of();
    return new MeteredRequest(Dialect.OPENAI_CHAT, fields, tools, List.of(), terms, splices);
  }

  private static Terms searching(Terms named, RequestFields fields) throws BadRequest {
    String asked = fields.name("web_search_options.search_context_size");
    SearchContext context =
        asked == null
            ? SearchContext.MEDIUM
            : SearchContext.ofId(asked).orElse(SearchContext.HIGH); // The dearest, if not refused.
    return new Terms(named.tier(), named.fast(), named.geography(), context);
  }

  /** A model that is made for text refuses audio itself, and bills nothing for it. */
  private static void refuseAudioInput(RequestFields fields, String contentTypes)
      throws BadRequest {
    if (fields.texts(contentTypes).contains("input_audio")) {
      String model = fields.name("model");
      if (model == null || model.equals("auto") || model.contains("audio")) {
        throw audio("input_audio");
      }
    }
  }

  private static BadRequest audio(String field) {
    return BadRequest.notMeterable(
        field, "audio has prices of its own, which Purser does not have");
  }

  /** Makes a chat stream report its usage, if the caller did not ask for it. */
  private static List<Splice> usageSplices(RequestFields fields) throws BadRequest {
    if (fields.flag("stream_options.include_usage")) {
      return List.of();
    }
    Field asked = fields.find("stream_options.include_usage");
    if (asked != null) {
      return List.of(new Splice(asked.start(), asked.end(), "true"));
    }
    Field options = fields.find("stream_options");
    if (options == null) {
      int start = fields.start();
      String member = "\"stream_options\":{\"include_usage\":true},";
      return List.of(new Splice(start, start, member));
    }
    if (options.isNull()) {
      String object = "{\"include_usage\":true}";
      return List.of(new Splice(options.start(), options.end(), object));
    }
    String comma = fields.emptyAfter(options.end()) ? "" : ",";
    return List.of(new Splice(options.end(), options.end(), "\"include_usage\":true" + comma));
  }

  static CallRequest readResponses(byte[] body) throws BadRequest {
    RequestFields fields = RESPONSES.read(body);
    fields.expect("tools", JsonToken.START_ARRAY);
    if (fields.flag("background")) {
      throw BadRequest.notMeterable(
          "\"background\": true", "its usage shows only in a later answer to another request");
    }
    List<Element> tools = RESPONSES_TOOLS.in(fields);
    refuseWhatIsBilledElsewhere(tools);
    refuseWhatIsBilledElsewhere(fields.name("tool_choice.type"));
    refuseAudioInput(fields, "input[].content[].type");
    Runs runs = runs(fields, tools);
    boolean remembers =
        fields.has("previous_response_id") || fields.has("conversation") || fields.has("prompt");
    boolean beyondText =
        isBeyondText(fields, "input[].content[].type")
            || isBeyondText(fields, "input[].output[].type")
            || fields.elements("input[]").stream().anyMatch(OpenAiRequests::isBeyondText)
            || tools.stream().anyMatch(tool -> isOf(DESCRIBED_SOMEHOW, tool))
            || remembers
            || runs.loops();
    CostTerms terms =
        new CostTerms(
            beyondText ? CostTerms.Input.WINDOW : CostTerms.Input.TEXT,
            body.length + HIDDEN_PROMPT_TOKENS,
            fields.limit("max_output_tokens"),
            /* answers= */ 1,
            runs,
            inputKinds(fields),
            named(fields),
            billed(named(fields)),
            unboundedField(fields, tools),
            /* widened= */ false);
    return new MeteredRequest(Dialect.OPENAI_RESPONSES, fields, tools, List.of(), terms, List.of());
  }

  private static void refuseWhatIsBilledElsewhere(List<Element> tools) throws BadRequest {
    for (Element tool : tools) {
      String type = tool.text("type");
      refuseWhatIsBilledElsewhere(type);
      String environment = tool.text("environment.type");
      if (environment != null && environment.startsWith("container")) {
        throw BadRequest.notMeterable(
            tool.self().path() + ".environment",
            "a container is billed beside the tokens and is in no answer");
      }
      if (NAMESPACE.equals(type) && tool.self().path().endsWith("tools[].tools[]")) {
        throw BadRequest.notMeterable(
            "a namespace inside a namespace", "the API has none, and Purser does not look into it");
      }
    }
  }

  private static void refuseWhatIsBilledElsewhere(@Nullable String tool) throws BadRequest {
    String why = tool == null ? null : BILLED_ELSEWHERE.get(tool);
    if (why != null) {
      throw BadRequest.notMeterable("the tool " + tool, why);
    }
  }

  private static Runs runs(RequestFields fields, List<Element> tools) throws BadRequest {
    long further = fields.has("context_management") ? 1 : 0;
    Long mostCalls = fields.number("max_tool_calls");
    if (tools.stream().noneMatch(OpenAiRequests::loops)) {
      return new Runs(1 + further, 1 + further, 0, /* searches= */ false);
    }
    long uses = mostCalls == null ? 0 : Math.clamp(mostCalls, 1, CostTerms.MAX_USES);
    return new Runs(
        1 + USUAL_PASSES + further,
        1 + uses + further,
        mostCalls == null ? 1 : 0,
        tools.stream().anyMatch(OpenAiRequests::searches));
  }

  /** Whether OpenAI runs the tool, and then the model again. */
  private static boolean loops(Element tool) {
    return tool.has("type")
        && !isOf(OF_THE_PROGRAM, tool)
        && !isOf(DESCRIBED_SOMEHOW, tool)
        && !searchesInTheProgram(tool);
  }

  private static boolean searches(Element tool) {
    String type = tool.text("type");
    return type == null ? tool.has("type") : type.startsWith("web_search");
  }

  private static boolean searchesInTheProgram(Element tool) {
    return TOOL_SEARCH.equals(tool.text("type")) && "client".equals(tool.text("execution"));
  }

  private static boolean isOf(Set<String> types, Element tool) {
    String type = tool.text("type");
    return type != null && types.contains(type);
  }

  private static @Nullable String unboundedField(RequestFields fields, List<Element> tools)
      throws BadRequest {
    if (fields.elements("input[]").stream().anyMatch(OpenAiRequests::compacts)) {
      return "input[].type";
    }
    String mode = fields.name("reasoning.mode");
    if (mode != null && !mode.equals("standard")) {
      return "reasoning.mode";
    }
    Long mostCalls = fields.number("max_tool_calls");
    for (Element tool : tools) {
      if (loops(tool)) {
        if (mostCalls != null && mostCalls > CostTerms.MAX_USES) {
          return Dialect.OPENAI_RESPONSES.usesField();
        }
        if (tool.self().path().startsWith("input[]") && isStored(fields)) {
          // A later call that continues what is stored has the tool too, and need not limit it.
          return "store";
        }
      }
    }
    for (Element tool : tools) {
      if (TOOL_SEARCH.equals(tool.text("type")) && !searchesInTheProgram(tool)) {
        return tool.self().path() + ".execution";
      }
      // A shell whose commands may not be the program's to run, but OpenAI's.
      if ("shell".equals(tool.text("type")) && !"local".equals(tool.text("environment.type"))) {
        return tool.self().path() + ".environment";
      }
    }
    return null;
  }

  /** Whether an item has the context summarised, in as many tokens as the model likes. */
  private static boolean compacts(Element item) {
    return "compaction_trigger".equals(item.text("type"));
  }

  private static boolean isStored(RequestFields fields) throws BadRequest {
    return !fields.has("store") || fields.flag("store") || fields.has("conversation");
  }

  private static boolean isBeyondText(RequestFields fields, String types) {
    return fields.all(types).stream()
        .anyMatch(type -> type.text() == null || !TEXT.contains(type.text()));
  }

  /** Whether an item may be longer than it is written: stored elsewhere, or no text. */
  private static boolean isBeyondText(Element item) {
    String type = item.text("type");
    if (type == null) {
      // A message; without a role, the name of a stored item.
      return item.has("type") || !item.has("role");
    }
    return type.equals("reasoning") ? !item.has("encrypted_content") : !TEXT_ITEMS.contains(type);
  }

  static CallRequest readEmbeddings(byte[] body) throws BadRequest {
    RequestFields fields = EMBEDDINGS.read(body);
    CostTerms terms =
        new CostTerms(
            CostTerms.Input.MANY_TEXTS,
            body.length,
            /* outputLimit= */ 0L,
            /* answers= */ 1,
            Runs.ONCE,
            EnumSet.of(Kind.INPUT),
            Terms.LIST,
            List.of(Terms.LIST),
            /* unboundedField= */ null,
            /* widened= */ false);
    return new MeteredRequest(
        Dialect.OPENAI_EMBEDDINGS, fields, List.of(), List.of(), terms, List.of());
  }

  private static Set<Kind> inputKinds(RequestFields fields) throws BadRequest {
    Set<Kind> kinds = EnumSet.of(Kind.INPUT, Kind.CACHE_READ, Kind.CACHE_WRITE_30M);
    if ("12h".equals(fields.name("prompt_cache_options.ttl"))
        || fields.has("prompt_cache_retention")) {
      kinds.add(Kind.CACHE_WRITE_12H);
    }
    return kinds;
  }

  private static Terms named(RequestFields fields) throws BadRequest {
    String tier = fields.name("service_tier");
    return tier == null || tier.equals("auto")
        ? Terms.LIST
        : new Terms(tier, /* fast= */ false, /* geography= */ null);
  }

  /**
   * Without a choice of its own, a request gets the tier that its project is set to; with one, that
   * tier or the ordinary one.
   */
  private static List<Terms> billed(Terms named) {
    return named.tier() == null
        ? List.of(Terms.LIST, new Terms("priority", /* fast= */ false, /* geography= */ null))
        : List.of(named, Terms.LIST);
  }

  private static @Nullable Long larger(@Nullable Long a, @Nullable Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Long.valueOf(Math.max(a, b));
  }
}
