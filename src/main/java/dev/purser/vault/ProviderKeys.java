package dev.purser.vault;

import dev.purser.people.Spaces;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.KeyInput;
import dev.purser.secret.Secret;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Provider keys as people manage them: one is saved only after its provider was asked about it.
 * With the first one a space gets a default model, so that its first call can leave the choice to
 * Purser.
 *
 * @param prices the list in force
 */
public record ProviderKeys(
    Vault vault,
    Spaces spaces,
    KeyChecks keyChecks,
    Supplier<PriceList> prices,
    InstantSource clock) {
  /**
   * Saves what somebody pasted, if it is a key that the provider takes. Waits for the provider.
   *
   * @param pasted in whatever form: what is no key is recognised, and said
   * @param seenId the id of the key that it is to replace; empty for none, null for whichever it is
   */
  public KeySaved save(String spaceId, Provider provider, Secret pasted, @Nullable String seenId) {
    return switch (KeyInput.recognise(provider, pasted.reveal())) {
      case KeyInput.Mistaken mistaken -> new KeySaved.Mistaken(mistaken.reason());
      case KeyInput.Plausible plausible ->
          check(spaceId, provider, plausible.providerKey(), seenId);
    };
  }

  private KeySaved check(
      String spaceId, Provider provider, Secret providerKey, @Nullable String seenId) {
    Optional<KeyCheckResult> checked = keyChecks.check(spaceId, provider, providerKey);
    if (checked.isEmpty()) {
      return new KeySaved.Busy(KeyChecks.BUSY);
    }
    return switch (checked.get()) {
      case KeyCheckResult.Usable usable -> {
        boolean first = vault.find(spaceId).isEmpty();
        yield vault
            .save(spaceId, provider, providerKey, usable, seenId)
            .<KeySaved>map(
                saved -> new KeySaved.Saved(saved, first ? chooseDefault(spaceId, provider) : null))
            .orElseGet(KeySaved.ChangedElsewhere::new);
      }
      case KeyCheckResult.Rejected rejected -> new KeySaved.Rejected(rejected.reason());
      case KeyCheckResult.NotAboutKey refused -> new KeySaved.Unreachable(refused.reason());
      case KeyCheckResult.Unreachable unreachable -> new KeySaved.Unreachable(unreachable.reason());
    };
  }

  /** The suggested model, if the key can use it and no other is chosen; else null. */
  private @Nullable String chooseDefault(String spaceId, Provider provider) {
    PriceList inForce = prices.get();
    KnownModels known = new KnownModels(vault.savedKeys(spaceId), inForce, clock.instant());
    return inForce
        .suggested(provider)
        .filter(model -> known.usable(provider, model))
        .filter(model -> spaces.chooseDefaultIfNone(spaceId, provider, model))
        .orElse(null);
  }

  /** Asks the provider about the saved key, and notes what it says. Waits for the provider. */
  public KeyVerified verify(String spaceId, Provider provider) {
    Optional<ProviderKey> saved = vault.find(spaceId, provider);
    if (saved.isEmpty()) {
      return new KeyVerified.Missing();
    }
    ProviderKey asked = saved.get();
    Optional<Secret> opened = vault.open(asked);
    if (opened.isEmpty()) {
      // Its state says so already, and no provider could say more.
      return new KeyVerified.Asked(asked);
    }
    Optional<KeyCheckResult> checked = keyChecks.check(spaceId, provider, opened.get());
    if (checked.isEmpty()) {
      return new KeyVerified.Busy(KeyChecks.BUSY);
    }
    switch (checked.get()) {
      case KeyCheckResult.Usable usable ->
          vault.verified(spaceId, asked.id(), usable, clock.instant());
      case KeyCheckResult.Rejected rejected ->
          vault.rejected(spaceId, asked.id(), rejected.reason(), clock.instant());
      case KeyCheckResult.NotAboutKey refused -> {
        return new KeyVerified.Unreachable(refused.reason());
      }
      case KeyCheckResult.Unreachable unreachable -> {
        return new KeyVerified.Unreachable(unreachable.reason());
      }
    }
    return vault
        .find(spaceId, provider)
        .<KeyVerified>map(KeyVerified.Asked::new)
        .orElseGet(KeyVerified.Missing::new);
  }
}
