package dev.purser.providers;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A model that a provider lists for a key.
 *
 * @param displayName null where the provider gives none
 * @param releasedAt null where the provider says nothing
 * @param json the provider's own entry, with all that its SDK expects to find
 */
public record ListedModel(
    String model, @Nullable String displayName, @Nullable Instant releasedAt, String json) {}
