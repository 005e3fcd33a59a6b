package dev.purser.agents;

import dev.purser.secret.Secret;

/** What came of making a virtual key. */
public sealed interface VirtualKeyCreated {
  /** The secret is here and nowhere else. */
  record Created(VirtualKey virtualKey, Secret secret) implements VirtualKeyCreated {}

  /** The space has no such agent, or it is archived. */
  record NotFound() implements VirtualKeyCreated {}

  /**
   * Nothing was made.
   *
   * @param reason one sentence
   */
  record Refused(String reason) implements VirtualKeyCreated {}
}
