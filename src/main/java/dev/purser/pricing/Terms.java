package dev.purser.pricing;

import org.jspecify.annotations.Nullable;

/**
 * What a call's price depends on besides model, tokens and day.
 *
 * @param tier the service tier as the answer names it; null where it names none
 * @param fast Anthropic's fast mode
 * @param geography where it is computed: Anthropic's {@code inference_geo} as the answer names it,
 *     or the region of OpenAI's address; null where that is not known, or is nowhere in particular
 * @param searchContext of a Chat Completions call that may search the web; else null
 */
public record Terms(
    @Nullable String tier,
    boolean fast,
    @Nullable String geography,
    @Nullable SearchContext searchContext) {
  /** Those of a call with other searches, or none. */
  public Terms(@Nullable String tier, boolean fast, @Nullable String geography) {
    this(tier, fast, geography, null);
  }

  /** The list price. */
  public static final Terms LIST = new Terms(null, false, null);
}
