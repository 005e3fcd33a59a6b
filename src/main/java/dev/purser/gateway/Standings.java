package dev.purser.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.purser.agents.Standing;
import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Ledger;
import dev.purser.ledger.StrictNameStore;
import dev.purser.pricing.Provider;
import dev.purser.providers.RequestName;
import dev.purser.providers.StrictNames;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, by the hash of what they presented. What is remembered is only a hint: an admission
 * compares its revision, and nothing is refused by it before it was read again.
 */
final class Standings {
  private static final int MAX_REMEMBERED = 100_000;
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final VirtualKeys virtualKeys;
  private final Vault vault;
  private final Ledger ledger;
  private final Cache<String, Known> remembered =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).expireAfterWrite(REMEMBERED).build();

  Standings(VirtualKeys virtualKeys, Vault vault, Ledger ledger) {
    this.virtualKeys = virtualKeys;
    this.vault = vault;
    this.ledger = ledger;
  }

  /**
   * All that a call depends on, as it stood at one revision of the space.
   *
   * @param strictNames of interest only under a strict budget, and empty without one
   */
  record Known(Standing standing, List<ProviderKey> providerKeys, StrictNames strictNames) {
    /** The space's key for a provider; null if none is saved. */
    @Nullable ProviderKey providerKey(Provider provider) {
      for (ProviderKey key : providerKeys) {
        if (key.provider() == provider) {
          return key;
        }
      }
      return null;
    }
  }

  /** What was true a moment ago; null if nothing is remembered. */
  @Nullable Known hint(String hash) {
    return remembered.getIfPresent(hash);
  }

  /** What is true now; empty if there is no such virtual key. Blocks. */
  Optional<Known> read(String hash) {
    // In this order: what changes in between then comes with an older revision, which the admission
    // finds to be stale.
    Optional<Known> known =
        virtualKeys
            .find(hash)
            .map(standing ->
                new Known(
                    standing,
                    vault.findForCall(standing.caller().spaceId()),
                    strictNames(standing)));
    known.ifPresentOrElse(now -> remembered.put(hash, now), () -> remembered.invalidate(hash));
    return known;
  }

  private StrictNames strictNames(Standing standing) {
    if (!Judgement.underStrictBudget(standing)) {
      return StrictNames.SHIPPED;
    }
    Map<RequestName, StrictNames.Effect> listed = new HashMap<>();
    for (StrictNameStore.Listed row : ledger.strictNames().listed()) {
      RequestName.ofId(row.name())
          .ifPresent(name ->
              StrictNames.Effect.ofId(row.effect()).ifPresent(effect -> listed.put(name, effect)));
    }
    Set<RequestName> struck =
        ledger.strictNames().struck(standing.caller().spaceId()).stream()
            .flatMap(row -> RequestName.ofId(row.name()).stream())
            .collect(Collectors.toSet());
    return new StrictNames(listed, struck, ledger.refusesUnknownNames());
  }
}
