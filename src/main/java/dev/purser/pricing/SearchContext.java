package dev.purser.pricing;

import java.util.Locale;
import java.util.Optional;

/** How much of what a search finds a Chat Completions call reads: such a search is priced by it. */
public enum SearchContext {
  LOW,
  MEDIUM,
  HIGH;

  /** As requests, the database and the price list write it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<SearchContext> ofId(String id) {
    for (SearchContext context : values()) {
      if (context.id().equals(id)) {
        return Optional.of(context);
      }
    }
    return Optional.empty();
  }
}
