package dev.purser.agents;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an agent holds and sends instead of a provider key; its secret was shown once.
 *
 * @param expiresAt null for never
 * @param lastUsedAt to the minute; null if never
 * @param revokedAt null while it is good
 */
public record VirtualKey(
    String spaceId,
    String id,
    String agentId,
    String name,
    String masked,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt,
    @Nullable Instant revokedAt) {

  VirtualKey usedAt(Instant at) {
    return new VirtualKey(spaceId, id, agentId, name, masked, createdAt, expiresAt, at, revokedAt);
  }
}
