package dev.purser.web;

import dev.purser.vault.Vault;
import java.util.Optional;

/**
 * A browser in which a user has signed in before: told by a cookie that only this installation can
 * make. It lets nobody in; it is only not counted among strangers who try passwords.
 *
 * @param id of this browser, at random
 */
record KnownBrowser(String id, String userId) {
  static final String COOKIE = "purser_browser";

  private static final String PURPOSE = "known browser";

  /** What is in the cookie; empty for whatever is not of our making. */
  static Optional<KnownBrowser> of(Vault vault, String cookie) {
    return vault
        .unseal(PURPOSE, cookie)
        .map(text -> text.split(" ", -1))
        .filter(parts -> parts.length == 2)
        .map(parts -> new KnownBrowser(parts[0], parts[1]));
  }

  String cookie(Vault vault) {
    return vault.seal(PURPOSE, id + " " + userId);
  }
}
