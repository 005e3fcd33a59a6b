package dev.purser.api;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.providers.ListedModel;
import dev.purser.vault.KnownModel;
import dev.purser.vault.KnownModels;
import dev.purser.vault.Vault;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
    KnownModels known =
        new KnownModels(vault.savedKeys(request.spaceId()), prices.get(), clock.instant());
    return ApiAnswer.ok(Page.whole(known.all().stream().map(ModelsResource::body).toList()));
  }

  private static ModelBody body(KnownModel known) {
    ListedModel listed = known.listed();
    ModelPrice price = known.price();
    return new ModelBody(
        known.provider().id(),
        known.model(),
        listed == null ? null : listed.displayName(),
        listed == null ? null : listed.releasedAt(),
        price == null ? null : price.use().name().toLowerCase(Locale.ROOT),
        price == null ? null : price.contextTokens(),
        price == null ? null : price.outputTokens(),
        price == null ? List.of() : prices(price.list()),
        price == null ? null : longContext(price),
        known.usable());
  }

  private static @Nullable LongContextBody longContext(ModelPrice price) {
    ModelPrice.LongContext longContext = price.longContext();
    return longContext == null
        ? null
        : new LongContextBody(
            longContext.overTokens(),
            price
                .rates(longContext.overTokens() + 1, Terms.LIST)
                .map(ModelsResource::prices)
                .orElse(List.of()));
  }

  private static List<PriceBody> prices(Rates rates) {
    return Arrays.stream(Kind.values())
        .filter(kind -> rates.picos(kind).isPresent())
        .map(kind -> new PriceBody(kind.id(), Rates.usdPerMillion(rates.picos(kind).getAsLong())))
        .toList();
  }
}
