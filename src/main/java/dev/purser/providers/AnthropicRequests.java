package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.Terms;
import dev.purser.providers.RequestFields.Cue;
import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Field;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Requests of Anthropic's Messages. */
final class AnthropicRequests {
  /** What stands around a prompt without being in the body. */
  private static final long FRAME_TOKENS = 200;

  /** The hidden prompts of tools and of a format of output: some hundreds of tokens each. */
  private static final long HIDDEN_PROMPT_TOKENS = 2_000;

  /** A tool that Anthropic describes itself, of those that the program runs. */
  private static final long HIDDEN_TOKENS_OF_A_TOOL = 2_000;

  /** An image is made smaller until it is at most so many. */
  private static final long TOKENS_OF_AN_IMAGE = 4_784;

  /** After so many passes Anthropic pauses a turn of its own tools, unless that has changed. */
  private static final long USUAL_PASSES = 10;

  private static final String CLIENT_TOOL = "custom";

  /** Tools that the program runs, described by Anthropic in so many tokens. */
  private static final Set<String> DESCRIBED =
      Set.of(
          "bash_20241022",
          "bash_20250124",
          "text_editor_20241022",
          "text_editor_20250124",
          "text_editor_20250429",
          "text_editor_20250728");

  /** Tools that the program runs, of which it is not known how long their description is. */
  private static final Set<String> DESCRIBED_SOMEHOW =
      Set.of("computer_20241022", "computer_20250124", "computer_20251124", "memory_20250818");

  /** Tools that Anthropic runs, and that only the model itself can call. */
  private static final Set<String> CALLED_DIRECTLY =
      Set.of("web_search_20250305", "web_fetch_20250910");

  private static final ToolPlaces TOOLS =
      new ToolPlaces(
          List.of(
              "tools[]",
              "system[].tool.definition",
              "messages[].content[].tool.definition",
              "messages[].content[].content[].tool.definition",
              "messages[].content[].tool_changes[].tool.definition"),
          List.of("type", "name", "max_uses", "allowed_callers[]"));

  /** What makes a tool available from a message on, or takes it away. */
  private static final String NAMED_TOOL = "messages[].content[].tool";

  /** Content that has no more tokens than bytes, with the tools that it names. */
  private static final Set<String> TEXT =
      Set.of(
          "text",
          "tool_addition",
          "tool_removal",
          "tool_use",
          "tool_result",
          "thinking",
          "redacted_thinking",
          "search_result",
          "server_tool_use");

  private static final List<String> CONTENT =
      List.of("system[].type", "messages[].content[].type", "messages[].content[].content[].type");

  /** Edits of the context that only take something away. */
  private static final Set<String> CLEARING =
      Set.of("clear_tool_uses_20250919", "clear_thinking_20251015");

  private static final RequestScan SCAN =
      new RequestScan(
          TOOLS.with(
              "model",
              "stream",
              "max_tokens",
              "thinking.type",
              "thinking.budget_tokens",
              "speed",
              "inference_geo",
              "output_format",
              "output_config.format",
              "system[].type",
              "messages[].content[].type",
              "messages[].content[].content[].type",
              "tools",
              NAMED_TOOL,
              NAMED_TOOL + ".type",
              NAMED_TOOL + ".name",
              "thread",
              "thread.type",
              "mcp_servers",
              "container",
              "context_management",
              "context_management.edits[]",
              "context_management.edits[].type",
              "fallbacks"));

  private AnthropicRequests() {}

  static CallRequest read(byte[] body) throws BadRequest {
    RequestFields fields = SCAN.read(body);
    fields.expect("tools", JsonToken.START_ARRAY);
    fields.number("thinking.budget_tokens");
    List<Element> tools = TOOLS.in(fields);
    List<Element> loops = tools.stream().filter(AnthropicRequests::loops).toList();
    String unbounded = unboundedField(fields, loops);
    Runs runs = runs(fields, tools, loops, unbounded);
    NamedTools namedTools = NamedTools.of(body, fields.elements(NAMED_TOOL), tools);
    List<Field> content = CONTENT.stream().flatMap(path -> fields.all(path).stream()).toList();
    long images = content.stream().filter(field -> "image".equals(field.text())).count();
    boolean beyondText =
        content.stream().anyMatch(AnthropicRequests::isBeyondText)
            || tools.stream().anyMatch(tool -> isOf(DESCRIBED_SOMEHOW, tool))
            || namedTools.unknown()
            || runs.loops()
            || fields.has("container")
            || resumes(fields);
    boolean hasFormat = fields.has("output_config.format") || fields.has("output_format");
    long described = tools.stream().filter(tool -> isOf(DESCRIBED, tool)).count();
    boolean fast = "fast".equals(fields.name("speed"));
    String geography = fields.name("inference_geo");
    Terms named = new Terms(null, fast, geography);
    CostTerms terms =
        new CostTerms(
            beyondText ? CostTerms.Input.WINDOW : CostTerms.Input.TEXT,
            body.length
                + FRAME_TOKENS
                + (tools.isEmpty() && !hasFormat ? 0 : HIDDEN_PROMPT_TOKENS)
                + described * HIDDEN_TOKENS_OF_A_TOOL
                + images * TOKENS_OF_AN_IMAGE
                + namedTools.bytes(),
            fields.limit("max_tokens"),
            /* answers= */ 1,
            runs,
            inputKinds(fields),
            named,
            geography == null ? List.of(named, new Terms(null, fast, "us")) : List.of(named),
            unbounded,
            /* widened= */ false);
    return new MeteredRequest(
        Dialect.ANTHROPIC_MESSAGES, fields, tools, limitless(loops), terms, List.of());
  }

