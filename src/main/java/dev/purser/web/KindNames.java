package dev.purser.web;

import dev.purser.pricing.Kind;

/** What pages call the kinds of tokens. */
public final class KindNames {
  private KindNames() {}

  /** In words: {@code Cache write, 5 min}. */
  public static String of(Kind kind) {
    return switch (kind) {
      case INPUT -> "Uncached input";
      case CACHE_READ -> "Cache read";
      case CACHE_WRITE_5M -> "Cache write, 5 min";
      case CACHE_WRITE_1H -> "Cache write, 1 h";
      case CACHE_WRITE_30M -> "Cache write, 30 min";
      case CACHE_WRITE_12H -> "Cache write, 12 h";
      case OUTPUT -> "Output";
      case WEB_SEARCH -> "Web searches";
    };
  }
}
