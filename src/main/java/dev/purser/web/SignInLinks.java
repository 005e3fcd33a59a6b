package dev.purser.web;

import dev.purser.people.Credential;
import dev.purser.people.OneTimeLinks;
import dev.purser.secret.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Links that the server prints for whoever started it: one to make the first user, in memory, so
 * that it is good in the process that printed it; others that sign a user in once.
 */
public final class SignInLinks {
  static final String PATH = OneTimeLinks.PATH;
  static final String PARAMETER = OneTimeLinks.PARAMETER;
  static final String SETUP_PATH = "/setup";

  private static final int BYTES = 32;

  private final OneTimeLinks links;
  private final SecureRandom random;
  private final AtomicReference<String> setupHash = new AtomicReference<>("");

  public SignInLinks(OneTimeLinks links, SecureRandom random) {
    this.links = links;
    this.random = random;
  }

  /** Makes a link for this user: its path and query, to be put after the public URL. */
  public String make(String userId) {
    return links.make(userId);
  }

  /**
   * Makes the link to where the first user is made, in place of an earlier one. It works as long as
   * there is no user, so whoever uses it asks for that.
   */
  public String makeSetup() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    Secret link = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    setupHash.set(hash(link));
    return SETUP_PATH + "?" + PARAMETER + "=" + link.reveal();
  }

  /** Uses a link up. Of several that try at once, one gets the user. */
  Optional<String> take(Secret link) {
    return links.take(link);
  }

  /** Whether this is the link to set Purser up. */
  boolean opensSetup(Secret link) {
    return setupHash.get().equals(hash(link));
  }

  private static String hash(Secret link) {
    return Credential.hash(link.reveal());
  }
}
