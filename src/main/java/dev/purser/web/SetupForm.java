package dev.purser.web;

import dev.purser.secret.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows that makes the first user.
 *
 * @param link the secret of the link that led here
 * @param email as typed
 * @param emailProblem one sentence; null if it will do
 * @param passwordProblem one sentence; null if it will do
 * @param againProblem one sentence; null if it is the same password
 */
public record SetupForm(
    Secret link,
    String email,
    @Nullable String emailProblem,
    @Nullable String passwordProblem,
    @Nullable String againProblem) {

  static SetupForm empty(Secret link) {
    return new SetupForm(link, "", null, null, null);
  }

  boolean good() {
    return emailProblem == null && passwordProblem == null && againProblem == null;
  }
}
