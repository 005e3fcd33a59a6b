package dev.purser.vault;

/**
 * The vault cannot be used with this master key. The message is the one line that the user sees.
 */
public final class VaultException extends RuntimeException {
  public VaultException(String message) {
    super(message);
  }
}
