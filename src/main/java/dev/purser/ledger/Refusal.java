package dev.purser.ledger;

import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A call that was refused after its caller was known, for another reason than an exhausted budget:
 * an entry that costs nothing.
 *
 * @param unboundedField the field of the request for which its cost has no bound; null unless that
 *     is the reason
 */
public record Refusal(
    String entryId,
    String spaceId,
    String agentId,
    String virtualKeyId,
    Provider provider,
    String dialect,
    @Nullable String requestedModel,
    Instant createdAt,
    ZoneId zone,
    int httpStatus,
    String errorCode,
    @Nullable String unboundedField) {

  public Refusal {
    requestedModel = Texts.kept(requestedModel);
    errorCode = Texts.required(errorCode);
    unboundedField = Texts.kept(unboundedField);
  }
}
