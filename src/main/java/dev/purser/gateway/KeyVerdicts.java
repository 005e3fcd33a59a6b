package dev.purser.gateway;

import dev.purser.providers.AnswerReader;
import dev.purser.providers.ErrorBody;
import dev.purser.providers.KeyCheckAnswer;
import dev.purser.providers.KeyCheckResult;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientResponse;
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
  private final CallErrors errors;

  KeyVerdicts(Vertx vertx, Vault vault, InstantSource clock, CallErrors errors) {
    this.vertx = vertx;
    this.vault = vault;
    this.clock = clock;
    this.errors = errors;
  }

  /**
   * Takes notice of an answer: of a success at once, of a refusal when it has been read. Not every
   * 401 is about the key: it may name a permission, an address, an organization. What the program
   * gets of it says so, too, since it knows of its virtual key alone.
   *
   * @param key as it was known when the call was made
   * @param reader of the answer
   * @return the reader to use instead
   */
  AnswerReader answered(ProviderKey key, HttpClientResponse answer, AnswerReader reader) {
    int status = answer.statusCode();
    if (status >= 200 && status <= 299 && key.status() == ProviderKey.Status.REJECTED) {
      Instant now = clock.instant();
      write(key, () -> vault.accepted(key.spaceId(), key.id(), now));
    }
    return status >= 400 && status <= 403
        ? new ErrorBytes(reader, explained(answer), body -> refused(key, status, body))
        : reader;
  }

  /** Mistakes of the program's own, 400, pass as they are. */
  private static boolean explained(HttpClientResponse answer) {
    String type = answer.getHeader("content-type");
    return answer.statusCode() != 400
        && type != null
        && type.startsWith("application/json")
        && answer.getHeader("content-encoding") == null;
  }

  private byte[] refused(ProviderKey key, int status, byte[] body) {
    KeyCheckResult said = KeyCheckAnswer.judge(key.provider(), status, body);
    if (said instanceof KeyCheckResult.Rejected(String reason)
        && key.status() != ProviderKey.Status.REJECTED) {
      Instant now = clock.instant();
      write(key, () -> vault.rejected(key.spaceId(), key.id(), reason, now));
    }
    return errors
        .keyRefused(key.provider(), said)
        .map(help -> ErrorBody.withHelp(body, help.code(), help.sentences()))
        .orElse(body);
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
