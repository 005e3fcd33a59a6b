package dev.purser.pricing;

import dev.purser.text.PlainText;

/**
 * What one model used in a call, each token in exactly one kind.
 *
 * @param model as the provider named it
 * @param input tokens neither read from nor written to a cache
 * @param output tokens, {@code reasoning} among them
 * @param reasoning tokens, already counted in {@code output}
 * @param webSearches requests
 * @param billed whether the provider bills it at all
 */
public record ModelUsage(
    String model,
    long input,
    long cacheRead,
    long cacheWrite5m,
    long cacheWrite1h,
    long cacheWrite30m,
    long cacheWrite12h,
    long output,
    long reasoning,
    long webSearches,
    boolean billed) {

  /** More than any call can use; an answer that claims more is unreadable, not expensive. */
  public static final long MOST = 1_000_000_000L;

  /** In characters; no model has such a name. */
  public static final int LONGEST_NAME = 200;

  public ModelUsage {
    model = PlainText.of(model, LONGEST_NAME);
    for (long quantity :
        new long[] {
          input,
          cacheRead,
          cacheWrite5m,
          cacheWrite1h,
          cacheWrite30m,
          cacheWrite12h,
          output,
          reasoning,
          webSearches
        }) {
      if (quantity < 0 || quantity > MOST) {
        throw new IllegalArgumentException("a quantity of usage out of range: " + quantity);
      }
    }
  }

  /** What is billed. */
  public ModelUsage(
      String model,
      long input,
      long cacheRead,
      long cacheWrite5m,
      long cacheWrite1h,
      long cacheWrite30m,
      long cacheWrite12h,
      long output,
      long reasoning,
      long webSearches) {
    this(
        model,
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        cacheWrite30m,
        cacheWrite12h,
        output,
        reasoning,
        webSearches,
        /* billed= */ true);
  }

  /** The same, as something that the provider does not bill. */
  public ModelUsage notBilled() {
    return new ModelUsage(
        model,
        input,
        cacheRead,
        cacheWrite5m,
        cacheWrite1h,
        cacheWrite30m,
        cacheWrite12h,
        output,
        reasoning,
        webSearches,
        /* billed= */ false);
  }

  /** The whole prompt: uncached, read and written. */
  public long prompt() {
    return input + cacheRead + cacheWrite();
  }

  public long cacheWrite() {
    return cacheWrite5m + cacheWrite1h + cacheWrite30m + cacheWrite12h;
  }

  public long quantity(Kind kind) {
    return switch (kind) {
      case INPUT -> input;
      case CACHE_READ -> cacheRead;
      case CACHE_WRITE_5M -> cacheWrite5m;
      case CACHE_WRITE_1H -> cacheWrite1h;
      case CACHE_WRITE_30M -> cacheWrite30m;
      case CACHE_WRITE_12H -> cacheWrite12h;
      case OUTPUT -> output;
      case WEB_SEARCH -> webSearches;
    };
  }
}
