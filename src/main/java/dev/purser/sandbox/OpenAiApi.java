package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.sandbox.PromptCache.Block;
import dev.purser.sandbox.PromptCache.Counts;
import dev.purser.sandbox.PromptCache.Life;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI: models, chat completions, responses, embeddings, the token counter. */
final class OpenAiApi implements Api {
  private static final int REMEMBERED_BEGINNINGS = 20_000;

  /** Older models remember prompts in steps of this many tokens. */
  private static final long CACHE_STEP = 128;

  /** What the results of one search add to the prompt. */
  private static final long SEARCH_TOKENS = 8_000;

  private final SandboxOptions options;
  private final Identifiers identifiers;
  private final Conversations conversations = new Conversations();
  private final PromptCache cache = new PromptCache(REMEMBERED_BEGINNINGS);

  OpenAiApi(SandboxOptions options, Identifiers identifiers) {
    this.options = options;
    this.identifiers = identifiers;
  }

  @Override
  public Reply answer(Incoming request) {
    KeyStanding key = KeyStanding.of(Provider.OPENAI, request.credential());
    Fault unwelcome = unwelcome(request, key);
    if (unwelcome != null) {
      return refuse(unwelcome);
    }
    if (request.is("GET", "/v1/models")) {
      return models();
    }
    if (request.method().equals("GET") && request.path().startsWith("/v1/models/")) {
      String name = request.path().substring("/v1/models/".length());
      return OpenAiModel.named(name)
          .map(model -> Reply.json(200, Json.indented(model.json(name))))
          .orElseGet(() -> refuse(OpenAiFaults.unknownModel(name)));
    }
    if (!request.method().equals("POST")) {
      return refuse(noSuchUrl(request));
    }
    return switch (request.path()) {
      case "/v1/chat/completions" -> chat(request, key);
      case "/v1/responses" -> responses(request, key, false);
      case "/v1/responses/input_tokens" -> responses(request, key, true);
      case "/v1/embeddings" -> embeddings(request, key);
      default -> refuse(noSuchUrl(request));
    };
  }

  private static Fault noSuchUrl(Incoming request) {
    return Fault.of(
        404,
        "invalid_request_error",
        "Invalid URL (" + request.method() + " " + request.path() + ")");
  }

  private static @Nullable Fault unwelcome(Incoming request, KeyStanding key) {
    return switch (key) {
      case GOOD, BROKE -> null;
      case UNKNOWN -> OpenAiFaults.badKey(request.credential());
      case RESTRICTED ->
          request.path().startsWith("/v1/models")
              ? Fault.of(
                  401,
                  "invalid_request_error",
                  "You have insufficient permissions for this operation. Missing scopes:"
                      + " api.model.read.")
              : null;
      case FORBIDDEN -> OpenAiFaults.of(403);
      case ON_HOLD ->
          Fault.of(401, "invalid_request_error", "This account is switched off.")
              .withCode("account_deactivated");
    };
  }

  private Reply models() {
    LocalDate today = LocalDate.ofInstant(options.clock().instant(), ZoneOffset.UTC);
    ObjectNode body = Json.object().put("object", "list");
    ArrayNode data = body.putArray("data");
    for (OpenAiModel model : OpenAiModel.ALL) {
      if (model.listed(today)) {
        data.add(model.json(model.id()));
        if (!model.answeredAs().equals(model.id())) {
          data.add(model.json(model.answeredAs()));
        }
      }
    }
    return Reply.json(200, Json.indented(body));
  }

  private Reply chat(Incoming request, KeyStanding key) {
    ObjectNode body = Json.read(request.body());
    Fault wrong = body == null ? notJson() : ChatRequest.check(body);
    if (body == null || wrong != null) {
      return refuse(wrong == null ? notJson() : wrong);
    }
    String name = body.path("model").asString();
    OpenAiModel model = OpenAiModel.named(name).orElse(null);
    if (model == null || model.kind() != OpenAiModel.Kind.CHAT) {
      return refuse(OpenAiFaults.unknownModel(name));
    }
    Ask ask = ChatRequest.read(body, model);
    Reply instead = instead(key, ask.wishes(), ask.stream());
    if (instead != null) {
      return instead;
    }
    List<Draft> drafts = new ArrayList<>();
    for (int choice = 0; choice < body.path("n").asInt(1); choice++) {
      drafts.add(Composer.compose(ask, options.seed(), choice));
    }
    String tier = tier(body.path("service_tier").asString("auto"), ask.wishes());
    Usage usage = usage(count(request, model, ask.prompt()), model, drafts, tier);
    ChatReply reply =
        new ChatReply(ask, drafts, usage, identifiers, options, body.path("stream_options"));
    return Mischief.apply(ask.wishes(), ask.stream() ? reply.chunks() : reply.whole());
  }

