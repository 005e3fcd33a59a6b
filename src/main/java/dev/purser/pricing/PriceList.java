package dev.purser.pricing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
    this.anthropic = new ProviderPrices(Provider.ANTHROPIC, shipped.prices(), added);
    this.openAi = new ProviderPrices(Provider.OPENAI, shipped.prices(), added);
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
    return of(provider).find(model, day(at)).map(ProviderPrices.Card::price);
  }

  /**
   * Which of the added prices is in force for this name, counted from 1 in the order of their
   * adding; 0 if none of them is.
   */
  public int addedNumber(Provider provider, String model, Instant at) {
    return of(provider).find(model, day(at)).map(ProviderPrices.Card::number).orElse(0);
  }

  /** The shipped list with the first of the added prices, as many as a version says. */
  public PriceList asAdded(String version) {
    int plus = version.lastIndexOf('+');
    int count = plus < 0 ? 0 : Integer.parseInt(version.substring(plus + 1));
    return count >= added.size() ? this : withAdded(added.subList(0, count));
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

  /** All prices of a provider, of whatever day. */
  List<ModelPrice> everyPrice(Provider provider) {
    return Stream.concat(shipped.prices().stream(), added.stream())
        .filter(price -> price.provider() == provider)
        .toList();
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
    return price(provider, usage, rates(provider, usage, at));
  }

  /**
   * The same for a call that was admitted with an older list: its prices hold, except where it has
   * none or one that was added and has been replaced since.
   */
  public Priced price(Provider provider, Usage usage, Instant at, PriceList admittedWith) {
    if (admittedWith == this) {
      return price(provider, usage, at);
    }
    List<Rates> pinned = admittedWith.rates(provider, usage, at);
    List<Rates> rates = new ArrayList<>(pinned);
    for (int i = 0; i < rates.size(); i++) {
      ModelUsage part = usage.byModel().get(i);
      if (!pinned.get(i).has(part) || replaces(admittedWith, provider, part.model(), at)) {
        Rates newer = rates(provider, part, usage.terms(), at);
        if (newer.has(part)) {
          rates.set(i, newer);
        }
      }
    }
    return rates.equals(pinned)
        ? admittedWith.price(provider, usage, pinned)
        : price(provider, usage, rates);
  }

  /**
   * The lines of a usage at given rates.
   *
   * @param rates of each of its parts
   */
  public Priced price(Provider provider, Usage usage, List<Rates> rates) {
    Lines lines = new Lines(dearest(provider));
    for (int i = 0; i < rates.size(); i++) {
      lines.add(i, usage.byModel().get(i), rates.get(i));
    }
    return lines.priced(version());
  }

  /** What a part of a usage costs; nothing is known of what the list has no price for. */
  public Rates rates(Provider provider, ModelUsage part, Terms terms, Instant at) {
    return find(provider, part.model(), at)
        .flatMap(price -> price.rates(part.prompt(), terms))
        .orElse(Rates.NONE);
  }

  /**
   * Whether an added price of this list holds for a model in place of one that was added before.
   */
  public boolean replaces(PriceList older, Provider provider, String model, Instant at) {
    int before = older.addedNumber(provider, model, at);
    return before > 0 && addedNumber(provider, model, at) > before;
  }

  /** Whether any added price is replaced by a later one. */
  public boolean hasReplaced() {
    return Stream.of(Provider.values()).anyMatch(provider -> of(provider).hasReplaced());
  }

  /** Whether an added price that held for this name was replaced by a later one. */
  public boolean hasReplaced(Provider provider, String model) {
    return of(provider).hasReplaced(model);
  }

  private List<Rates> rates(Provider provider, Usage usage, Instant at) {
    return usage.byModel().stream().map(part -> rates(provider, part, usage.terms(), at)).toList();
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
