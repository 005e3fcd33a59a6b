package dev.purser.providers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Terms;
import dev.purser.pricing.Usage;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A made-up request, and what the provider could bill for it: worked out while the request is put
 * together, from the plain texts and from what is documented of each part, and not from the body.
 */
final class GeneratedCall {
  private static final List<String> ANTHROPIC_MODELS =
      List.of(
          "claude-haiku-4-5",
          "claude-haiku-5-5",
          "claude-opus-4-5",
          "claude-opus-5-5",
          "claude-sonnet-5-5",
          "claude-fable-5-2");
  private static final List<String> OPENAI_MODELS =
      List.of("gpt-4o", "gpt-5.4", "gpt-6-astra", "gpt-6.1-sol", "gpt-6.2-sol", "o4-mini");

  private static final List<String> WORDS =
      List.of(
          "plain",
          "words ",
          "\n",
          "\"quoted\"",
          "\\",
          "漢字",
          "한국어",
          "\uFDFA",
          "½",
          "ﬁne",
          "e\u0323\u0301",
          "😀",
          "\t",
          "ŉ",
          "…");

  private final SplittableRandom random;
  private final Dialect dialect;
  private final String model;
  private final List<String> members = new ArrayList<>();

  private long textTokens;
  private long extraTokens;
  private boolean fillsWindow;
  private long passes = 1;
  private long searches;
  private boolean searching;
  private long answers = 1;
  private long limit;
  private boolean caches;
  private boolean cachesForAnHour;
  private boolean cachesFor12Hours;
  private Terms terms = Terms.LIST;
  private @Nullable String tier;
  private boolean fast;
  private @Nullable String geography;
  private @Nullable String betas;

  /** Whether it has a beta or a field that nobody knows. */
  private boolean unknown;

  /** Tools of the provider's whose limit of uses is missing. */
  private int limitless;

  GeneratedCall(long seed) {
    this.random = new SplittableRandom(seed);
    this.dialect =
        List.of(Dialect.ANTHROPIC_MESSAGES, Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES)
            .get(random.nextInt(3));
    List<String> models = dialect == Dialect.ANTHROPIC_MESSAGES ? ANTHROPIC_MODELS : OPENAI_MODELS;
    this.model = models.get(random.nextInt(models.size()));
    switch (dialect) {
      case ANTHROPIC_MESSAGES -> message();
      case OPENAI_CHAT -> chat();
      case OPENAI_RESPONSES -> response();
      case OPENAI_EMBEDDINGS -> throw new AssertionError();
    }
    Collections.shuffle(members, new java.util.Random(seed));
  }

  Dialect dialect() {
    return dialect;
  }

  /** The terms that it names. */
  Terms terms() {
    return terms;
  }

  String model() {
    return model;
  }

  String body() {
    return "{" + String.join(",", members) + "}";
  }

  /** The values of its {@code anthropic-beta} header; null without one. */
  @Nullable String betas() {
    return betas;
  }

  boolean unknown() {
    return unknown;
  }

  /** Whether some tool of the provider's gets a limit that the request does not set. */
  boolean limitless() {
    return limitless > 0;
  }

  private boolean sometimes() {
    return random.nextInt(3) == 0;
  }

  // ---- requests

