package dev.purser.people;

import dev.purser.secret.Secret;

/** What came of making an access token. */
public sealed interface TokenCreated {
  /** The secret is here and nowhere else. */
  record Created(AccessToken token, Secret secret) implements TokenCreated {}

  /** Nothing was made: it would have expired already. */
  record Expired() implements TokenCreated {}

  /**
   * Nothing was made.
   *
   * @param reason one sentence
   */
  record Refused(String reason) implements TokenCreated {}
}
