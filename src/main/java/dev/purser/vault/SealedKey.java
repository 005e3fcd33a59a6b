package dev.purser.vault;

import java.util.Arrays;

/** A provider key's ciphertext. Opened only by the vault, for one call. */
public final class SealedKey {
  private final byte[] ciphertext;

  SealedKey(byte[] ciphertext) {
    this.ciphertext = ciphertext.clone();
  }

  byte[] ciphertext() {
    return ciphertext.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealedKey sealed && Arrays.equals(ciphertext, sealed.ciphertext);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ciphertext);
  }

  @Override
  public String toString() {
    return "[sealed]";
  }
}
