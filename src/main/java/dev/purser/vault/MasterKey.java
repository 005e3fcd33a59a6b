package dev.purser.vault;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.subtle.AesGcmJce;
import com.google.crypto.tink.util.SecretBytes;
import dev.purser.storage.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** The key that wraps the keyset: 32 random bytes, kept outside the database. */
final class MasterKey {
  private static final int BYTES = 32;
  private static final int MAX_FILE = 1_024;

  private MasterKey() {}

  /** The master key of the configuration, if there is one. */
  static Optional<Aead> find(VaultConfiguration configuration) {
    if (configuration.masterKey().isPresent()) {
      return Optional.of(
          read(configuration.masterKey().get().reveal(), "the setting PURSER_MASTER_KEY"));
    }
    Path file = configuration.masterKeyFile();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_FILE) {
        throw notAMasterKey("the file " + file);
      }
      Aead found = read(Files.readString(file, StandardCharsets.ISO_8859_1), "the file " + file);
      Optional<String> whyNot =
          configuration.allowOpenFile() ? Optional.empty() : OpenFiles.whyNot(file);
      if (whyNot.isPresent()) {
        throw new VaultException("the master key " + whyNot.get());
      }
      return Optional.of(found);
    } catch (IOException e) {
      throw new VaultException("the master key cannot be read from " + file);
    }
  }

  /** Makes a master key and its file, which must not exist. */
  static Aead make(Path file, SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    byte[] text =
        (Base64.getEncoder().encodeToString(bytes) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(text);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      // What is sealed under it must not outlive it in a power cut.
      channel.force(true);
    } catch (IOException e) {
      throw new VaultException("the master key cannot be written to " + file);
    }
    return aead(bytes);
  }

  private static Aead read(String text, String where) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      throw notAMasterKey(where);
    }
    if (bytes.length != BYTES) {
      throw notAMasterKey(where);
    }
    return aead(bytes);
  }

  private static VaultException notAMasterKey(String where) {
    return new VaultException(
        where
            + " holds no master key: that is 32 bytes in base64, as from openssl rand -base64 32;"
            + " put back the one that this database was first started with");
  }

  @AccessesPartialKey
  private static Aead aead(byte[] bytes) {
    try {
      return AesGcmJce.create(
          AesGcmKey.builder()
              .setParameters(
                  AesGcmParameters.builder()
                      .setKeySizeBytes(BYTES)
                      .setIvSizeBytes(12)
                      .setTagSizeBytes(16)
                      .setVariant(AesGcmParameters.Variant.NO_PREFIX)
                      .build())
              .setKeyBytes(SecretBytes.copyFrom(bytes, InsecureSecretKeyAccess.get()))
              .build());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not to be had", e);
    }
  }
}
