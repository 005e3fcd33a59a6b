package dev.purser.ledger;

import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A call that was refused after its caller was known, for another reason than an exhausted budget:
 * an entry that costs nothing.
 *
 * @param sentModel the model that would have gone to the provider; null if none was chosen
 * @param message what the program was told, in Purser's own words
 * @param unboundedField the field of the request for which its cost has no bound; null unless that
 *     is the reason
 * @param fingerprint of the request's body, by which a repeat is known; null if it is not to be
 *     taken for one. Never stored
 */
public record Refusal(
    String entryId,
    String spaceId,
    String agentId,
    String virtualKeyId,
    Provider provider,
    String dialect,
    @Nullable String requestedModel,
    @Nullable String sentModel,
    Instant createdAt,
    ZoneId zone,
    int httpStatus,
    String errorCode,
    String message,
    @Nullable String unboundedField,
    @Nullable Long fingerprint) {

  public Refusal {
    requestedModel = Texts.kept(requestedModel);
    sentModel = Texts.kept(sentModel);
    errorCode = Texts.required(errorCode);
    message = Texts.sentence(message);
    unboundedField = Texts.kept(unboundedField);
  }
}
