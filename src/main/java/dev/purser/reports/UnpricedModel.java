package dev.purser.reports;

import dev.purser.pricing.Provider;
import java.time.Instant;

/**
 * A model that calls used and that has no price, or none on the terms on which it was used.
 *
 * @param callCount how many
 * @param lastUsedAt when the last of them was admitted
 */
public record UnpricedModel(Provider provider, String model, long callCount, Instant lastUsedAt) {}
