package dev.purser.web;

import dev.purser.people.PasswordProof;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import java.time.Duration;
import java.util.Optional;

/** Signing in, by e-mail and password or by a link that the server printed; and out again. */
record SignInPage(WebParts parts, Visitors visitors, PasswordAttempts attempts) {
  Reply show(PageRequest request) {
    Optional<Secret> link = request.query(SignInLinks.PARAMETER).map(Secret::of);
    if (link.isPresent()) {
      return byLink(request, link.get());
    }
    String to = LocalPath.of(request.query("to").orElse("/")).orElse("/");
    if (request.visitor().isPresent()) {
      return Reply.redirect(to);
    }
    SignInForm.Notice notice = SignInForm.Notice.ofId(request.query("notice"));
    SignInForm empty = empty(to);
    return page(200, request, notice == null ? empty : empty.with(notice));
  }

  Reply signIn(PageRequest request) {
    String email = request.form().text("email");
    String to = LocalPath.of(request.form().text("to")).orElse("/");
    if (Users.whyNotEmail(email).isPresent()) {
      // Nobody's, so nothing to guess and nothing to count.
      return wrong(request, email, to);
    }
    String browser = visitors.browserOf(request, email);
    Optional<Duration> wait = attempts.begin(email, request.clientAddress(), browser);
    if (wait.isPresent()) {
      return page(
          429,
          request,
          empty(to)
              .refused(email, "Too many attempts. Try again " + SignInForm.in(wait.get()) + "."));
    }
    Optional<PasswordProof> proof = parts.users().signIn(email, request.form().secret("password"));
    Optional<Reply> signedIn = proof.flatMap(known -> visitors.signIn(request, known, to));
    if (signedIn.isEmpty()) {
      // Only who knows the password is told.
      return proof.filter(known -> parts.users().disabled(known.userId())).isPresent()
          ? page(
              403,
              request,
              empty(to)
                  .refused(
                      email, "This user is disabled. Ask whoever runs this Purser to enable it."))
          : wrong(request, email, to);
    }
    attempts.succeeded(email, request.clientAddress(), browser);
    return signedIn.get();
  }

  private Reply wrong(PageRequest request, String email, String to) {
    return page(
        422,
        request,
        empty(to).refused(email, "This e-mail and this password do not belong together."));
  }

  Reply signOut(PageRequest request) {
    return visitors.signOut(request, SignInForm.Notice.SIGNED_OUT.path());
  }

  Reply signOutEverywhere(PageRequest request) {
    parts.sessions().closeAll(request.user().id());
    return visitors.signOut(request, SignInForm.Notice.SIGNED_OUT_EVERYWHERE.path());
  }

  private Reply byLink(PageRequest request, Secret link) {
    return parts
        .signInLinks()
        .take(link)
        .map(userId -> visitors.signIn(request, userId, "/"))
        .orElseGet(() -> page(403, request, empty("/").with(SignInForm.Notice.LINK_SPENT)));
  }

  private SignInForm empty(String to) {
    return new SignInForm(
        parts.address().url().getAuthority(), to, "", null, null, parts.users().none());
  }

  private static Reply page(int status, PageRequest request, SignInForm form) {
    return Reply.page(status, "signIn.jte", request.frame(), form);
  }
}
