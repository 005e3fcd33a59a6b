package dev.purser.providers;

import dev.purser.pricing.PriceList;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What Purser reads of a request; the rest of the body is untouched. */
public interface CallRequest {
  Dialect dialect();

  /** As the caller wrote it; null if it named none. */
  @Nullable String model();

  boolean stream();

  /**
   * The body to send: the caller's bytes, with the model's name spliced in where it differs and
   * {@code stream_options.include_usage} where the client did not ask for it.
   */
  byte[] bodyFor(String sentModel);

  /** The most this call can cost with that model. */
  Bound bound(String sentModel, PriceList prices, Instant now);

  /**
   * A reader for the answer to this request.
   *
   * @param status of the provider's answer
   * @param contentType of the provider's answer, or null
   * @param bound what an estimate falls back on where the provider reported nothing
   */
  AnswerReader answer(String sentModel, int status, @Nullable String contentType, Bound bound);
}
