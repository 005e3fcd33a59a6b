package dev.purser.web;

import dev.purser.secret.Secret;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows that changes a password.
 *
 * @param email whose password
 * @param goodTokens how many access tokens the user has that scripts can use
 * @param revokeTokens whether they are to be revoked, too
 * @param changed whether it has just been changed
 * @param presentProblem one sentence; null if it is right, or was not looked at
 * @param nextProblem one sentence; null if it will do
 * @param againProblem one sentence; null if it is the same password
 */
public record PasswordForm(
    String email,
    long goodTokens,
    boolean revokeTokens,
    boolean changed,
    @Nullable String presentProblem,
    @Nullable String nextProblem,
    @Nullable String againProblem) {

  static PasswordForm empty(String email, long goodTokens, boolean changed) {
    return new PasswordForm(email, goodTokens, false, changed, null, null, null);
  }

  PasswordForm withPresentProblem(String sentence) {
    return new PasswordForm(
        email, goodTokens, revokeTokens, false, sentence, nextProblem, againProblem);
  }

  boolean good() {
    return presentProblem == null && nextProblem == null && againProblem == null;
  }

  /** Why a password that is typed a second time will not do; empty if it will. */
  static Optional<String> whyNotAgain(Secret password, Secret again) {
    return password.equals(again)
        ? Optional.empty()
        : Optional.of("This is not the same password.");
  }
}
