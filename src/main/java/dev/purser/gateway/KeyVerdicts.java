package dev.purser.gateway;

import dev.purser.providers.AnswerReader;
import dev.purser.providers.KeyCheckAnswer;
import dev.purser.providers.KeyCheckResult;
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
   * Takes notice of an answer: of a success at once, of a refusal when it has been read. Not every
   * 401 is about the key: it may name a permission, an address, an organization.
   *
   * @param key as it was known when the call was made
   * @param status of the answer
   * @param reader of the answer
   * @return the reader to use instead
   */
  AnswerReader answered(ProviderKey key, int status, AnswerReader reader) {
    boolean rejected = key.status() == ProviderKey.Status.REJECTED;
    if (status >= 200 && status <= 299 && rejected) {
      Instant now = clock.instant();
      write(key, () -> vault.accepted(key.spaceId(), key.id(), now));
    }
    return status >= 400 && status <= 403 && !rejected
        ? new ErrorBytes(reader, body -> refused(key, status, body))
        : reader;
  }

  private void refused(ProviderKey key, int status, byte[] body) {
    if (KeyCheckAnswer.judge(key.provider(), status, body)
        instanceof KeyCheckResult.Rejected(String reason)) {
      Instant now = clock.instant();
      write(key, () -> vault.rejected(key.spaceId(), key.id(), reason, now));
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
