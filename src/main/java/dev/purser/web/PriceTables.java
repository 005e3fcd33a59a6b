package dev.purser.web;

import dev.purser.pricing.Condition;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.providers.ListedModel;
import dev.purser.reports.UnpricedModel;
import dev.purser.text.PlainText;
import dev.purser.vault.KnownModel;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the page of prices shows.
 *
 * @param query what names are searched for; empty for all
 * @param version of the list in force
 * @param day for which it is shown, in UTC as price days are
 * @param usable whether any model can be used with the keys that are saved
 * @param form null for those who may not add a price
 * @param sure what is asked before the form's price is saved; null while it is being written
 * @param added what was given a price just now; null for none
 */
public record PriceTables(
    String query,
    String version,
    LocalDate day,
    List<Table> tables,
    List<Unpriced> unpriced,
    boolean usable,
    @Nullable PriceForm form,
    @Nullable Sure sure,
    @Nullable Added added) {

  private static final Set<Kind> CACHE_WRITES =
      EnumSet.of(
          Kind.CACHE_WRITE_5M, Kind.CACHE_WRITE_1H, Kind.CACHE_WRITE_30M, Kind.CACHE_WRITE_12H);

  public PriceTables {
    tables = List.copyOf(tables);
    unpriced = List.copyOf(unpriced);
  }

  /**
   * What is shown before a price is saved.
   *
   * @param effects what it does to this month's calls, a sentence each
   * @param doubts why it may be a mistake
   */
  public record Sure(List<String> effects, List<String> doubts) {
    public Sure {
      effects = List.copyOf(effects);
      doubts = List.copyOf(doubts);
    }
  }

  /**
   * What a price has done.
   *
   * @param effects to this month's calls, a sentence each
   * @param rest whether more such calls follow
   */
  public record Added(String model, List<String> effects, boolean rest) {
    public Added {
      effects = List.copyOf(effects);
    }
  }

  /**
   * A provider's models.
   *
   * @param others folded away, because the keys that are saved cannot use them
   */
  public record Table(Provider provider, List<Row> rows, List<Row> others) {
    public Table {
      rows = List.copyOf(rows);
      others = List.copyOf(others);
    }
  }

  /** A model without a price that calls have used. */
  public record Unpriced(UnpricedModel model, boolean listed, CallLink calls) {}

  /** What a million tokens, or a thousand requests, of something cost. */
  public record Rate(String name, String price) {}

  /** Further prices of a model, on other terms than the usual. */
  public record Card(String title, List<Rate> rates) {}

  /**
   * A model.
   *
   * @param price null if there is none
   * @param own whether the price was added to the list that ships
   */
  public record Row(
      String model,
      @Nullable ListedModel listed,
      @Nullable ModelPrice price,
      boolean usable,
      boolean own) {

    static Row of(KnownModel model, List<ModelPrice> added) {
      return new Row(
          model.model(),
          model.listed(),
          model.price(),
          model.usable(),
          model.price() != null && added.contains(model.price()));
    }

    public String input() {
      return price(Kind.INPUT);
    }

    public String cacheRead() {
      return price(Kind.CACHE_READ);
    }

    public String output() {
      return price(Kind.OUTPUT);
    }

    /** The price of writing to a cache, the shortest time first, with that time. */
    public List<Rate> cacheWrites() {
      List<Rate> writes = new ArrayList<>();
      if (price != null) {
        for (Kind kind : CACHE_WRITES) {
          OptionalLong picos = price.list().picos(kind);
          if (picos.isPresent()) {
            writes.add(new Rate(time(kind), Figures.listPrice(picos.getAsLong())));
          }
        }
      }
      return writes;
    }

    public boolean embeddings() {
      return price != null && price.use() == ModelPrice.Use.EMBEDDINGS;
    }

    /** Since when; null for always. */
    public @Nullable LocalDate from() {
      return price == null || price.from().equals(LocalDate.MIN) ? null : price.from();
    }

    /** What costs otherwise than usual. */
    public List<Card> cards() {
      List<Card> cards = new ArrayList<>();
      if (price == null) {
        return cards;
      }
      ModelPrice.LongContext longContext = price.longContext();
      if (longContext != null) {
        card(
                "Prompts over " + Figures.count(longContext.overTokens()) + " tokens",
                price.rates(longContext.overTokens() + 1, Terms.LIST))
            .ifPresent(cards::add);
      }
      for (Condition condition : price.factors().keySet()) {
        card(name(condition), price.rates(0, terms(condition))).ifPresent(cards::add);
      }
      OptionalLong searches = price.list().picos(Kind.WEB_SEARCH);
      if (searches.isPresent()) {
        cards.add(
            new Card(
                "Tools",
                List.of(
                    new Rate("1,000 web searches", Figures.perThousand(searches.getAsLong())))));
      }
      return cards;
    }

    private String price(Kind kind) {
      OptionalLong picos = price == null ? OptionalLong.empty() : price.list().picos(kind);
      return picos.isEmpty() ? "–" : Figures.listPrice(picos.getAsLong());
    }
  }

  /** Where the price of a model is looked up, or seen to be missing. */
  public static String path(String model) {
    return "/prices?q=" + URLEncoder.encode(model, StandardCharsets.UTF_8);
  }

  /** Where a model is given a price. */
  public static String addPath(Provider provider, String model) {
    return "/prices?add="
        + URLEncoder.encode(
            new ModelChoices.Choice(provider, model).value(), StandardCharsets.UTF_8)
        + "#add";
  }

  /** The same where nobody can tell whose model it is. */
  public static String addPath(String model) {
    return "/prices?add=" + URLEncoder.encode(model, StandardCharsets.UTF_8) + "#add";
  }

  /** The command that gives a model a price; the name, which any call can choose, is quoted. */
  public static String addCommand(Provider provider, String model) {
    String name = PlainText.is(model) ? "'" + model.replace("'", "'\\''") + "'" : "MODEL";
    return "./run prices add " + provider.id() + " " + name + " --input USD --output USD";
  }

  private static Optional<Card> card(String title, Optional<Rates> rates) {
    return rates.map(known -> {
      List<Rate> listed = new ArrayList<>();
      for (Map.Entry<Kind, Long> each : known.unitPicos().entrySet()) {
        if (each.getKey() != Kind.WEB_SEARCH) {
          listed.add(new Rate(KindNames.of(each.getKey()), Figures.listPrice(each.getValue())));
        }
      }
      return new Card(title, listed);
    });
  }

  private static String time(Kind kind) {
    return switch (kind) {
      case CACHE_WRITE_5M -> "5 min";
      case CACHE_WRITE_1H -> "1 h";
      case CACHE_WRITE_30M -> "30 min";
      case CACHE_WRITE_12H -> "12 h";
      case INPUT, CACHE_READ, OUTPUT, WEB_SEARCH ->
          throw new IllegalArgumentException("nothing is written to a cache: " + kind);
    };
  }

  private static String name(Condition condition) {
    return switch (condition) {
      case BATCH -> "Batch";
      case FLEX -> "Flex tier";
      case PRIORITY -> "Priority tier";
      case ULTRAFAST -> "Ultrafast tier";
      case FAST -> "Fast mode";
      case US -> "Inference in the US";
      case REGIONAL -> "Regional address";
    };
  }

  private static Terms terms(Condition condition) {
    return switch (condition) {
      case BATCH, FLEX, PRIORITY, ULTRAFAST -> new Terms(condition.id(), false, null);
      case FAST -> new Terms(null, true, null);
      case US, REGIONAL -> new Terms(null, false, condition.id());
    };
  }
}
