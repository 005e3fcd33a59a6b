package dev.purser.gateway;

import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a provider's answers say about the key that the call was made with: that it is refused, or
 * that a key which was refused is taken again. Written down when it is news, and only then.
 */
final class KeyVerdicts {
  private static final Logger log = LoggerFactory.getLogger(KeyVerdicts.class);

  private final Vertx vertx;
  private final Vault vault;
  private final InstantSource clock;

  KeyVerdicts(Vertx vertx, Vault vault, InstantSource clock) {
    this.vertx = vertx;
    this.vault = vault;
    this.clock = clock;
  }

  /**
   * Takes notice of an answer.
   *
   * @param key as it was known when the call was made
   * @param status of the answer
   */
  void answered(ProviderKey key, int status) {
    boolean rejected = key.status() == ProviderKey.Status.REJECTED;
    Instant now = clock.instant();
    if (status == 401 && !rejected) {
      String detail = key.provider().displayName() + " refused it on a call";
      write(key, () -> vault.rejected(key.spaceId(), key.id(), detail, now));
    } else if (status >= 200 && status <= 299 && rejected) {
      write(key, () -> vault.accepted(key.spaceId(), key.id(), now));
    }
  }

  private void write(ProviderKey key, Runnable verdict) {
    vertx
        .executeBlocking(
            () -> {
              verdict.run();
              return key.id();
            },
            false)
        .onFailure(e -> log.warn("the state of provider key {} was not saved", key.id(), e));
  }
}