  private void message() {
    limit = random.nextLong(1, 64_000);
    members.add("\"max_tokens\":" + limit);
    members.add("\"system\":" + text());
    List<String> blocks = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      blocks.add(block());
    }
    List<String> tools = new ArrayList<>();
    if (sometimes()) {
      long before = textTokens;
      tools.add("{\"name\":\"t\",\"description\":" + text() + ",\"input_schema\":{}}");
      extraTokens += 804;
      if (sometimes()) {
        // Named in a message, the model may read it once more.
        blocks.add(
            "{\"type\":\"tool_addition\",\"tool\":{\"type\":\"tool_reference\",\"name\":\"t\"}}");
        textTokens += textTokens - before;
      }
    }
    if (sometimes()) {
      place("{\"type\":\"bash_20250124\",\"name\":\"bash\"}", tools, blocks);
      extraTokens += 400;
    }
    if (sometimes()) {
      int uses = random.nextBoolean() ? 0 : 1 + random.nextInt(4);
      limitless += uses == 0 ? 1 : 0;
      String limit = uses == 0 ? "" : ",\"max_uses\":" + uses;
      place(
          "{\"type\":\"web_search_20250305\",\"name\":\"web_search\"" + limit + "}", tools, blocks);
      passes += uses;
      searches = uses;
      searching = true;
      fillsWindow = true;
    }
    if (!tools.isEmpty()) {
      members.add("\"tools\":[" + String.join(",", tools) + "]");
    }
    members.add(
        "\"messages\":[{\"role\":\"user\",\"content\":[" + String.join(",", blocks) + "]}]");
    unknownBeta();
    if (sometimes()) {
      members.add("\"cache_control\":{\"type\":\"ephemeral\"}");
      caches = true;
    }
    if (sometimes()) {
      fast = model.equals("claude-opus-5-5");
      members.add("\"speed\":" + (fast ? "\"fast\"" : "\"standard\""));
    }
    // Where the request does not say, the workspace does.
    geography = List.of("us", "global").get(random.nextInt(2));
    boolean named = sometimes();
    terms = new Terms(null, fast, named ? geography : null);
    if (named) {
      members.add("\"inference_geo\":\"" + geography + "\"");
    } else if (geography.equals("us") && model.endsWith("-4-5")) {
      geography = "not_available";
    }
    tier = "standard";
  }

  /** A tool in one of the places where the API takes it. */
  private void place(String tool, List<String> tools, List<String> blocks) {
    String byValue =
        "{\"type\":\"tool_addition\",\"tool\":{\"type\":\"tool_definition\",\"definition\":"
            + tool
            + "}}";
    switch (random.nextInt(3)) {
      case 0 -> tools.add(tool);
      case 1 -> blocks.add(byValue);
      default -> {
        blocks.add(
            "{\"type\":\"compaction\",\"content\":\"c\",\"tool_changes\":[" + byValue + "]}");
        fillsWindow |= random.nextBoolean();
      }
    }
  }

  private void unknownBeta() {
    betas = sometimes() ? "effort-2025-11-24" : null;
    if (random.nextInt(5) == 0) {
      betas = "effort-2025-11-24,next-year-2027-01-01";
      unknown = true;
    }
    unknownField();
  }

  private void unknownField() {
    if (random.nextInt(8) == 0) {
      members.add("\"invented\":{\"a\":1}");
      unknown = true;
    }
  }

  private String block() {
    return switch (random.nextInt(6)) {
      case 0 -> {
        extraTokens += random.nextLong(4_784) + 1;
        yield "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}";
      }
      case 1 -> {
        fillsWindow |= random.nextInt(4) == 0;
        yield fillsWindow
            ? "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}}"
            : "{\"type\":\"text\",\"text\":" + text() + "}";
      }
      case 2 -> {
        cachesForAnHour = true;
        yield "{\"cache_control\":{\"ttl\":\"1h\",\"type\":\"ephemeral\"},\"type\":\"text\",\"text\":"
            + text()
            + "}";
      }
      case 3 ->
          "{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"text\",\"text\":"
              + text()
              + "}]}";
      default -> "{\"type\":\"text\",\"text\":" + text() + "}";
    };
  }

  private void chat() {
    limit = 128_000;
    if (model.equals("gpt-4o")) {
      limit = 16_384;
    } else if (model.equals("o4-mini")) {
      limit = 100_000;
    }
    if (!sometimes()) {
      limit = random.nextLong(1, limit);
      members.add(
          (random.nextBoolean() ? "\"max_tokens\":" : "\"max_completion_tokens\":") + limit);
    }
    if (sometimes()) {
      answers = random.nextLong(1, 9);
      members.add("\"n\":" + answers);
    }
    boolean image = random.nextInt(6) == 0;
    fillsWindow = image;
    members.add(
        "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
            + text()
            + "}"
            + (image ? ",{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\"}}" : "")
            + "]}]");
    openAi();
  }

  private void response() {
    limit = random.nextLong(16, 16_000);
    members.add("\"max_output_tokens\":" + limit);
    members.add("\"instructions\":" + text());
    List<String> items = new ArrayList<>();
    items.add("{\"role\":\"user\",\"content\":" + text() + "}");
    if (random.nextInt(6) == 0) {
      members.add("\"previous_response_id\":\"resp_1\"");
      fillsWindow = true;
    }
    if (sometimes()) {
      int calls = random.nextBoolean() ? 0 : 1 + random.nextInt(4);
      String search = "{\"type\":\"web_search\"}";
      String namespace = "{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[" + search + "]}";
      String tool = random.nextBoolean() ? search : namespace;
      if (random.nextBoolean()) {
        members.add("\"tools\":[" + tool + "]");
      } else {
        String kind = random.nextBoolean() ? "additional_tools" : "tool_search_output";
        items.add("{\"type\":\"" + kind + "\",\"tools\":[" + tool + "]}");
        members.add("\"store\":false");
      }
      if (calls == 0) {
        limitless++;
      } else {
        members.add("\"max_tool_calls\":" + calls);
      }
      passes += calls;
      searches = calls;
      searching = true;
      fillsWindow = true;
    }
    members.add("\"input\":[" + String.join(",", items) + "]");
    openAi();
  }

  private void openAi() {
    unknownField();
    extraTokens += random.nextLong(500);
    if (sometimes()) {
      cachesFor12Hours = true;
      members.add("\"prompt_cache_options\":{\"ttl\":\"12h\"}");
    }
    String asked = new String[] {null, "auto", "default", "flex", "priority"}[random.nextInt(5)];
    if (asked != null) {
      members.add("\"service_tier\":\"" + asked + "\"");
      terms = new Terms(asked, false, null);
    }
    // Any other than a named one was set to the ordinary one, and a named one may become it.
    tier = asked == null || asked.equals("auto") || random.nextBoolean() ? "default" : asked;
  }

  /** A text as JSON, with or without escapes; at most so many tokens as it has bytes as NFKC. */
  private String text() {
    StringBuilder plain = new StringBuilder();
    for (int words = random.nextInt(30); words > 0; words--) {
      plain.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    if (random.nextInt(20) == 0) {
      plain.append("long prompt ".repeat(random.nextInt(40_000)));
    }
    String read =
        dialect == Dialect.ANTHROPIC_MESSAGES
            ? Normalizer.normalize(plain, Normalizer.Form.NFKC)
            : plain.toString();
    textTokens += read.getBytes(UTF_8).length;
    String json = Json.string(plain.toString());
    if (random.nextBoolean()) {
      return json;
    }
    StringBuilder escaped = new StringBuilder();
    json.chars()
        .forEach(unit ->
            escaped.append(unit < 0x80 ? String.valueOf((char) unit) : "\\u%04x".formatted(unit)));
    return escaped.toString();
  }

  // ---- what is billed

  /**
   * The most that the provider could report: every token that may be there, each in a kind that the
   * request makes possible.
   *
   * @param window of the model
   * @param longestAnswer of the model
   * @param outputLimit of one answer as it was sent; null if as asked for
   * @param toolUses the limit that tools of the provider's were given that had none
   */
  Usage billed(long window, long longestAnswer, @Nullable Long outputLimit, long toolUses) {
    long runs = passes + limitless * toolUses;
    long searched = searching ? searches + limitless * toolUses : 0;
    long onePass = fillsWindow || unknown ? window : Math.min(window, textTokens + extraTokens);
    long input = onePass * runs;
    long answer = outputLimit == null ? limit : Math.min(limit, outputLimit);
    long output = (unknown ? Math.max(answer, longestAnswer) : answer) * answers * runs;
    boolean writes = random.nextInt(4) > 0;
    boolean openAi = dialect != Dialect.ANTHROPIC_MESSAGES;
    boolean bills = openAi && model.startsWith("gpt-6");
    // What nobody knows may write all to a cache, for as long as there is a price for it.
    long in1h = writes && (cachesForAnHour || (unknown && !openAi)) ? input : 0;
    long in5m = writes && caches && in1h == 0 ? input : 0;
    long in12h =
        writes && bills && (cachesFor12Hours || unknown) && random.nextBoolean() ? input : 0;
    long in30m = writes && bills && in12h == 0 ? input : 0;
    long uncached = input - in1h - in5m - in12h - in30m;
    return new Usage(
        List.of(
            ModelUsage.none(model)
                .with(Kind.INPUT, uncached)
                .with(Kind.CACHE_WRITE_5M, in5m)
                .with(Kind.CACHE_WRITE_1H, in1h)
                .with(Kind.CACHE_WRITE_30M, in30m)
                .with(Kind.CACHE_WRITE_12H, in12h)
                .with(Kind.OUTPUT, output)
                .with(Kind.WEB_SEARCH, searched)),
        unknown && openAi && hasPriority() ? "priority" : tier,
        fast || (unknown && model.equals("claude-opus-5-5")),
        openAi ? null : geography);
  }

  private boolean hasPriority() {
    return model.startsWith("gpt-6.");
  }
}
