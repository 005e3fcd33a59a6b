package dev.purser.vault;

import dev.purser.people.Spaces;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.ListedModel;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.Rows;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/**
 * Keeps provider keys sealed: each is bound to its installation, space, provider and row, so that
 * moved elsewhere it does not open. A key that cannot be opened reads as {@code UNREADABLE},
 * whatever its row says.
 */
public final class Vault {
  private static final int CHECK_PAGE = 500;

  private final Database database;
  private final Ids ids;
  private final InstantSource clock;
  private final Keyset keyset;
  private final RowViewMapper<ProviderKey> providerKey = this::providerKey;

  private Vault(Database database, Ids ids, InstantSource clock, Keyset keyset) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
    this.keyset = keyset;
  }

  /**
   * Unwraps the keyset of this database, or makes one at the first start.
   *
   * @throws VaultException if the master key does not fit, is missing or malformed: the message is
   *     the one line that the user sees
   */
  public static Vault open(
      Database database,
      VaultConfiguration configuration,
      Ids ids,
      InstantSource clock,
      SecureRandom random) {
    return new Vault(
        database, ids, clock, Keyset.open(database, configuration, ids, clock, random));
  }

  /** Seals a key that the provider took, in place of the space's older one, whichever it is. */
  public ProviderKey save(
      String spaceId, Provider provider, Secret key, KeyCheckResult.Usable checked) {
    return save(spaceId, provider, key, checked, null).orElseThrow();
  }

  /**
   * The same, if the older one is the one that somebody saw.
   *
   * @param seenId the id of the key that they saw; empty for none, null for whichever it is
   * @return empty if another one is saved by now, or none any more; nothing was changed then
   */
  public Optional<ProviderKey> save(
      String spaceId,
      Provider provider,
      Secret key,
      KeyCheckResult.Usable checked,
      @Nullable String seenId) {
    Instant now = Instant.ofEpochMilli(clock.millis());
    String id = ids.next();
    ProviderKey saved =
        new ProviderKey(
            spaceId,
            provider,
            id,
            key.masked(),
            seal(key, spaceId, provider, id),
            status(checked),
            detail(checked),
            now,
            now);
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      if (seenId != null && !seenId.equals(idOf(handle, spaceId, provider).orElse(""))) {
        return Optional.empty();
      }
      deleteRows(handle, spaceId, provider);
      handle
          .createUpdate(
              """
              INSERT INTO provider_keys (space_id, provider, provider_key_id, masked, sealed,
                status, status_detail, verified_at, created_at)
              VALUES (:space, :provider, :id, :masked, :sealed, :status, :detail, :now, :now)
              """)
          .bind("space", spaceId)
          .bind("provider", provider.id())
          .bind("id", id)
          .bind("masked", saved.maskedKey())
          .bind("sealed", saved.sealedKey().ciphertext())
          .bind("status", saved.status().id())
          .bind("detail", saved.statusDetail())
          .bind("now", now.toEpochMilli())
          .execute();
      ListedModels.insert(handle, spaceId, provider, checked.models());
      return Optional.of(saved);
    });
  }

  /** The space's keys, at most one for each provider. */
  public List<ProviderKey> find(String spaceId) {
    return database.read(handle ->
        handle
            .createQuery("SELECT * FROM provider_keys WHERE space_id = :space ORDER BY provider")
            .bind("space", spaceId)
            .map(providerKey)
            .list());
  }

  /** The same, each with what its provider listed for it. */
  public List<SavedKey> savedKeys(String spaceId) {
    Map<Provider, ProviderKey> keys = new EnumMap<>(Provider.class);
    Map<Provider, List<ListedModel>> models = new EnumMap<>(Provider.class);
    database.read(handle ->
        handle
            .createQuery(ListedModels.WITH_KEYS)
            .bind("space", spaceId)
            .reduceRows(
                keys,
                (found, row) -> {
                  Provider provider =
                      Provider.ofId(row.getColumn("provider", String.class)).orElseThrow();
                  found.computeIfAbsent(provider, ignored -> providerKey(row));
                  ListedModels.listed(row)
                      .ifPresent(model ->
                          models
                              .computeIfAbsent(provider, ignored -> new ArrayList<>())
                              .add(model));
                  return found;
                }));
    return keys.values().stream()
        .map(key -> new SavedKey(key, models.getOrDefault(key.provider(), List.of())))
        .toList();
  }

  /** The space's key for a provider. */
  public Optional<ProviderKey> find(String spaceId, Provider provider) {
    return find(spaceId).stream().filter(key -> key.provider() == provider).findFirst();
  }

  /** Opens a key for one call, in microseconds; empty if it is unreadable. */
  public Optional<Secret> open(ProviderKey key) {
    return unseal(key.sealedKey(), key.spaceId(), key.provider(), key.id());
  }

  /**
   * Deletes the key and what the provider listed for it.
   *
   * @param seenId the id of the key that is meant; null for whichever it is
   * @return false if there is no such key
   */
  public boolean delete(String spaceId, Provider provider, @Nullable String seenId) {
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      Optional<String> savedId = idOf(handle, spaceId, provider);
      return savedId.isPresent()
          && (seenId == null || seenId.equals(savedId.get()))
          && deleteRows(handle, spaceId, provider);
    });
  }

  /**
   * The provider refused a key, on a live call or when asked about it.
   *
   * @param detail what the provider said, in one sentence without any part of the key
   * @return whether that very key is still the saved one and was not rejected before
   */
  public boolean rejected(String spaceId, String providerKeyId, String detail, Instant when) {
    return database.write(handle -> {
      // A program that keeps calling with a dead key must not move the revision every time.
      if (isRejected(handle, spaceId, providerKeyId).orElse(true)) {
        return false;
      }
      Spaces.touch(handle, spaceId);
      return setStatus(handle, spaceId, providerKeyId, ProviderKey.Status.REJECTED, detail, when);
    });
  }

  /**
   * The provider took a key on a live call that it had refused before.
   *
   * @return whether that very key is still the saved one and was rejected until now
   */
  public boolean accepted(String spaceId, String providerKeyId, Instant when) {
    return database.write(handle -> {
      if (!isRejected(handle, spaceId, providerKeyId).orElse(false)) {
        return false;
      }
      Spaces.touch(handle, spaceId);
      return setStatus(handle, spaceId, providerKeyId, ProviderKey.Status.VALID, null, when);
    });
  }

  /**
   * The provider was asked about a saved key again, and took it.
   *
   * @return whether that very key is still the saved one
   */
  public boolean verified(
      String spaceId, String providerKeyId, KeyCheckResult.Usable checked, Instant when) {
    return database.write(handle -> {
      Spaces.touch(handle, spaceId);
      Optional<Provider> provider = providerOf(handle, spaceId, providerKeyId);
      provider.ifPresent(of -> {
        setStatus(handle, spaceId, providerKeyId, status(checked), detail(checked), when);
        ListedModels.delete(handle, spaceId, of);
        ListedModels.insert(handle, spaceId, of, checked.models());
      });
      return provider.isPresent();
    });
  }

  /** What the providers listed for the space's keys when they were last verified, newest first. */
  public List<UsableModel> models(String spaceId) {
    return database.read(handle -> ListedModels.find(handle, spaceId));
  }

  /** A model that a key of the space can use. */
  public record UsableModel(Provider provider, ListedModel listed) {}

  /** Opens every key of every space. */
  public Check check() {
    long opened = 0;
    List<ProviderKey> unreadable = new ArrayList<>();
    List<ProviderKey> page = page("", "");
    while (!page.isEmpty()) {
      for (ProviderKey key : page) {
        if (key.status() == ProviderKey.Status.UNREADABLE) {
          unreadable.add(key);
        } else {
          opened++;
        }
      }
      page = page(page.getLast().spaceId(), page.getLast().provider().id());
    }
    return new Check(opened, unreadable);
  }

  /**
   * What {@link #check} found.
   *
   * @param opened how many keys could be opened
   * @param unreadable those that could not
   */
  public record Check(long opened, List<ProviderKey> unreadable) {}

  private List<ProviderKey> page(String afterSpaceId, String afterProvider) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM provider_keys
                WHERE (space_id, provider) > (:space, :provider)
                ORDER BY space_id, provider LIMIT :most
                """)
            .bind("space", afterSpaceId)
            .bind("provider", afterProvider)
            .bind("most", CHECK_PAGE)
            .map(providerKey)
            .list());
  }

  private ProviderKey providerKey(RowView row) {
    String spaceId = row.getColumn("space_id", String.class);
    Provider provider = Provider.ofId(row.getColumn("provider", String.class)).orElseThrow();
    String id = row.getColumn("provider_key_id", String.class);
    SealedKey sealed = new SealedKey(row.getColumn("sealed", byte[].class));
    boolean readable = unseal(sealed, spaceId, provider, id).isPresent();
    return new ProviderKey(
        spaceId,
        provider,
        id,
        row.getColumn("masked", String.class),
        sealed,
        readable
            ? ProviderKey.Status.ofId(row.getColumn("status", String.class)).orElseThrow()
            : ProviderKey.Status.UNREADABLE,
        readable
            ? row.getColumn("status_detail", String.class)
            : "It cannot be opened with this installation's keyset: save it again.",
        Rows.instant(row, "verified_at"),
        Rows.instant(row, "created_at"));
  }

  private SealedKey seal(Secret key, String spaceId, Provider provider, String id) {
    byte[] clear = key.reveal().getBytes(StandardCharsets.UTF_8);
    try {
      return new SealedKey(keyset.aead().encrypt(clear, boundTo(spaceId, provider, id)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a provider key cannot be sealed", e);
    } finally {
      Arrays.fill(clear, (byte) 0);
    }
  }

  private Optional<Secret> unseal(SealedKey sealed, String spaceId, Provider provider, String id) {
    try {
      byte[] clear = keyset.aead().decrypt(sealed.ciphertext(), boundTo(spaceId, provider, id));
      Secret key = Secret.of(new String(clear, StandardCharsets.UTF_8));
      Arrays.fill(clear, (byte) 0);
      return Optional.of(key);
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  /**
   * Seals a text that is no key, so that only this installation can open it, and only for the same
   * purpose.
   */
  public String seal(String purpose, String text) {
    try {
      byte[] sealed =
          keyset.aead().encrypt(text.getBytes(StandardCharsets.UTF_8), boundTo(purpose));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a text cannot be sealed", e);
    }
  }

  /** What was sealed for this purpose; empty for everything else. */
  public Optional<String> unseal(String purpose, String sealed) {
    try {
      byte[] text = keyset.aead().decrypt(Base64.getUrlDecoder().decode(sealed), boundTo(purpose));
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private byte[] boundTo(String purpose) {
    return String.join("\n", purpose, keyset.installationId()).getBytes(StandardCharsets.UTF_8);
  }

  /** Identifiers hold no line break, so that no two rows are bound to the same bytes. */
  private byte[] boundTo(String spaceId, Provider provider, String id) {
    return String.join("\n", "provider key", keyset.installationId(), spaceId, provider.id(), id)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static ProviderKey.Status status(KeyCheckResult.Usable checked) {
    return switch (checked) {
      case KeyCheckResult.Valid valid -> ProviderKey.Status.VALID;
      case KeyCheckResult.Restricted restricted -> ProviderKey.Status.RESTRICTED;
    };
  }

  private static @Nullable String detail(KeyCheckResult.Usable checked) {
    return switch (checked) {
      case KeyCheckResult.Valid valid -> null;
      case KeyCheckResult.Restricted restricted -> restricted.detail();
    };
  }

  /** Of the key that is saved for a provider. */
  private static Optional<String> idOf(Handle handle, String spaceId, Provider provider) {
    return handle
        .createQuery(
            """
            SELECT provider_key_id FROM provider_keys
            WHERE space_id = :space AND provider = :provider
            """)
        .bind("space", spaceId)
        .bind("provider", provider.id())
        .mapTo(String.class)
        .findOne();
  }

  private static Optional<Provider> providerOf(
      Handle handle, String spaceId, String providerKeyId) {
    return handle
        .createQuery(
            """
            SELECT provider FROM provider_keys
            WHERE space_id = :space AND provider_key_id = :id
            """)
        .bind("space", spaceId)
        .bind("id", providerKeyId)
        .mapTo(String.class)
        .findOne()
        .flatMap(Provider::ofId);
  }

  /** Empty if that very key is no longer the saved one. */
  private static Optional<Boolean> isRejected(Handle handle, String spaceId, String providerKeyId) {
    return handle
        .createQuery(
            """
            SELECT status FROM provider_keys
            WHERE space_id = :space AND provider_key_id = :id
            """)
        .bind("space", spaceId)
        .bind("id", providerKeyId)
        .mapTo(String.class)
        .findOne()
        .map(ProviderKey.Status.REJECTED.id()::equals);
  }

  private static boolean setStatus(
      Handle handle,
      String spaceId,
      String providerKeyId,
      ProviderKey.Status status,
      @Nullable String detail,
      Instant when) {
    return handle
            .createUpdate(
                """
                UPDATE provider_keys
                SET status = :status, status_detail = :detail, verified_at = :when
                WHERE space_id = :space AND provider_key_id = :id
                """)
            .bind("status", status.id())
            .bind("detail", detail)
            .bind("when", when.toEpochMilli())
            .bind("space", spaceId)
            .bind("id", providerKeyId)
            .execute()
        == 1;
  }

  private static boolean deleteRows(Handle handle, String spaceId, Provider provider) {
    ListedModels.delete(handle, spaceId, provider);
    return handle
            .createUpdate(
                "DELETE FROM provider_keys WHERE space_id = :space AND provider = :provider")
            .bind("space", spaceId)
            .bind("provider", provider.id())
            .execute()
        == 1;
  }
}
