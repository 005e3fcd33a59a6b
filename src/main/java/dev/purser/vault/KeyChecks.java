package dev.purser.vault;

import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.providers.KeyCheckResult;
import dev.purser.secret.Secret;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks providers about keys, for each space one at a time: a provider may take a minute to say
 * nothing, and who asks again and again meanwhile must not keep the threads from others.
 */
public final class KeyChecks {
  /** What to do when another key of the space is being checked. */
  static final String BUSY =
      "Another API key of this space is being checked just now. Try again when its provider has"
          + " answered; that takes a minute at most.";

  private final KeyCheck keyCheck;
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  public KeyChecks(KeyCheck keyCheck) {
    this.keyCheck = keyCheck;
  }

  /** What the provider says; empty, and it was not asked, while it is asked for this space. */
  Optional<KeyCheckResult> check(String spaceId, Provider provider, Secret providerKey) {
    if (!asking.add(spaceId)) {
      return Optional.empty();
    }
    try {
      return Optional.of(keyCheck.check(provider, providerKey));
    } finally {
      asking.remove(spaceId);
    }
  }
}
