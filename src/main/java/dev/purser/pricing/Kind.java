package dev.purser.pricing;

import java.util.Locale;
import java.util.Optional;

/** What a quantity of a call is: tokens of one kind, or billable tool requests. */
public enum Kind {
  /** Input neither read from nor written to a cache. */
  INPUT,
  CACHE_READ,
  CACHE_WRITE_5M,
  CACHE_WRITE_1H,
  CACHE_WRITE_30M,
  CACHE_WRITE_12H,
  /** Output, reasoning included. */
  OUTPUT,
  /** Requests, not tokens. */
  WEB_SEARCH;

  /** As the database and the API write it: {@code cache_write_5m}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether its tokens were read from a cache or written to one. */
  public boolean isCached() {
    return switch (this) {
      case CACHE_READ, CACHE_WRITE_5M, CACHE_WRITE_1H, CACHE_WRITE_30M, CACHE_WRITE_12H -> true;
      case INPUT, OUTPUT, WEB_SEARCH -> false;
    };
  }

  public static Optional<Kind> ofId(String id) {
    for (Kind kind : values()) {
      if (kind.id().equals(id)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
