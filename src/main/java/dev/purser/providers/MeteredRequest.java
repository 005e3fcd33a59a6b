package dev.purser.providers;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.SearchContext;
import dev.purser.providers.RequestFields.Element;
import dev.purser.providers.RequestFields.Field;
import dev.purser.wire.Splice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that was read, of any dialect. */
final class MeteredRequest implements CallRequest {
  private static final String MODEL = "model";

  private final Dialect dialect;
  private final RequestFields fields;
  private final @Nullable String model;
  private final boolean stream;
  private final List<Element> tools;
  private final List<Element> limitlessTools;
  private final CostTerms terms;
  private final List<Splice> usageSplices;

  /** Of the address that it is sent to; null if that is nowhere in particular. */
  private final @Nullable String region;

  /**
   * @param tools wherever they stand
   * @param limitlessTools those of them that can have a limit of uses of their own and have none
   * @param usageSplices make a stream report its usage; empty if it does so already
   */
  MeteredRequest(
      Dialect dialect,
      RequestFields fields,
      List<Element> tools,
      List<Element> limitlessTools,
      CostTerms terms,
      List<Splice> usageSplices)
      throws BadRequest {
    this.dialect = dialect;
    this.fields = fields;
    this.model = fields.name(MODEL);
    this.stream = fields.flag("stream");
    this.tools = List.copyOf(tools);
    this.limitlessTools = List.copyOf(limitlessTools);
    this.terms = terms;
    this.usageSplices = usageSplices;
    this.region = null;
  }

  private MeteredRequest(MeteredRequest read, @Nullable String region) {
    this.dialect = read.dialect;
    this.fields = read.fields;
    this.model = read.model;
    this.stream = read.stream;
    this.tools = read.tools;
    this.limitlessTools = read.limitlessTools;
    this.terms = read.terms;
    this.usageSplices = read.usageSplices;
    this.region = region;
  }

  @Override
  public CallRequest sentTo(@Nullable String addressRegion) {
    return new MeteredRequest(this, addressRegion);
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public @Nullable String model() {
    return model;
  }

  @Override
  public boolean stream() {
    return stream;
  }

  @Override
  public byte[] bodyFor(String sentModel) {
    return body(sentModel, new StrictEdits(List.of(), List.of()));
  }

  @Override
  public byte[] strictBodyFor(String sentModel, StrictTerms strict, long outputTokens) {
    boolean lowered = outputTokens < strict.bound().worst().outputTokens();
    return body(
        sentModel,
        StrictEdits.of(
            dialect, fields, limitlessTools, lowered ? outputTokens : null, strict.toolUses()));
  }

  private byte[] body(String sentModel, StrictEdits edits) {
    List<Splice> splices = new ArrayList<>(edits.splices());
    List<String> members = new ArrayList<>();
    if (!sentModel.equals(model)) {
      String name = Json.string(sentModel);
      Field written = fields.find(MODEL);
      if (written == null) {
        members.add("\"model\":" + name);
      } else {
        splices.add(new Splice(written.start(), written.end(), name));
      }
    }
    members.addAll(edits.members());
    if (!members.isEmpty()) {
      String comma = fields.emptyAfter(fields.start()) ? "" : ",";
      splices.add(new Splice(fields.start(), fields.start(), String.join(",", members) + comma));
    }
    splices.addAll(usageSplices);
    return Splice.apply(fields.body(), splices);
  }

  @Override
  public @Nullable Long outputLimit() {
    return terms.outputLimit();
  }

  @Override
  public CallRequest limitedTo(long outputTokens) {
    StrictEdits edits = StrictEdits.lowering(dialect, fields, outputTokens);
    return switch (dialect.read(Splice.apply(fields.body(), edits.splices()))) {
      case RequestReading.Accepted(CallRequest limited) -> limited.sentTo(region);
      case RequestReading.Refused(CallError error, var _) ->
          throw new IllegalStateException("a lower limit: " + error.message());
    };
  }

  @Override
  public Bound bound(String sentModel, PriceList prices, Instant now) {
    return Bounds.of(dialect, billed(terms, sentModel), sentModel, prices, now);
  }

  /** The terms as they are billed with a model at an address, which the body does not say. */
  private CostTerms billed(CostTerms read, String sentModel) {
    return read.with(region, searchContext(sentModel));
  }

  /** Of a Chat Completions call that may search the web: because it asks to, or always does. */
  private @Nullable SearchContext searchContext(String sentModel) {
    SearchContext asked = terms.named().searchContext();
    boolean searches = dialect == Dialect.OPENAI_CHAT && sentModel.contains("-search-");
    return asked == null && searches ? SearchContext.MEDIUM : asked;
  }

  @Override
  public StrictTerms strict(String sentModel, StrictAsk ask, PriceList prices, Instant now) {
    long window =
        prices
            .find(dialect.provider(), sentModel, now)
            .map(ModelPrice::contextTokens)
            .orElse(Long.MAX_VALUE);
    StrictRules.Judged judged =
        StrictRules.of(dialect, fields, tools, terms, sentModel, ask, window);
    Long counted = isCountable() ? ask.countedInput() : null;
    CostTerms strictly =
        counted == null ? judged.terms() : judged.terms().reading(TokenCount.most(counted));
    Bound bound = Bounds.of(dialect, billed(strictly, sentModel), sentModel, prices, now);
    long answer = bound.worst().outputTokens();
    return new StrictTerms(
        bound,
        // Where a name is not known, nobody knows that a limit of the answer holds.
        strictly.widened() ? answer : Math.min(answer, StrictRules.MIN_OUTPUT),
        judged.widening(),
        terms.runs().missing() == 0 ? null : ask.toolUses());
  }

  @Override
  public Optional<TokenCount> tokenCount(String sentModel, List<RequestName> widening) {
    return isCountable() ? TokenCount.of(dialect, fields, sentModel, widening) : Optional.empty();
  }

  /** Whether nothing can be added to the input that is counted before. */
  private boolean isCountable() {
    return !terms.loops() && terms.input() != CostTerms.Input.MANY_TEXTS;
  }

  @Override
  public AnswerReader answer(
      String sentModel, int status, @Nullable String contentType, Bound bound) {
    CallTerms asked =
        new CallTerms(
            fields.has(RequestFields.Cue.CACHE_FOR_MINUTES),
            terms.longWrites(),
            region,
            searchContext(sentModel));
    UsageReading reading =
        switch (dialect) {
          case ANTHROPIC_MESSAGES -> new AnthropicUsage(sentModel, asked, status);
          case OPENAI_CHAT, OPENAI_EMBEDDINGS -> new ChatUsage(sentModel, asked);
          case OPENAI_RESPONSES -> new ResponsesUsage(sentModel, asked);
        };
    return new MeteredAnswer(
        new AnswerTerms(
            status,
            isEventStream(contentType),
            !usageSplices.isEmpty(),
            terms.loops(),
            billed(terms, sentModel).named(),
            bound),
        reading);
  }

  private boolean isEventStream(@Nullable String contentType) {
    if (contentType == null) {
      return stream;
    }
    return contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
  }
}
