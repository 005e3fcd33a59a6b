package dev.purser.vault;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import org.jspecify.annotations.Nullable;

/**
 * A model with a price, or one that a saved key lists; its snapshots are the same model.
 *
 * @param price the one in force; null if Purser knows none
 * @param listed what the provider says of it, or of one of its snapshots; null if nothing
 * @param usable whether a saved key lets agents call it, as far as one can tell
 */
public record KnownModel(
    Provider provider,
    String model,
    @Nullable ModelPrice price,
    @Nullable ListedModel listed,
    boolean usable) {}
