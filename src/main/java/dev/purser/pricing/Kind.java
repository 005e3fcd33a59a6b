package dev.purser.pricing;

import java.util.Locale;
import java.util.Optional;

/**
 * What a quantity of a call is: tokens of one kind, or billable tool requests. A new kind is an
 * entry here, a price in the price list, and the dialect that reads it.
 */
public enum Kind {
  /** Input neither read from nor written to a cache. */
  INPUT(Group.INPUT),
  CACHE_READ(Group.CACHE_READ),
  CACHE_WRITE_5M(Group.CACHE_WRITE),
  CACHE_WRITE_1H(Group.CACHE_WRITE),
  CACHE_WRITE_30M(Group.CACHE_WRITE),
  CACHE_WRITE_12H(Group.CACHE_WRITE),
  /** Output, reasoning included. */
  OUTPUT(Group.OUTPUT),
  /** Requests, not tokens. */
  WEB_SEARCH(Group.WEB_SEARCH);

  /** What a call's figures add up: kinds that people look at together. */
  public enum Group {
    INPUT,
    CACHE_READ,
    CACHE_WRITE,
    OUTPUT,
    WEB_SEARCH
  }

  private final Group group;
  private final String id;

  Kind(Group group) {
    this.group = group;
    this.id = name().toLowerCase(Locale.ROOT);
  }

  /** As the database and the API write it: {@code cache_write_5m}. */
  public String id() {
    return id;
  }

  /** In which of a call's figures it is added up. */
  public Group group() {
    return group;
  }

  /** Whether its tokens were read from a cache or written to one. */
  public boolean isCached() {
    return group == Group.CACHE_READ || group == Group.CACHE_WRITE;
  }

  public static Optional<Kind> ofId(String id) {
    for (Kind kind : values()) {
      if (kind.id.equals(id)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