  private static Runs runs(
      RequestFields fields, List<Element> tools, List<Element> loops, @Nullable String unbounded)
      throws BadRequest {
    long further = fields.has("context_management") && !onlyClears(fields) ? 1 : 0;
    if (loops.isEmpty() && !fields.has("mcp_servers")) {
      return new Runs(1 + further, 1 + further, 0, /* searches= */ false);
    }
    long uses = uses(tools);
    long usual = 1 + Math.max(uses, USUAL_PASSES) + further;
    return new Runs(
        usual,
        unbounded == null ? 1 + uses + further : usual,
        limitless(loops).size(),
        loops.stream().anyMatch(AnthropicRequests::searches));
  }

  /** How often the tools may be used that say so, all together. */
  private static long uses(List<Element> tools) throws BadRequest {
    long uses = 0;
    for (Element tool : tools) {
      Long most = tool.number("max_uses");
      uses += most == null ? 0 : Math.clamp(most, 0, CostTerms.MAX_USES + 1);
    }
    return uses;
  }

  private static List<Element> limitless(List<Element> loops) {
    return loops.stream().filter(tool -> !tool.has("max_uses")).toList();
  }

  /** Whether it goes on with a conversation that is stored at Anthropic. */
  static boolean resumes(RequestFields fields) {
    Field type = fields.find("thread.type");
    return fields.has("thread") && (type == null || !"create".equals(type.text()));
  }

  private static boolean isBeyondText(Field type) {
    String text = type.text();
    return text == null || !(TEXT.contains(text) || text.equals("image"));
  }

  private static boolean isOf(Set<String> types, Element tool) {
    String type = tool.text("type");
    return type != null && types.contains(type);
  }

  /** Whether Anthropic runs the tool, and then the model again. */
  private static boolean loops(Element tool) {
    return tool.has("type")
        && !CLIENT_TOOL.equals(tool.text("type"))
        && !isOf(DESCRIBED, tool)
        && !isOf(DESCRIBED_SOMEHOW, tool);
  }

  private static boolean searches(Element tool) {
    String type = tool.text("type");
    return type == null || type.startsWith("web_search");
  }

  private static boolean onlyClears(RequestFields fields) {
    return fields.elements("context_management.edits[]").stream()
        .allMatch(edit -> isOf(CLEARING, edit));
  }

  private static @Nullable String unboundedField(RequestFields fields, List<Element> loops)
      throws BadRequest {
    if (fields.has("fallbacks")) {
      return "fallbacks";
    }
    if (fields.has("mcp_servers")) {
      return "mcp_servers";
    }
    if (fields.has("thread") && !loops.isEmpty()) {
      return "thread"; // What goes on with it later has these tools too, and does not show them.
    }
    if (fields.has("context_management") && !onlyClears(fields)) {
      return "context_management";
    }
    for (Element tool : loops) {
      Long most = tool.number("max_uses");
      if (most != null && (most < 1 || most > CostTerms.MAX_USES)) {
        return tool.self().path() + ".max_uses";
      }
    }
    if (uses(loops) > CostTerms.MAX_USES) {
      return Dialect.ANTHROPIC_MESSAGES.usesField();
    }
    // Code may call the later versions too, and how often the model runs that has no limit.
    for (Element tool : loops) {
      if (!isOf(CALLED_DIRECTLY, tool) && !onlyDirectly(tool)) {
        return tool.self().path() + ".allowed_callers";
      }
    }
    return null;
  }

  private static boolean onlyDirectly(Element tool) {
    List<Field> callers = tool.fields("allowed_callers[]");
    return !callers.isEmpty()
        && callers.stream().allMatch(caller -> "direct".equals(caller.text()));
  }

  private static Set<Kind> inputKinds(RequestFields fields) {
    Set<Kind> kinds = EnumSet.of(Kind.INPUT, Kind.CACHE_READ);
    if (fields.has(Cue.CACHE)) {
      kinds.add(Kind.CACHE_WRITE_5M);
    }
    if (fields.has(Cue.CACHE_FOR_HOUR)) {
      kinds.add(Kind.CACHE_WRITE_1H);
    }
    return kinds;
  }
}
