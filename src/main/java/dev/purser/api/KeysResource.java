package dev.purser.api;

import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.KeyInput;
import dev.purser.secret.Secret;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Provider keys, masked. A key is saved only after its provider was asked about it. */
record KeysResource(Vault vault, KeyCheck keyCheck, InstantSource clock) {
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
    Secret text = request.body().secret("key", MOST_CHARACTERS);
    return switch (KeyInput.recognise(provider.get(), text.reveal())) {
      case KeyInput.Mistaken mistaken ->
          ApiAnswer.refused(ProblemCode.KEY_REJECTED, mistaken.reason());
      case KeyInput.Plausible plausible ->
          check(request.spaceId(), provider.get(), plausible.providerKey());
    };
  }

  private ApiAnswer check(String spaceId, Provider provider, Secret providerKey) {
    return switch (keyCheck.check(provider, providerKey)) {
      case KeyCheckResult.Usable usable ->
          ApiAnswer.ok(KeyBody.of(vault.save(spaceId, provider, providerKey, usable)));
      case KeyCheckResult.Rejected rejected ->
          ApiAnswer.refused(ProblemCode.KEY_REJECTED, rejected.reason());
      case KeyCheckResult.Unreachable unreachable ->
          ApiAnswer.refused(ProblemCode.PROVIDER_UNREACHABLE, unreachable.reason());
    };
  }

  ApiAnswer verify(ApiRequest request) {
    Optional<ProviderKey> key = saved(request);
    if (key.isEmpty()) {
      return ApiAnswer.notFound("API key");
    }
    Optional<Secret> opened = vault.open(key.get());
    if (opened.isEmpty()) {
      // Its state says so already, and no provider could say more.
      return ApiAnswer.ok(KeyBody.of(key.get()));
    }
    ProviderKey asked = key.get();
    switch (keyCheck.check(asked.provider(), opened.get())) {
      case KeyCheckResult.Usable usable ->
          vault.verified(asked.spaceId(), asked.id(), usable, clock.instant());
      case KeyCheckResult.Rejected rejected ->
          vault.rejected(asked.spaceId(), asked.id(), rejected.reason(), clock.instant());
      case KeyCheckResult.Unreachable unreachable -> {
        return ApiAnswer.refused(ProblemCode.PROVIDER_UNREACHABLE, unreachable.reason());
      }
    }
    return saved(request)
        .map(now -> ApiAnswer.ok(KeyBody.of(now)))
        .orElseGet(() -> ApiAnswer.notFound("API key"));
  }

  ApiAnswer delete(ApiRequest request) {
    boolean deleted =
        Provider.ofId(request.path("provider"))
            .filter(provider -> vault.delete(request.spaceId(), provider))
            .isPresent();
    return deleted ? ApiAnswer.done() : ApiAnswer.notFound("API key");
  }

  private Optional<ProviderKey> saved(ApiRequest request) {
    return Provider.ofId(request.path("provider"))
        .flatMap(provider -> vault.find(request.spaceId(), provider));
  }
}
