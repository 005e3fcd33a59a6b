package dev.purser.vault;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The models that people can choose: the price list, joined with what the space's keys list. */
public record Models(Vault vault, Supplier<PriceList> prices) {
  /**
   * A model with a price, or one that a key lists.
   *
   * @param listed as the provider lists it; null if no saved key lists it
   * @param price in force; null if Purser knows none
   * @param usable whether a saved key lets agents call it
   */
  public record Model(
      Provider provider,
      String name,
      @Nullable ListedModel listed,
      @Nullable ModelPrice price,
      boolean usable) {

    /** Whether it answers chats; a model that nobody has priced is taken for one that does. */
    public boolean chats() {
      return price == null || price.use() == ModelPrice.Use.CHAT;
    }
  }

  /** All of them, in the order of the price list, a provider's unpriced ones after its own. */
  public List<Model> of(String spaceId, Instant now) {
    return known(spaceId, now).all();
  }

  /** The same, with what is known of the keys that list them. Reads the database once. */
  public KnownModels known(String spaceId, Instant now) {
    return new KnownModels(vault.savedKeys(spaceId), prices.get(), now);
  }

  /** Whose a model is: by what the keys list, else by the price list, else by its name's form. */
  public Optional<Provider> owner(String spaceId, String model) {
    return vault.models(spaceId).stream()
        .filter(usable -> usable.listed().model().equals(model))
        .map(Vault.UsableModel::provider)
        .findFirst()
        .or(() -> prices.get().providerOf(model));
  }
}
