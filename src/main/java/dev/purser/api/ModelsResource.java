package dev.purser.api;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.providers.ListedModel;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.Vault;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The price list, joined with what the space's keys list. */
record ModelsResource(Vault vault, Supplier<PriceList> prices, InstantSource clock) {
  /**
   * A model with a price, or one that a key lists.
   *
   * @param prices the list price by kind, empty if Purser knows none
   * @param usable whether a saved key lets agents call it
   */
  record ModelBody(
      String provider,
      String model,
      @Nullable String displayName,
      @Nullable Instant releasedAt,
      @Nullable String use,
      @Nullable Long contextTokens,
      @Nullable Long outputTokens,
      List<PriceBody> prices,
      @Nullable LongContextBody longContext,
      boolean usable) {}

  /** What a million tokens (or requests) of a kind cost. */
  record PriceBody(String kind, BigDecimal unitPriceUsdPerMillion) {}

  /** What the whole request costs once its prompt is longer than that. */
  record LongContextBody(long overTokens, List<PriceBody> prices) {}

  ApiAnswer list(ApiRequest request) {
    Instant now = clock.instant();
    PriceList list = prices.get();
    List<ModelBody> items = new ArrayList<>();
    List<Vault.UsableModel> usable = vault.models(request.spaceId());
    Map<Provider, ProviderKey.Status> keys =
        vault.find(request.spaceId()).stream()
            .collect(toMap(ProviderKey::provider, ProviderKey::status));
    for (Provider provider : Provider.values()) {
      ProviderKey.Status key = keys.get(provider);
      List<ListedModel> listed =
          usable.stream()
              // What was listed for a key that the provider has refused since, nobody can call.
              .filter(model -> model.provider() == provider && key == ProviderKey.Status.VALID)
              .map(Vault.UsableModel::listed)
              .toList();
      // A restricted key may not list models; as far as one can tell it can use any of them.
      items.addAll(models(provider, listed, key == ProviderKey.Status.RESTRICTED, list, now));
    }
    return ApiAnswer.ok(Page.whole(items));
  }

  private static List<ModelBody> models(
      Provider provider,
      List<ListedModel> usable,
      boolean restricted,
      PriceList list,
      Instant now) {
    Map<Optional<ModelPrice>, List<ListedModel>> listed =
        usable.stream().collect(groupingBy(model -> list.find(provider, model.model(), now)));
    List<ModelBody> models = new ArrayList<>();
    for (ModelPrice price : list.inForce(now)) {
      if (price.provider() == provider) {
        models.add(priced(price, listed.getOrDefault(Optional.of(price), List.of()), restricted));
      }
    }
    listed.getOrDefault(Optional.<ModelPrice>empty(), List.of()).stream()
        .map(model -> unpriced(provider, model))
        .forEach(models::add);
    return models;
  }

  /**
   * A model with a price.
   *
   * @param listed what the key lists of it: itself, its snapshots
   */
  private static ModelBody priced(ModelPrice price, List<ListedModel> listed, boolean restricted) {
    Optional<ListedModel> named =
        listed.stream()
            .filter(model -> model.model().equals(price.model()))
            .findFirst()
            .or(() -> listed.stream().findFirst());
    ModelPrice.LongContext longContext = price.longContext();
    return new ModelBody(
        price.provider().id(),
        price.model(),
        named.map(ListedModel::displayName).orElse(null),
        named.map(ListedModel::releasedAt).orElse(null),
        price.use().name().toLowerCase(Locale.ROOT),
        price.contextTokens(),
        price.outputTokens(),
        prices(price.list()),
        longContext == null
            ? null
            : new LongContextBody(
                longContext.overTokens(),
                price
                    .rates(longContext.overTokens() + 1, Terms.LIST)
                    .map(ModelsResource::prices)
                    .orElse(List.of())),
        restricted || !listed.isEmpty());
  }

  private static ModelBody unpriced(Provider provider, ListedModel listed) {
    return new ModelBody(
        provider.id(),
        listed.model(),
        listed.displayName(),
        listed.releasedAt(),
        null,
        null,
        null,
        List.of(),
        null,
        true);
  }

  private static List<PriceBody> prices(Rates rates) {
    return Arrays.stream(Kind.values())
        .filter(kind -> rates.picos(kind).isPresent())
        .map(kind -> new PriceBody(kind.id(), Rates.usdPerMillion(rates.picos(kind).getAsLong())))
        .toList();
  }
}
