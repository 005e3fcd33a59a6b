package dev.purser.vault;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
    PriceList list = prices.get();
    Map<Provider, Vault.Listing> listings =
        vault.listings(spaceId).stream()
            .collect(toMap(Vault.Listing::provider, Function.identity()));
    List<Model> models = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      Vault.Listing listing = listings.get(provider);
      ProviderKey.Status status = listing == null ? null : listing.status();
      // What was listed for a key that the provider has refused since, nobody can call.
      List<ListedModel> listed =
          listing != null && status == ProviderKey.Status.VALID ? listing.models() : List.of();
      // A restricted key may not list models; as far as one can tell it can use any of them.
      models.addAll(of(provider, listed, status == ProviderKey.Status.RESTRICTED, list, now));
    }
    return models;
  }

  /** Whose a model is: by what the keys list, else by the price list, else by its name's form. */
  public Optional<Provider> owner(String spaceId, String model) {
    return vault.models(spaceId).stream()
        .filter(usable -> usable.listed().model().equals(model))
        .map(Vault.UsableModel::provider)
        .findFirst()
        .or(() -> prices.get().providerOf(model));
  }

  private static List<Model> of(
      Provider provider, List<ListedModel> usable, boolean any, PriceList list, Instant now) {
    Map<Optional<ModelPrice>, List<ListedModel>> listed =
        usable.stream().collect(groupingBy(model -> list.find(provider, model.model(), now)));
    List<Model> models = new ArrayList<>();
    for (ModelPrice price : list.inForce(now)) {
      if (price.provider() == provider) {
        List<ListedModel> own = listed.getOrDefault(Optional.of(price), List.of());
        models.add(
            new Model(provider, price.model(), named(price, own), price, any || !own.isEmpty()));
      }
    }
    listed.getOrDefault(Optional.<ModelPrice>empty(), List.of()).stream()
        .map(model -> new Model(provider, model.model(), model, null, true))
        .forEach(models::add);
    return models;
  }

  /** Of what a key lists of a model the model itself, else one of its snapshots. */
  private static @Nullable ListedModel named(ModelPrice price, List<ListedModel> listed) {
    return listed.stream()
        .filter(model -> model.model().equals(price.model()))
        .findFirst()
        .or(() -> listed.stream().findFirst())
        .orElse(null);
  }
}
