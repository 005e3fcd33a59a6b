package dev.purser.vault;

import org.jspecify.annotations.Nullable;

/** What came of saving a provider key. */
public sealed interface KeySaved {
  /**
   * The provider took it; it is in use in place of an older one.
   *
   * @param newDefault the model that became the space's default with its first key; null if none
   *     did
   */
  record Saved(ProviderKey key, @Nullable String newDefault) implements KeySaved {}

  /** Nothing was changed. */
  sealed interface NotSaved extends KeySaved {
    /** One or two sentences: what is wrong, and what to do; no part of the key. */
    String reason();
  }

  /** Another key was saved in between, or the saved one deleted. Nothing was changed. */
  record ChangedElsewhere() implements KeySaved {}

  /** By its form it is something else, so nobody was asked. */
  record Mistaken(String reason) implements NotSaved {}

  /** The provider refuses it. */
  record Rejected(String reason) implements NotSaved {}

  /** A key of the space is being checked just now, so nobody was asked about this one. */
  record Busy(String reason) implements NotSaved {}

  /** The provider said nothing about it. */
  record Unreachable(String reason) implements NotSaved {}
}
