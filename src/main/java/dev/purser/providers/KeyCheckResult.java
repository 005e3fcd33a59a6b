package dev.purser.providers;

import java.util.List;

/** What the provider says of a key. No text in it holds any part of the key. */
public sealed interface KeyCheckResult {
  /** Good for calls. */
  sealed interface Usable extends KeyCheckResult {
    /** What the provider lists for it. */
    List<ListedModel> models();
  }

  /** It may do all that Purser asks. */
  record Valid(List<ListedModel> models) implements Usable {
    public Valid {
      models = List.copyOf(models);
    }
  }

  /**
   * Good for calls as far as one can tell, but it may not list models.
   *
   * @param detail one sentence
   */
  record Restricted(String detail) implements Usable {
    @Override
    public List<ListedModel> models() {
      return List.of();
    }
  }

  /**
   * The provider refuses it.
   *
   * @param reason one or two sentences: what the provider says, and what to do
   */
  record Rejected(String reason) implements KeyCheckResult {}

  /**
   * The provider refuses where the question came from, where it went or what else it named: that is
   * not the key's fault, and another key would not help.
   *
   * @param reason one or two sentences: what the provider says, and what to do
   */
  record NotAboutKey(String reason) implements KeyCheckResult {}

  /**
   * The provider said nothing about the key.
   *
   * @param reason one or two sentences: what came instead, and what to do
   */
  record Unreachable(String reason) implements KeyCheckResult {}
}
