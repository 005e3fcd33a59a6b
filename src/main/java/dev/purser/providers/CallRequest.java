package dev.purser.providers;

import dev.purser.pricing.PriceList;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Purser reads of a request; the rest of the body is untouched. */
public interface CallRequest {
  Dialect dialect();

  /** As the caller wrote it; null if it named none. */
  @Nullable String model();

  boolean stream();

  /**
   * The same request, sent to an address of which some calls cost more.
   *
   * @param addressRegion null if the address is nowhere in particular
   */
  CallRequest sentTo(@Nullable String addressRegion);

  /**
   * The body to send: the caller's bytes, with the model's name spliced in where it differs and
   * {@code stream_options.include_usage} where the client did not ask for it.
   */
  byte[] bodyFor(String sentModel);

  /** What it limits each of its answers to; null if to nothing. */
  @Nullable Long outputLimit();

  /** The same with this lower limit of its answers, which it must have one for. */
  CallRequest limitedTo(long outputTokens);

  /** The most this call can cost with that model. */
  Bound bound(String sentModel, PriceList prices, Instant now);

  /** What this call with that model may cost under a strict budget. */
  StrictTerms strict(String sentModel, StrictAsk ask, PriceList prices, Instant now);

  /**
   * The body to send under a strict budget: that of {@link #bodyFor}, on the ordinary service tier
   * unless it names another, with a lower limit of the answer where that is wanted, and with a
   * limit of uses for each tool of the provider's that has none.
   *
   * @param terms what {@link #strict} said
   * @param outputTokens the most that one answer may have, from {@link StrictTerms#leastOutput} to
   *     what the bound says
   */
  byte[] strictBodyFor(String sentModel, StrictTerms terms, long outputTokens);

  /**
   * What to ask the provider's free counter; empty where its answer would not narrow the bound.
   *
   * @param widening names that {@link #strict} has told: the counter is told of their fields, too
   */
  Optional<TokenCount> tokenCount(String sentModel, List<RequestName> widening);

  /**
   * A reader for the answer to this request.
   *
   * @param status of the provider's answer
   * @param contentType of the provider's answer, or null
   * @param bound what an estimate falls back on where the provider reported nothing
   */
  AnswerReader answer(String sentModel, int status, @Nullable String contentType, Bound bound);
}
