package dev.purser.vault;

import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.KeyInput;
import dev.purser.secret.Secret;
import java.time.InstantSource;
import java.util.Optional;

/** Provider keys as people save them: the provider is asked first. Waits for it, for seconds. */
public record CheckedKeys(Vault vault, KeyCheck keyCheck, InstantSource clock) {
  /** What became of a key that somebody wanted to save, or have verified. */
  public sealed interface Outcome {
    /** It is in the vault, in the state that the provider's answer gives it. */
    record Kept(ProviderKey key) implements Outcome {}

    /**
     * It will not do, and nothing was changed.
     *
     * @param reason in one or two sentences, with what to do; no part of the key
     */
    record Refused(String reason) implements Outcome {}

    /**
     * The provider said nothing about it, and nothing was changed.
     *
     * @param reason in one or two sentences, with what to do
     */
    record Unreachable(String reason) implements Outcome {}

    /** There is no key of this provider. */
    record Missing() implements Outcome {}
  }

  /** Saves what somebody pasted, if it is a key and the provider takes it. */
  public Outcome save(String spaceId, Provider provider, Secret pasted) {
    return switch (KeyInput.recognise(provider, pasted.reveal())) {
      case KeyInput.Mistaken mistaken -> new Outcome.Refused(mistaken.reason());
      case KeyInput.Plausible plausible ->
          switch (keyCheck.check(provider, plausible.providerKey())) {
            case KeyCheckResult.Usable usable ->
                new Outcome.Kept(vault.save(spaceId, provider, plausible.providerKey(), usable));
            case KeyCheckResult.Rejected rejected -> new Outcome.Refused(rejected.reason());
            case KeyCheckResult.Unreachable silent -> new Outcome.Unreachable(silent.reason());
          };
    };
  }

  /** Asks the provider about the saved key again, and keeps what it says. */
  public Outcome verify(String spaceId, Provider provider) {
    Optional<ProviderKey> saved = vault.find(spaceId, provider);
    if (saved.isEmpty()) {
      return new Outcome.Missing();
    }
    ProviderKey asked = saved.get();
    Optional<Secret> opened = vault.open(asked);
    if (opened.isEmpty()) {
      // Its state says so already, and no provider could say more.
      return new Outcome.Kept(asked);
    }
    switch (keyCheck.check(provider, opened.get())) {
      case KeyCheckResult.Usable usable ->
          vault.verified(spaceId, asked.id(), usable, clock.instant());
      case KeyCheckResult.Rejected rejected ->
          vault.rejected(spaceId, asked.id(), rejected.reason(), clock.instant());
      case KeyCheckResult.Unreachable silent -> {
        return new Outcome.Unreachable(silent.reason());
      }
    }
    return vault
        .find(spaceId, provider)
        .<Outcome>map(Outcome.Kept::new)
        .orElseGet(Outcome.Missing::new);
  }
}
