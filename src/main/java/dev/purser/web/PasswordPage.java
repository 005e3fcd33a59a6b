package dev.purser.web;

import dev.purser.people.PasswordChanged;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Changes the password of whoever is signed in and knows the present one. */
record PasswordPage(WebParts parts, Visitors visitors, PasswordAttempts attempts) {
  private static final String PATH = "/password";

  Reply show(PageRequest request) {
    return page(
        200,
        request,
        PasswordForm.empty(
            request.user().email(), goodTokens(request), request.query("changed").isPresent()));
  }

  private long goodTokens(PageRequest request) {
    Instant now = parts.clock().instant();
    return parts.accessTokens().list(request.spaceId()).stream()
        .filter(token -> token.userId().equals(request.user().id()) && token.good(now))
        .count();
  }

  Reply change(PageRequest request) {
    String email = request.user().email();
    Secret next = request.form().secret("next");
    PasswordForm typed =
        new PasswordForm(
            email,
            goodTokens(request),
            request.form().has("tokens"),
            false,
            null,
            Users.whyNotPassword(next).orElse(null),
            PasswordForm.whyNotAgain(next, request.form().secret("again")).orElse(null));
    if (!typed.good()) {
      return page(422, request, typed);
    }
    String browser = visitors.browserOf(request, email);
    Optional<Duration> wait = attempts.begin(email, request.clientAddress(), browser);
    if (wait.isPresent()) {
      return page(
          429,
          request,
          typed.withPresentProblem(
              "Too many attempts. Try again " + SignInForm.in(wait.get()) + "."));
    }
    Secret present = request.form().secret("present");
    return switch (parts
        .users()
        .changePassword(request.user().id(), present, next, typed.revokeTokens())) {
      case PasswordChanged.Changed(var proof) -> {
        attempts.succeeded(email, request.clientAddress(), browser);
        // Empty if somebody has changed it once more already, and so ended all sessions.
        yield visitors
            .signIn(request, proof, PATH + "?changed=yes")
            .orElseGet(() -> Reply.redirect(SignInForm.path(null, PATH)));
      }
      case PasswordChanged.WrongPassword _ ->
          page(422, request, typed.withPresentProblem("This is not your present password."));
      case PasswordChanged.Refused refused ->
          throw new IllegalStateException("not refused before: " + refused);
    };
  }

  private static Reply page(int status, PageRequest request, PasswordForm form) {
    return Reply.page(status, "password.jte", request.frame(), form);
  }
}
