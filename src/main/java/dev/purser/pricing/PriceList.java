package dev.purser.pricing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All prices, with a version. Immutable: the list that a call was admitted with prices it later,
 * whatever was added since.
 */
public final class PriceList {
  private final PriceFile.Contents shipped;
  private final List<ModelPrice> added;
  private final ProviderPrices anthropic;
  private final ProviderPrices openAi;

  private PriceList(PriceFile.Contents shipped, List<ModelPrice> added) {
    this.shipped = shipped;
    this.added = List.copyOf(added);
    List<ModelPrice> all = Stream.concat(shipped.prices().stream(), added.stream()).toList();
    this.anthropic = new ProviderPrices(Provider.ANTHROPIC, all);
    this.openAi = new ProviderPrices(Provider.OPENAI, all);
  }

  /** The list that ships with the program. */
  public static PriceList shipped() {
    return of(PriceFile.shipped());
  }

  static PriceList of(PriceFile.Contents file) {
    return new PriceList(file, List.of());
  }

  /** The shipped list with these prices added to it, oldest first, and no others. */
  public PriceList withAdded(List<ModelPrice> prices) {
    return new PriceList(shipped, prices);
  }

  /**
   * What entries pin: the version of the shipped list, and how many prices were added to it since
   * ({@code 2026-11-22+3}).
   */
  public String version() {
    return version(added.size());
  }

  /** The model of this provider that is a good default for whoever has not chosen one. */
  public Optional<String> suggested(Provider provider) {
    return Optional.ofNullable(shipped.suggested().get(provider));
  }

  /** The prices that were added to the shipped list, oldest first. */
  public List<ModelPrice> added() {
    return added;
  }

  /**
   * This list as it was at a version; empty if that is of another shipped list, or is yet to come.
   */
  public Optional<PriceList> at(String version) {
    for (int count = 0; count <= added.size(); count++) {
      if (version.equals(version(count))) {
        return Optional.of(count == added.size() ? this : withAdded(added.subList(0, count)));
      }
    }
    return Optional.empty();
  }

  /**
   * The price in force for this name: a model's own, an alias's, or that of the model of which it
   * is a snapshot.
   */
  public Optional<ModelPrice> find(Provider provider, String model, Instant at) {
    return of(provider).find(model, day(at));
  }

  /** Whether the list has a price for this name, on whatever day. */
  public boolean knows(Provider provider, String model) {
    return of(provider).knows(model);
  }

  /** Whose model this is: by the list, else by the form of its name, else unknown. */
  public Optional<Provider> providerOf(String model) {
    return Stream.of(Provider.values())
        .filter(provider -> knows(provider, model))
        .findFirst()
        .or(() -> ModelName.provider(model));
  }

  /** Whether this model makes embeddings, and so answers no chat; else the reverse is true. */
  public boolean isEmbedding(String model) {
    return Stream.of(Provider.values())
        .flatMap(provider -> of(provider).use(model).stream())
        .findFirst()
        .map(use -> use == ModelPrice.Use.EMBEDDINGS)
        .orElseGet(() -> ModelName.isEmbedding(model));
  }

  /** Each model's price in force, in the order of the file, added models after a provider's own. */
  public List<ModelPrice> inForce(Instant at) {
    return Stream.of(Provider.values())
        .flatMap(provider -> of(provider).inForce(day(at)).stream())
        .toList();
  }

  /**
   * Of each kind the dearest price on this provider's list, over all cards, terms and days: what
   * tokens without a price count as for a budget.
   */
  public Rates dearest(Provider provider) {
    return of(provider).dearest();
  }

  /**
   * Turns usage into lines: the only place where tokens become money.
   *
   * @param at when the call was admitted: the price of that UTC day holds
   */
  public Priced price(Provider provider, Usage usage, Instant at) {
    Lines lines = new Lines(dearest(provider));
    for (ModelUsage part : usage.byModel()) {
      Rates rates =
          find(provider, part.model(), at)
              .flatMap(price -> price.rates(part.prompt(), usage.terms()))
              .orElse(Rates.NONE);
      lines.add(part, rates);
    }
    return lines.priced(version());
  }

  private ProviderPrices of(Provider provider) {
    return switch (provider) {
      case ANTHROPIC -> anthropic;
      case OPENAI -> openAi;
    };
  }

  private String version(int addedCount) {
    return addedCount == 0 ? shipped.version() : shipped.version() + "+" + addedCount;
  }

  private static LocalDate day(Instant at) {
    return LocalDate.ofInstant(at, ZoneOffset.UTC);
  }
}
