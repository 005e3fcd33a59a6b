package dev.purser.web;

import dev.purser.secret.Secret;
import java.util.Optional;

/** Signing in, by a link that the server printed. */
record SignInPage(WebParts parts, Visitors visitors) {
  Reply show(PageRequest request) {
    Optional<Secret> link = request.query(SignInLinks.PARAMETER).map(Secret::of);
    if (link.isEmpty()) {
      return Reply.page("signIn.jte", request.frame(), false);
    }
    return link.flatMap(parts.signInLinks()::take)
        .<Reply>map(
            userId -> new Reply.Redirect("/", visitors.signedIn(parts.sessions().open(userId))))
        .orElseGet(() -> Reply.page(403, "signIn.jte", request.frame(), true));
  }
}
