package dev.purser.api;

import dev.purser.pricing.Provider;
import dev.purser.vault.CheckedKeys;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Provider keys, masked. A key is saved only after its provider was asked about it. */
record KeysResource(Vault vault, CheckedKeys keys) {
  /** Longer than any provider's key, with a whole line of a shell script around it. */
  private static final int MOST_CHARACTERS = 4_096;

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

  ApiAnswer list(ApiRequest request) {
    return ApiAnswer.ok(
        Page.whole(vault.find(request.spaceId()).stream().map(KeyBody::of).toList()));
  }

  ApiAnswer save(ApiRequest request) {
    Optional<Provider> provider = Provider.ofId(request.path("provider"));
    if (provider.isEmpty()) {
      return ApiAnswer.notFound("provider");
    }
    return answer(
        keys.save(
            request.spaceId(), provider.get(), request.body().secret("key", MOST_CHARACTERS)));
  }

  ApiAnswer verify(ApiRequest request) {
    return Provider.ofId(request.path("provider"))
        .map(provider -> answer(keys.verify(request.spaceId(), provider)))
        .orElseGet(() -> ApiAnswer.notFound("API key"));
  }

  private static ApiAnswer answer(CheckedKeys.Outcome outcome) {
    return switch (outcome) {
      case CheckedKeys.Outcome.Kept kept -> ApiAnswer.ok(KeyBody.of(kept.key()));
      case CheckedKeys.Outcome.Refused refused ->
          ApiAnswer.refused(ProblemCode.KEY_REJECTED, refused.reason());
      case CheckedKeys.Outcome.Unreachable silent ->
          ApiAnswer.refused(ProblemCode.PROVIDER_UNREACHABLE, silent.reason());
      case CheckedKeys.Outcome.Missing _ -> ApiAnswer.notFound("API key");
    };
  }

  ApiAnswer delete(ApiRequest request) {
    boolean deleted =
        Provider.ofId(request.path("provider"))
            .filter(provider -> vault.delete(request.spaceId(), provider))
            .isPresent();
    return deleted ? ApiAnswer.done() : ApiAnswer.notFound("API key");
  }
}
