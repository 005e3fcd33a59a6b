package dev.purser.people;

/** What came of adding a user. */
public sealed interface UserAdded {
  record Added(User user) implements UserAdded {}

  /** Somebody with this e-mail exists. */
  record EmailTaken(String email) implements UserAdded {}

  /**
   * The e-mail or the password will not do.
   *
   * @param reason one sentence, without the password
   */
  record Refused(String reason) implements UserAdded {}
}
