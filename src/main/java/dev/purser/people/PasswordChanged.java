package dev.purser.people;

/** What came of changing a password. */
public sealed interface PasswordChanged {
  /**
   * And every session of the user has ended.
   *
   * @param proof of the new password
   */
  record Changed(PasswordProof proof) implements PasswordChanged {}

  /** What was given as the present password is not. */
  record WrongPassword() implements PasswordChanged {}

  /**
   * The new password will not do.
   *
   * @param reason one sentence, without the password
   */
  record Refused(String reason) implements PasswordChanged {}
}
