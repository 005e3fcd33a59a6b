package dev.purser.api;

import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.vault.Vault;
import java.util.Optional;
import java.util.function.Supplier;

/** Whose a model is, so that people who choose one need not say. */
record ModelOwners(Vault vault, Supplier<PriceList> prices) {
  /** By what the space's keys list, else by the price list, else by the form of the name. */
  Optional<Provider> of(String spaceId, String model) {
    return vault.models(spaceId).stream()
        .filter(usable -> usable.listed().model().equals(model))
        .map(Vault.UsableModel::provider)
        .findFirst()
        .or(() -> prices.get().providerOf(model));
  }
}
