package dev.purser.providers;

import dev.purser.pricing.PriceList;
import dev.purser.providers.RequestFields.Field;
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
  private final CostTerms terms;
  private final List<Splice> usageSplices;

  /**
   * @param usageSplices make a stream report its usage; empty if it does so already
   */
  MeteredRequest(Dialect dialect, RequestFields fields, CostTerms terms, List<Splice> usageSplices)
      throws BadRequest {
    this.dialect = dialect;
    this.fields = fields;
    this.model = fields.name(MODEL);
    this.stream = fields.flag("stream");
    this.terms = terms;
    this.usageSplices = usageSplices;
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
    List<Splice> splices = new ArrayList<>(usageSplices);
    if (!sentModel.equals(model)) {
      splices.addFirst(modelSplice(Json.string(sentModel)));
    }
    return Splice.apply(fields.body(), splices);
  }

  private Splice modelSplice(String name) {
    Field written = fields.find(MODEL);
    if (written != null) {
      return new Splice(written.start(), written.end(), name);
    }
    String comma = fields.emptyAfter(fields.start()) ? "" : ",";
    String member = "\"model\":" + name + comma;
    return new Splice(fields.start(), fields.start(), member);
  }

  @Override
  public Bound bound(String sentModel, PriceList prices, Instant now) {
    return Bounds.of(dialect.provider(), terms, sentModel, prices, now);
  }

  @Override
  public StrictTerms strict(
      String sentModel, @Nullable String betas, PriceList prices, Instant now) {
    Bound bound = bound(sentModel, prices, now);
    return new StrictTerms(bound, Math.min(bound.worst().outputTokens(), 4_096));
  }

  @Override
  public StrictTerms strict(
      String sentModel, @Nullable String betas, PriceList prices, Instant now, long countedInput) {
    return strict(sentModel, betas, prices, now);
  }

  @Override
  public byte[] strictBodyFor(String sentModel, long outputTokens) {
    return bodyFor(sentModel);
  }

  @Override
  public Optional<TokenCount> tokenCount(String sentModel) {
    return Optional.empty();
  }

  @Override
  public AnswerReader answer(
      String sentModel, int status, @Nullable String contentType, Bound bound) {
    UsageReading reading =
        switch (dialect) {
          case ANTHROPIC_MESSAGES -> new AnthropicUsage(sentModel);
          case OPENAI_CHAT, OPENAI_EMBEDDINGS -> new ChatUsage(sentModel);
          case OPENAI_RESPONSES -> new ResponsesUsage(sentModel);
        };
    return new MeteredAnswer(
        new AnswerTerms(
            status,
            isEventStream(contentType),
            !usageSplices.isEmpty(),
            terms.loops(),
            terms.named(),
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
