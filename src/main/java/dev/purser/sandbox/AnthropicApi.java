package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.sandbox.PromptCache.Counts;
import dev.purser.sandbox.PromptCache.Life;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic: models, messages, the token counter. */
final class AnthropicApi implements Api {
  private static final int REMEMBERED_BEGINNINGS = 20_000;
  private static final int DEFAULT_PAGE = 20;
  private static final int MAX_PAGE_SIZE = 1000;

  /** What the results of one search add to the prompt. */
  private static final long SEARCH_TOKENS = 7_200;

  private static final long COMPACTED_TOKENS = 60_000;
  private static final long COMPACTION_TOKENS = 80;
  private static final long ADVISED_TOKENS = 2_500;
  private static final long ADVICE_TOKENS = 18;

  private final SandboxOptions options;
  private final Identifiers identifiers;
  private final PromptCache cache = new PromptCache(REMEMBERED_BEGINNINGS);

  AnthropicApi(SandboxOptions options, Identifiers identifiers) {
    this.options = options;
    this.identifiers = identifiers;
  }

  @Override
  public Reply answer(Incoming request) {
    KeyStanding key = KeyStanding.of(Provider.ANTHROPIC, request.credential());
    Fault unwelcome = unwelcome(request, key);
    if (unwelcome != null) {
      return refuse(request, unwelcome);
    }
    if (request.is("GET", "/v1/models")) {
      return models(request);
    }
    if (request.method().equals("GET") && request.path().startsWith("/v1/models/")) {
      String id = request.path().substring("/v1/models/".length());
      return AnthropicModel.named(id)
          .map(model -> Reply.json(200, Json.line(model.json(today()))))
          .orElseGet(() -> refuse(request, unknownModel(id)));
    }
    if (request.is("POST", "/v1/messages")) {
      return messages(request, key, false);
    }
    if (request.is("POST", "/v1/messages/count_tokens")) {
      return messages(request, key, true);
    }
    return refuse(request, Fault.of(404, "not_found_error", "Not Found"));
  }

  private static @Nullable Fault unwelcome(Incoming request, KeyStanding key) {
    boolean models = request.path().startsWith("/v1/models");
    Fault fault =
        switch (key) {
          case GOOD, BROKE -> null;
          case UNKNOWN -> Fault.of(401, "authentication_error", "invalid x-api-key");
          case RESTRICTED ->
              models ? Fault.of(403, "permission_error", "This key may not list models.") : null;
          case FORBIDDEN -> Fault.of(403, "permission_error", "This key may not do this.");
          case ON_HOLD ->
              Fault.of(400, "invalid_request_error", "This organization is on hold.")
                  .withCode("organization_on_hold");
        };
    if (fault == null && request.headers().get("anthropic-version") == null) {
      return Fault.of(400, "invalid_request_error", "anthropic-version: header is required");
    }
    return fault;
  }

  private Reply models(Incoming request) {
    List<AnthropicModel> listed =
        new ArrayList<>(
            AnthropicModel.ALL.stream().filter(model -> model.listed(today())).toList());
    String after = request.query().get("after_id");
    if (after != null) {
      int found = AnthropicModel.named(after).map(listed::indexOf).orElse(-1);
      listed = listed.subList(found + 1, listed.size());
    }
    int limit = DEFAULT_PAGE;
    String asked = request.query().get("limit");
    if (asked != null) {
      if (!asked.matches("\\d{1,4}")
          || Integer.parseInt(asked) < 1
          || Integer.parseInt(asked) > MAX_PAGE_SIZE) {
        return refuse(
            request, Fault.of(400, "invalid_request_error", "limit: from 1 to " + MAX_PAGE_SIZE));
      }
      limit = Integer.parseInt(asked);
    }
    List<AnthropicModel> page = listed.subList(0, Math.min(limit, listed.size()));
    ObjectNode body = Json.object();
    ArrayNode data = body.putArray("data");
    page.forEach(model -> data.add(model.json(today())));
    body.put("has_more", page.size() < listed.size());
    body.put("first_id", page.isEmpty() ? null : page.getFirst().id());
    body.put("last_id", page.isEmpty() ? null : page.getLast().id());
    return Reply.json(200, Json.line(body));
  }

  private Reply messages(Incoming request, KeyStanding key, boolean counting) {
    ObjectNode body = Json.read(request.body());
    if (body == null) {
      return refuse(
          request, Fault.of(400, "invalid_request_error", "The request body is not valid JSON."));
    }
    Fault wrong = MessagesRequest.check(body, request.headers().get("anthropic-version"), counting);
    if (wrong != null) {
      return refuse(request, wrong);
    }
    String name = body.path("model").asString();
    AnthropicModel model = AnthropicModel.named(name).orElse(null);
    if (model == null) {
      return refuse(request, unknownModel(name));
    }
    Ask ask = MessagesRequest.read(body, model.id());
    if (counting) {
      long tokens = ask.prompt().stream().mapToLong(PromptCache.Block::tokens).sum();
      return Reply.json(200, Json.line(Json.object().put("input_tokens", tokens)));
    }
    if (key == KeyStanding.BROKE) {
      return refuse(request, Fault.of(402, "billing_error", "The account has no money left."));
    }
    if (ask.outputLimit() > model.outputTokens()) {
      return refuse(
          request,
          Fault.of(
              400,
              "invalid_request_error",
              "max_tokens: " + ask.outputLimit() + " is over the model's " + model.outputTokens()));
    }
    Reply instead = instead(request, ask);
    return instead != null
        ? instead
        : Mischief.apply(ask.wishes(), message(request, body, ask, model));
  }

