package dev.purser.vault;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.Configuration;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What provider keys are sealed under. It lies in the database, wrapped by the master key, so that
 * neither the database alone nor the master key alone opens anything, and either can be changed
 * without sealing every provider key again.
 *
 * @param installationId of this database
 */
record Keyset(String installationId, Aead aead) {
  private static final Configuration TINK = AeadConfig2026.get();

  private record Wrapped(String installationId, String keyset) {}

  /** Unwraps the keyset of the database; makes it, and if need be a master key, the first time. */
  static Keyset open(
      Database database,
      VaultConfiguration configuration,
      Ids ids,
      InstantSource clock,
      SecureRandom random) {
    Optional<Wrapped> wrapped = database.read(Keyset::find);
    Optional<Aead> masterKey = MasterKey.find(configuration);
    if (wrapped.isPresent()) {
      return unwrap(
          wrapped.get(),
          masterKey.orElseThrow(() -> unfit("the master key is missing", configuration)),
          configuration);
    }
    Aead present = masterKey.orElseGet(() -> MasterKey.make(configuration.masterKeyFile(), random));
    Wrapped fresh = make(ids.next(), present);
    // Another process may have been first; then its keyset counts.
    return unwrap(
        database.write(handle -> insert(handle, fresh, clock.millis())), present, configuration);
  }

  private static Optional<Wrapped> find(Handle handle) {
    return handle
        .createQuery("SELECT installation_id, wrapped_keyset FROM installation")
        .map(row ->
            new Wrapped(
                row.getColumn("installation_id", String.class),
                row.getColumn("wrapped_keyset", String.class)))
        .findOne();
  }

  private static Wrapped insert(Handle handle, Wrapped fresh, long nowMillis) {
    handle
        .createUpdate(
            """
            INSERT INTO installation (one, installation_id, wrapped_keyset, created_at)
            VALUES (1, :id, :keyset, :now)
            ON CONFLICT (one) DO NOTHING
            """)
        .bind("id", fresh.installationId())
        .bind("keyset", fresh.keyset())
        .bind("now", nowMillis)
        .execute();
    return find(handle).orElseThrow();
  }

  private static Wrapped make(String installationId, Aead masterKey) {
    try {
      KeysetHandle handle = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, TINK);
      return new Wrapped(
          installationId,
          TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
              handle, masterKey, boundTo(installationId), TINK));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a keyset cannot be made", e);
    }
  }

  private static Keyset unwrap(Wrapped wrapped, Aead masterKey, VaultConfiguration configuration) {
    try {
      KeysetHandle handle =
          TinkJsonProtoKeysetFormat.parseEncryptedKeyset(
              wrapped.keyset(), masterKey, boundTo(wrapped.installationId()), TINK);
      return new Keyset(wrapped.installationId(), handle.getPrimitive(TINK, Aead.class));
    } catch (GeneralSecurityException e) {
      throw unfit("the master key does not fit this database", configuration);
    }
  }

  private static VaultException unfit(String what, VaultConfiguration configuration) {
    return new VaultException(
        what
            + ": put back the file "
            + configuration.masterKeyFile()
            + ", or set PURSER_MASTER_KEY, as they were when this database was first started");
  }

  private static byte[] boundTo(String installationId) {
    return ("keyset\n" + installationId).getBytes(StandardCharsets.UTF_8);
  }
}
