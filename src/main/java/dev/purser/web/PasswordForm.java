package dev.purser.web;

import dev.purser.secret.Secret;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows that changes a password.
 *
 * @param email whose password
 * @param changed whether it has just been changed
 * @param presentProblem one sentence; null if it is right, or was not looked at
 * @param nextProblem one sentence; null if it will do
 * @param againProblem one sentence; null if it is the same password
 */
public record PasswordForm(
    String email,
    boolean changed,
    @Nullable String presentProblem,
    @Nullable String nextProblem,
    @Nullable String againProblem) {

  static PasswordForm empty(String email, boolean changed) {
    return new PasswordForm(email, changed, null, null, null);
  }

  PasswordForm withPresentProblem(String sentence) {
    return new PasswordForm(email, false, sentence, nextProblem, againProblem);
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