  private Reply responses(Incoming request, KeyStanding key, boolean counting) {
    ObjectNode body = Json.read(request.body());
    Fault wrong = body == null ? notJson() : ResponsesRequest.check(body);
    if (body == null || wrong != null) {
      return refuse(wrong == null ? notJson() : wrong);
    }
    String name = body.path("model").asString();
    OpenAiModel model = OpenAiModel.named(name).orElse(null);
    if (model == null || model.kind() != OpenAiModel.Kind.CHAT) {
      return refuse(
          OpenAiFaults.invalid(
              "model_not_found", "model", "The requested model '" + name + "' does not exist."));
    }
    String previous = body.path("previous_response_id").asString("");
    List<Block> earlier = previous.isEmpty() ? List.of() : conversations.before(previous);
    if (earlier == null) {
      return refuse(
          OpenAiFaults.invalid(
              "previous_response_not_found",
              "previous_response_id",
              "There is no response " + previous + "."));
    }
    Ask ask = ResponsesRequest.read(body, model, earlier);
    if (counting) {
      long tokens = ask.prompt().stream().mapToLong(Block::tokens).sum();
      return Reply.json(
          200,
          Json.indented(
              Json.object().put("object", "response.input_tokens").put("input_tokens", tokens)));
    }
    Reply instead = instead(key, ask.wishes(), ask.stream());
    if (instead != null) {
      return instead;
    }
    Draft draft = Composer.compose(ask, options.seed(), 0);
    String tier = tier(body.path("service_tier").asString("auto"), ask.wishes());
    Usage usage = usage(count(request, model, ask.prompt()), model, List.of(draft), tier);
    ResponsesReply reply = new ResponsesReply(body, ask, draft, usage, identifiers, options);
    List<Block> whole = new ArrayList<>(ask.prompt());
    whole.add(
        new Block(
            Fingerprint.of(draft.wholeText()),
            draft.outputTokens() - draft.reasoningTokens(),
            PromptCache.Life.MINUTES_30));
    conversations.remember(reply.id(), whole);
    return Mischief.apply(ask.wishes(), ask.stream() ? reply.events() : reply.whole());
  }

  private static Reply embeddings(Incoming request, KeyStanding key) {
    ObjectNode body = Json.read(request.body());
    if (body == null) {
      return refuse(notJson());
    }
    String name = body.path("model").asString("");
    OpenAiModel model = OpenAiModel.named(name).orElse(null);
    if (model == null || model.kind() != OpenAiModel.Kind.EMBEDDING) {
      return refuse(OpenAiFaults.unknownModel(name));
    }
    Fault wrong = Embeddings.check(body, model);
    if (wrong != null) {
      return refuse(wrong);
    }
    Wishes wishes = Wishes.in(Embeddings.inputs(body.path("input")).getFirst());
    Reply instead = instead(key, wishes, false);
    if (instead != null) {
      return instead;
    }
    long tokens = Embeddings.tokens(body);
    ObjectNode answer = Embeddings.answer(body, model, tokens, !wishes.has(Incident.NO_USAGE));
    ModelUsage used = ModelUsage.none(model.answeredAs()).with(Kind.INPUT, tokens);
    Reply reply =
        new Reply(
            200,
            "application/json",
            Map.of(),
            List.of(Reply.Frame.of(Json.line(answer), 0)),
            Reply.Ending.COMPLETE,
            model.answeredAs(),
            new Usage(List.of(used), null, false, null));
    return Mischief.apply(wishes, reply);
  }

  private static Fault notJson() {
    return Fault.of(400, "invalid_request_error", "The body of the request is not valid JSON.");
  }

