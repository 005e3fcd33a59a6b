package dev.purser.people;

import dev.purser.secret.Secret;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.jdbi.v3.core.Handle;

/**
 * A secret that Purser makes itself: a virtual key or an access token. Its text is a prefix of four
 * characters, 256 random bits in 43 characters of base 62, and six more that are the CRC-32 of all
 * before them. So scanners can find leaked ones, and any single wrong character or swapped pair is
 * told from a secret that was revoked. Only its hash is kept.
 */
public final class Credential {
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final BigInteger BASE = BigInteger.valueOf(ALPHABET.length());
  private static final int PREFIX_LENGTH = 4;
  private static final int RANDOM_BYTES = 32;
  private static final int RANDOM_LENGTH = 43;
  private static final int CHECKSUM_LENGTH = 6;
  private static final int LENGTH = PREFIX_LENGTH + RANDOM_LENGTH + CHECKSUM_LENGTH;

  private Credential() {}

  /** What a secret is good for. */
  public enum Kind {
    /** An agent's: calls models, nothing else. */
    VIRTUAL_KEY("psr_", "virtual_key"),
    /** A script's: manages Purser, calls no models. */
    ACCESS_TOKEN("pst_", "access_token");

    private final String prefix;
    private final String id;

    Kind(String prefix, String id) {
      this.prefix = prefix;
      this.id = id;
    }

    /** What every secret of this kind begins with. */
    public String prefix() {
      return prefix;
    }

    /** As table {@code credentials} writes it. */
    public String id() {
      return id;
    }
  }

  /** A new secret, to be shown once. */
  public static Secret make(Kind kind, SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String unchecked = kind.prefix() + base62(new BigInteger(1, bytes), RANDOM_LENGTH);
    return Secret.of(unchecked + checksum(unchecked));
  }

  /** Whether a text has the form of this kind, right checksum included. */
  public static boolean wellFormed(Kind kind, String text) {
    if (text.length() != LENGTH || !text.startsWith(kind.prefix())) {
      return false;
    }
    int end = LENGTH - CHECKSUM_LENGTH;
    return text.substring(end).equals(checksum(text.substring(0, end)));
  }

  /**
   * What is kept of a secret, and what a presented one is looked up by: SHA-256 of the whole text,
   * in hexadecimal. No salt and no slow hash are needed for 256 random bits.
   */
  public static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Makes a new secret known by its hash, in the transaction that stores whose it is. */
  public static void insert(
      Handle handle, Secret secret, Kind kind, String spaceId, String credentialId) {
    handle
        .createUpdate(
            """
            INSERT INTO credentials (hash, kind, space_id, id)
            VALUES (:hash, :kind, :space, :id)
            """)
        .bind("hash", hash(secret.reveal()))
        .bind("kind", kind.id())
        .bind("space", spaceId)
        .bind("id", credentialId)
        .execute();
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return base62(BigInteger.valueOf(crc.getValue()), CHECKSUM_LENGTH);
  }

  private static String base62(BigInteger number, int length) {
    char[] digits = new char[length];
    BigInteger rest = number;
    for (int i = length - 1; i >= 0; i--) {
      BigInteger[] divided = rest.divideAndRemainder(BASE);
      digits[i] = ALPHABET.charAt(divided[1].intValue());
      rest = divided[0];
    }
    return new String(digits);
  }
}
