package dev.purser.providers;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.providers.UsageReading.Unreadable;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * OpenAI's count of tokens, whose input includes what was read from the cache and written to it,
 * and whose two families of endpoints name the same things differently.
 */
final class OpenAiTokens {
  private OpenAiTokens() {}

  /**
   * @param input {@code prompt} or {@code input}
   * @param output {@code completion} or {@code output}
   * @param asked by what the request asks for, a write is priced of which the answer does not say
   *     how long it lasts
   */
  static ModelUsage part(
      JsonNode usage, String input, String output, String model, long webSearches, CallTerms asked)
      throws Unreadable {
    if (!usage.has(input + "_tokens")) {
      throw new Unreadable("usage");
    }
    JsonNode in = usage.path(input + "_tokens_details");
    // Audio has other prices, so that the sums below would say too little.
    if (UsageReading.quantity(in, "audio_tokens") > 0
        || UsageReading.quantity(usage.path(output + "_tokens_details"), "audio_tokens") > 0) {
      throw new Unreadable("audio_tokens");
    }
    long whole = UsageReading.quantity(usage, input + "_tokens");
    long read = UsageReading.quantity(in, "cached_tokens");
    long written = UsageReading.quantity(in, "cache_write_tokens");
    JsonNode times = in.path("cache_write_tokens_details");
    long written12h = UsageReading.quantity(times, "ttl_12h_tokens");
    long written30m = UsageReading.quantity(times, "ttl_30m_tokens");
    long rest = Math.max(0, written - written30m - written12h);
    written30m += asked.longWrites() ? 0 : rest;
    written12h += asked.longWrites() ? rest : 0;
    long uncached = whole - read - written30m - written12h;
    if (uncached < 0) {
      throw new Unreadable(input + "_tokens");
    }
    Map<Kind, Long> counts =
        Map.of(
            Kind.INPUT,
            uncached,
            Kind.CACHE_READ,
            read,
            Kind.CACHE_WRITE_30M,
            written30m,
            Kind.CACHE_WRITE_12H,
            written12h,
            Kind.OUTPUT,
            UsageReading.quantity(usage, output + "_tokens"),
            Kind.WEB_SEARCH,
            webSearches);
    return ModelUsage.of(model, counts)
        .withReasoning(
            UsageReading.quantity(usage.path(output + "_tokens_details"), "reasoning_tokens"));
  }
}
