package dev.purser.vault;

import static java.util.stream.Collectors.groupingBy;

import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The price list, joined with what a space's keys list. */
public final class KnownModels {
  private final List<SavedKey> keys;
  private final PriceList prices;
  private final Instant at;
  private final List<KnownModel> all = new ArrayList<>();

  /** Joins the prices in force at that moment with what these keys list. */
  public KnownModels(List<SavedKey> keys, PriceList prices, Instant at) {
    this.keys = List.copyOf(keys);
    this.prices = prices;
    this.at = at;
    for (Provider provider : Provider.values()) {
      add(provider);
    }
  }

  /** Each provider's models in the order of the price list, those without a price after them. */
  public List<KnownModel> all() {
    return List.copyOf(all);
  }

  /** The key that is saved for a provider. */
  public Optional<ProviderKey> key(Provider provider) {
    return saved(provider).map(SavedKey::key);
  }

  /** The price in force for this name: a model's own, an alias, a snapshot's. */
  public Optional<ModelPrice> price(Provider provider, String name) {
    return prices.find(provider, name, at);
  }

  /** Whether agents can call what has this name: a model's own, an alias, a snapshot's. */
  public boolean usable(Provider provider, String name) {
    Optional<ModelPrice> price = prices.find(provider, name, at);
    return anyUsable(provider)
        || listed(provider).stream()
            .map(ListedModel::model)
            .anyMatch(listed ->
                listed.equals(name)
                    || (price.isPresent() && prices.find(provider, listed, at).equals(price)));
  }

  private void add(Provider provider) {
    Map<Optional<ModelPrice>, List<ListedModel>> listed =
        listed(provider).stream()
            .collect(groupingBy(model -> prices.find(provider, model.model(), at)));
    for (ModelPrice price : prices.inForce(at)) {
      if (price.provider() == provider) {
        all.add(priced(price, listed.getOrDefault(Optional.of(price), List.of())));
      }
    }
    for (ListedModel model : listed.getOrDefault(Optional.<ModelPrice>empty(), List.of())) {
      all.add(new KnownModel(provider, model.model(), null, model, true));
    }
  }

  /**
   * A model with a price.
   *
   * @param listed what the key lists of it: itself, its snapshots
   */
  private KnownModel priced(ModelPrice price, List<ListedModel> listed) {
    Optional<ListedModel> named =
        listed.stream()
            .filter(model -> model.model().equals(price.model()))
            .findFirst()
            .or(() -> listed.stream().findFirst());
    return new KnownModel(
        price.provider(),
        price.model(),
        price,
        named.orElse(null),
        anyUsable(price.provider()) || !listed.isEmpty());
  }

  /** A restricted key may not list models; as far as one can tell it can use any of them. */
  private boolean anyUsable(Provider provider) {
    return key(provider).filter(key -> key.status() == ProviderKey.Status.RESTRICTED).isPresent();
  }

  /** What was listed for a key that the provider has refused since, nobody can call. */
  private List<ListedModel> listed(Provider provider) {
    return saved(provider)
        .filter(saved -> saved.key().status() == ProviderKey.Status.VALID)
        .map(SavedKey::models)
        .orElse(List.of());
  }

  private Optional<SavedKey> saved(Provider provider) {
    return keys.stream().filter(saved -> saved.key().provider() == provider).findFirst();
  }
}
