package dev.purser.vault;

/** What came of asking a provider about a saved key again. */
public sealed interface KeyVerified {
  /** The key as it stands now, be it that it was refused or cannot be opened. */
  record Asked(ProviderKey key) implements KeyVerified {}

  /**
   * A key of the space is being checked just now, so nobody was asked about this one.
   *
   * @param reason what to do
   */
  record Busy(String reason) implements KeyVerified {}

  /** There is no such key, or no more. */
  record Missing() implements KeyVerified {}

  /**
   * The provider said nothing about it, and nothing was changed.
   *
   * @param reason one or two sentences: what came instead, and what to do
   */
  record Unreachable(String reason) implements KeyVerified {}
}
