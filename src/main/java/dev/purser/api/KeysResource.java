package dev.purser.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import dev.purser.vault.KeySaved;
import dev.purser.vault.KeyVerified;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.ProviderKeys;
import dev.purser.vault.Vault;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Provider keys, masked. A key is saved only after its provider was asked about it. */
record KeysResource(Vault vault, ProviderKeys keys) {
  /** Longer than any provider's key, with a whole line of a shell script around it. */
  private static final int MAX_LENGTH = 4_096;

  /** A provider key as it is shown. */
  record KeyBody(
      String id,
      String provider,
      String maskedKey,
      String status,
      @Nullable String statusDetail,
      Instant verifiedAt,
      Instant createdAt) {

    static KeyBody of(ProviderKey key) {
      return new KeyBody(
          key.id(),
          key.provider().id(),
          key.maskedKey(),
          key.status().id(),
          key.statusDetail(),
          key.verifiedAt(),
          key.createdAt());
    }
  }

  /**
   * What was saved.
   *
   * @param newDefaultModel what became the default with the first key; null if nothing did
   */
  record SavedBody(@JsonUnwrapped KeyBody key, @Nullable String newDefaultModel) {
    static SavedBody of(KeySaved.Saved saved) {
      return new SavedBody(KeyBody.of(saved.key()), saved.newDefault());
    }
  }

  ApiAnswer list(ApiRequest request) {
    return ApiAnswer.ok(
        Page.whole(vault.find(request.spaceId()).stream().map(KeyBody::of).toList()));
  }

  ApiAnswer save(ApiRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return ApiAnswer.notFound("provider");
    }
    Secret pasted = request.body().secret("key", MAX_LENGTH);
    return switch (keys.save(request.spaceId(), provider.get(), pasted, null)) {
      case KeySaved.Saved saved -> ApiAnswer.ok(SavedBody.of(saved));
      case KeySaved.ChangedElsewhere _ ->
          throw new IllegalStateException("it replaces whichever key is saved");
      case KeySaved.Mistaken mistaken ->
          ApiAnswer.refused(ProblemCode.KEY_REJECTED, mistaken.reason());
      case KeySaved.Rejected rejected ->
          ApiAnswer.refused(ProblemCode.KEY_REJECTED, rejected.reason());
      case KeySaved.Busy busy -> ApiAnswer.refused(ProblemCode.OVERLOADED, busy.reason());
      case KeySaved.Unreachable unreachable ->
          ApiAnswer.refused(ProblemCode.PROVIDER_UNREACHABLE, unreachable.reason());
    };
  }

  ApiAnswer verify(ApiRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return ApiAnswer.notFound("API key");
    }
    return switch (keys.verify(request.spaceId(), provider.get())) {
      case KeyVerified.Asked asked -> ApiAnswer.ok(KeyBody.of(asked.key()));
      case KeyVerified.Missing _ -> ApiAnswer.notFound("API key");
      case KeyVerified.Busy busy -> ApiAnswer.refused(ProblemCode.OVERLOADED, busy.reason());
      case KeyVerified.Unreachable unreachable ->
          ApiAnswer.refused(ProblemCode.PROVIDER_UNREACHABLE, unreachable.reason());
    };
  }

  ApiAnswer delete(ApiRequest request) {
    boolean deleted =
        Provider.ofId(request.path("provider"))
            .filter(provider -> vault.delete(request.spaceId(), provider, null))
            .isPresent();
    return deleted ? ApiAnswer.done() : ApiAnswer.notFound("API key");
  }
}
