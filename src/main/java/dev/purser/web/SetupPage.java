package dev.purser.web;

import dev.purser.people.UserAdded;
import dev.purser.people.Users;
import dev.purser.secret.Secret;
import java.util.Optional;

/** Makes the first user, for whoever has the link that the server printed. */
record SetupPage(WebParts parts, Visitors visitors) {
  Reply show(PageRequest request) {
    Secret link = Secret.of(request.query(SignInLinks.PARAMETER).orElse(""));
    return refused(request, link)
        .orElseGet(() -> Reply.page("setup.jte", request.frame(), SetupForm.empty(link)));
  }

  Reply setUp(PageRequest request) {
    Secret link = request.form().secret(SignInLinks.PARAMETER);
    Optional<Reply> refused = refused(request, link);
    if (refused.isPresent()) {
      return refused.get();
    }
    String email = request.form().text("email");
    Secret password = request.form().secret("password");
    SetupForm typed =
        new SetupForm(
            link,
            email,
            Users.whyNotEmail(email).orElse(null),
            Users.whyNotPassword(password).orElse(null),
            PasswordForm.whyNotAgain(password, request.form().secret("again")).orElse(null));
    if (!typed.good()) {
      return Reply.page(422, "setup.jte", request.frame(), typed);
    }
    return parts
        .users()
        .addFirst(email, password)
        .map(added ->
            switch (added) {
              case UserAdded.Added(var user) -> visitors.signIn(request, user.id(), "/");
              case UserAdded.Refused _, UserAdded.EmailTaken _ ->
                  throw new IllegalStateException("not refused before, nor anybody's: " + added);
            })
        .orElseGet(SetupPage::done);
  }

  private Optional<Reply> refused(PageRequest request, Secret link) {
    if (!parts.users().none()) {
      return Optional.of(done());
    }
    return parts.signInLinks().opensSetup(link)
        ? Optional.empty()
        : Optional.of(
            Reply.message(
                403,
                request.frame(),
                "Not the link to set Purser up",
                "Open the one that Purser printed when it last started: every start makes a new"
                    + " one."));
  }

  private static Reply done() {
    return Reply.redirect(SignInForm.Notice.SET_UP.path());
  }
}