  private @Nullable Reply instead(Incoming request, Ask ask) {
    Wishes wishes = ask.wishes();
    if (wishes.status() != null) {
      return refuse(request, AnthropicFaults.of(wishes.status()));
    }
    if (wishes.has(Incident.SPEND_LIMIT)
        || (wishes.has(Incident.QUOTA_MID_STREAM) && !ask.stream())) {
      return refuse(request, AnthropicFaults.SPEND_LIMIT);
    }
    if (wishes.has(Incident.OVERLOADED_MID_STREAM) && !ask.stream()) {
      return refuse(request, AnthropicFaults.of(529));
    }
    return Mischief.instead(wishes);
  }

  private Reply message(Incoming request, ObjectNode body, Ask ask, AnthropicModel model) {
    Counts prompt =
        cache.count(request.credential(), model.id(), ask.prompt(), options.clock().instant());
    Draft draft = Composer.compose(ask, options.seed(), 0);
    long searches = draft.searchQuery() == null ? 0 : 1;
    List<ModelUsage> used = new ArrayList<>();
    used.add(
        ModelUsage.none(model.id())
            .with(Kind.INPUT, prompt.uncached() + searches * SEARCH_TOKENS)
            .with(Kind.CACHE_READ, prompt.read())
            .with(Kind.CACHE_WRITE_5M, prompt.written(Life.MINUTES_5))
            .with(Kind.CACHE_WRITE_1H, prompt.written(Life.HOUR_1))
            .with(Kind.OUTPUT, draft.outputTokens())
            .withReasoning(draft.reasoningTokens())
            .with(Kind.WEB_SEARCH, searches));
    if (ask.wishes().has(Incident.COMPACTION)) {
      used.add(
          ModelUsage.none(model.id())
              .with(Kind.INPUT, COMPACTED_TOKENS)
              .with(Kind.OUTPUT, COMPACTION_TOKENS));
    }
    advisors(body)
        .forEach(advisor ->
            used.add(
                ModelUsage.none(advisor)
                    .with(Kind.INPUT, ADVISED_TOKENS)
                    .with(Kind.OUTPUT, ADVICE_TOKENS)));
    String geography =
        model.geographic() ? body.path("inference_geo").asString("global") : "not_available";
    Usage usage =
        new Usage(
            used,
            ask.wishes().has(Incident.PRIORITY) ? "priority" : "standard",
            body.path("speed").asString("standard").equals("fast"),
            geography);
    MessagesReply reply =
        new MessagesReply(ask, draft, usage, prompt.uncached(), identifiers, options.seed());
    return ask.stream() ? reply.events() : reply.whole();
  }

  /** The models that the request offers to ask for advice: here they are asked, always. */
  private static List<String> advisors(ObjectNode body) {
    List<String> models = new ArrayList<>();
    for (JsonNode tool : body.path("tools")) {
      if (tool.path("type").asString("").startsWith("advisor_")) {
        AnthropicModel.named(tool.path("model").asString(""))
            .ifPresent(model -> models.add(model.id()));
      }
    }
    return models;
  }

  @Override
  public Reply tooLarge(Incoming request) {
    return refuse(request, AnthropicFaults.of(413));
  }

  @Override
  public Reply broken(Incoming request) {
    return refuse(request, AnthropicFaults.of(500));
  }

  private static Fault unknownModel(String name) {
    return Fault.of(404, "not_found_error", "model: " + name);
  }

  private static Reply refuse(Incoming request, Fault fault) {
    ObjectNode error = Json.object().put("type", fault.type()).put("message", fault.message());
    if (fault.code() != null) {
      error.putObject("details").put("error_code", fault.code());
    }
    ObjectNode body = Json.object().put("type", "error");
    body.set("error", error);
    body.put("request_id", request.requestId());
    boolean again = AnthropicFaults.worthRetrying(fault);
    Reply reply =
        Reply.json(fault.status(), Json.line(body))
            .withHeader("x-should-retry", Boolean.toString(again));
    return fault.status() == 429 && again ? reply.withHeader("retry-after", "7") : reply;
  }

  private LocalDate today() {
    return LocalDate.ofInstant(options.clock().instant(), ZoneOffset.UTC);
  }

  @Override
  public Map<String, String> commonHeaders() {
    Map<String, String> headers = new LinkedHashMap<>();
    String reset =
        options.clock().instant().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1).toString();
    limit(headers, "requests", 4_000, 3_999, reset);
    limit(headers, "input-tokens", 2_000_000, 1_998_000, reset);
    limit(headers, "output-tokens", 400_000, 400_000, reset);
    limit(headers, "tokens", 2_400_000, 2_398_000, reset);
    headers.put("anthropic-organization-id", "5a6d0b0c-0000-4000-8000-000000000001");
    headers.put("strict-transport-security", "max-age=31536000; includeSubDomains; preload");
    headers.put("alt-svc", "h3=\":443\"; ma=86400");
    headers.put("set-cookie", "_cfuvid=sandbox; Path=/; HttpOnly; Secure");
    headers.put("server", "sandbox");
    headers.put("vary", "Accept-Encoding");
    return headers;
  }

  private static void limit(
      Map<String, String> headers, String of, long limit, long remaining, String reset) {
    String name = "anthropic-ratelimit-" + of;
    headers.put(name + "-limit", Long.toString(limit));
    headers.put(name + "-remaining", Long.toString(remaining));
    headers.put(name + "-reset", reset);
  }
}
