package dev.purser.pricing;

import org.jspecify.annotations.Nullable;

/**
 * What a call's price depends on besides model, tokens and day.
 *
 * @param tier the service tier as the answer names it; null where it names none
 * @param fast Anthropic's fast mode
 * @param geography Anthropic's {@code inference_geo} as the answer names it; null where it does not
 */
public record Terms(@Nullable String tier, boolean fast, @Nullable String geography) {
  /** The list price. */
  public static final Terms LIST = new Terms(null, false, null);
}