  private static @Nullable Reply instead(KeyStanding key, Wishes wishes, boolean stream) {
    if (key == KeyStanding.BROKE
        || wishes.has(Incident.SPEND_LIMIT)
        || (wishes.has(Incident.QUOTA_MID_STREAM) && !stream)) {
      return refuse(OpenAiFaults.NO_MONEY);
    }
    if (wishes.status() != null) {
      return refuse(OpenAiFaults.of(wishes.status()));
    }
    if (wishes.has(Incident.OVERLOADED_MID_STREAM) && !stream) {
      return refuse(OpenAiFaults.of(503));
    }
    return Mischief.instead(wishes);
  }

  private Counts count(Incoming request, OpenAiModel model, List<Block> prompt) {
    Counts counts =
        cache.count(request.credential(), model.id(), prompt, options.clock().instant());
    if (model.cacheWritesCost()) {
      return counts;
    }
    long read = counts.read() / CACHE_STEP * CACHE_STEP;
    return new Counts(counts.total() - read, read, Map.of());
  }

  private static Usage usage(
      Counts prompt, OpenAiModel model, List<Draft> drafts, @Nullable String tier) {
    long searches = drafts.stream().filter(draft -> draft.searchQuery() != null).count();
    return new Usage(
        List.of(
            ModelUsage.none(model.answeredAs())
                .with(Kind.INPUT, prompt.uncached() + searches * SEARCH_TOKENS)
                .with(Kind.CACHE_READ, prompt.read())
                .with(Kind.CACHE_WRITE_30M, prompt.written(Life.MINUTES_30))
                .with(Kind.CACHE_WRITE_12H, prompt.written(Life.HOURS_12))
                .with(Kind.OUTPUT, drafts.stream().mapToLong(Draft::outputTokens).sum())
                .withReasoning(drafts.stream().mapToLong(Draft::reasoningTokens).sum())
                .with(Kind.WEB_SEARCH, searches)),
        tier,
        false,
        null);
  }

  private static String tier(String asked, Wishes wishes) {
    if (wishes.has(Incident.DOWNGRADED)) {
      return "default";
    }
    if (wishes.has(Incident.PRIORITY)) {
      return "priority";
    }
    return switch (asked) {
      case "flex" -> "flex";
      case "priority", "fast" -> "priority";
      default -> "default";
    };
  }

  @Override
  public Reply tooLarge(Incoming request) {
    return refuse(OpenAiFaults.of(413));
  }

  @Override
  public Reply broken(Incoming request) {
    return refuse(OpenAiFaults.of(500));
  }

  static ObjectNode error(Fault fault) {
    ObjectNode body = Json.object();
    body.putObject("error")
        .put("message", fault.message())
        .put("type", fault.type())
        .put("param", fault.param())
        .put("code", fault.code());
    return body;
  }

  private static Reply refuse(Fault fault) {
    Reply reply = Reply.json(fault.status(), Json.indented(error(fault)));
    return switch (fault.status()) {
      case 401 -> reply.withHeader("www-authenticate", "Bearer realm=\"OpenAI API\"");
      case 429 ->
          fault.code() != null && fault.code().equals("rate_limit_exceeded")
              ? reply.withHeader("retry-after", "7").withHeader("retry-after-ms", "7000")
              : reply;
      default -> reply;
    };
  }

  @Override
  public Map<String, String> commonHeaders() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("x-ratelimit-limit-requests", "10000");
    headers.put("x-ratelimit-remaining-requests", "9999");
    headers.put("x-ratelimit-reset-requests", "6ms");
    headers.put("x-ratelimit-limit-tokens", "2000000");
    headers.put("x-ratelimit-remaining-tokens", "1999446");
    headers.put("x-ratelimit-reset-tokens", "16ms");
    headers.put("openai-version", "2020-10-01");
    headers.put("openai-processing-ms", "215");
    headers.put("openai-organization", "sandbox-organization");
    headers.put("openai-project", "proj_sandbox");
    headers.put("strict-transport-security", "max-age=31536000; includeSubDomains; preload");
    headers.put("alt-svc", "h3=\":443\"; ma=86400");
    headers.put("set-cookie", "__cf_bm=sandbox; path=/; HttpOnly; Secure; SameSite=None");
    headers.put("server", "sandbox");
    headers.put("vary", "Accept-Encoding");
    return headers;
  }
}
