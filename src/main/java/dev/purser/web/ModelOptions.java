package dev.purser.web;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.providers.ListedModel;
import dev.purser.vault.Models;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The models that a select offers: those with a price that answer chats, the newest first, each
 * provider's together.
 *
 * @param trouble why the chosen model cannot be used just now, in one sentence; null if it can
 */
public record ModelOptions(List<Group> groups, @Nullable String trouble) {
  private static final int DOLLAR_DECIMALS = 2;

  public ModelOptions {
    groups = List.copyOf(groups);
  }

  /** A provider's. */
  public record Group(Provider provider, String label, List<Option> options) {
    public Group {
      options = List.copyOf(options);
    }
  }

  /**
   * A model.
   *
   * @param value as forms send it: {@code anthropic/claude-sonnet-5-5}
   */
  public record Option(String value, String text, boolean chosen, boolean usable) {}

  /** What a form names, taken apart. */
  record Chosen(Provider provider, String model) {
    static Optional<Chosen> read(String value) {
      int slash = value.indexOf('/');
      return slash < 0
          ? Optional.empty()
          : Provider.ofId(value.substring(0, slash))
              .map(provider -> new Chosen(provider, value.substring(slash + 1)));
    }
  }

  static String value(Provider provider, String model) {
    return provider.id() + "/" + model;
  }

  /**
   * The options.
   *
   * @param chosen as {@link Option#value}; null for none
   */
  static ModelOptions of(List<Models.Model> models, @Nullable String chosen) {
    List<Group> groups = new ArrayList<>();
    boolean found = chosen == null;
    String trouble = null;
    for (Provider provider : Provider.values()) {
      List<Models.Model> own =
          models.stream()
              .filter(model -> model.provider() == provider && model.price() != null)
              .filter(Models.Model::chats)
              .toList();
      boolean anyUsable = own.stream().anyMatch(Models.Model::usable);
      List<Option> options = new ArrayList<>();
      for (Models.Model model : newestFirst(own)) {
        String value = value(provider, model.name());
        boolean isChosen = value.equals(chosen);
        found |= isChosen;
        if (isChosen && !model.usable()) {
          trouble =
              anyUsable
                  ? provider.displayName()
                      + " does not list "
                      + model.name()
                      + " for the saved API key."
                  : "Save an API key from "
                      + provider.displayName()
                      + " to use "
                      + model.name()
                      + ".";
        }
        if (model.usable() || !anyUsable || isChosen) {
          options.add(new Option(value, text(model), isChosen, model.usable() || isChosen));
        }
      }
      Optional<Chosen> unknown =
          Optional.ofNullable(chosen)
              .flatMap(Chosen::read)
              .filter(choice -> choice.provider() == provider)
              .filter(choice -> options.stream().noneMatch(Option::chosen));
      if (unknown.isPresent()) {
        String model = unknown.get().model();
        options.addFirst(new Option(value(provider, model), model + " · no price yet", true, true));
        found = true;
        trouble = "Purser has no price for " + model + ": its calls are unpriced.";
      }
      if (!options.isEmpty()) {
        groups.add(
            new Group(
                provider,
                provider.displayName() + (anyUsable ? "" : ": Save an API key to use these"),
                options));
      }
    }
    return new ModelOptions(groups, found ? trouble : null);
  }

  /** Whether no saved key can be used for any of them. */
  public boolean noneUsable() {
    return groups.stream().allMatch(group -> group.options().stream().noneMatch(Option::usable));
  }

  /** Those without a date keep the order of the price list, after the others. */
  private static List<Models.Model> newestFirst(List<Models.Model> models) {
    return models.stream()
        .sorted(Comparator.comparing(ModelOptions::releasedAt).reversed())
        .toList();
  }

  private static Instant releasedAt(Models.Model model) {
    ListedModel listed = model.listed();
    return listed == null || listed.releasedAt() == null ? Instant.MIN : listed.releasedAt();
  }

  private static String text(Models.Model model) {
    ModelPrice price = model.price();
    return price == null ? model.name() : model.name() + " · " + perMillion(price.list());
  }

  /** {@code $3 in / $15 out per M}. */
  static String perMillion(Rates rates) {
    return rates.picos(Kind.INPUT).stream().mapToObj(ModelOptions::dollars).findFirst().orElse("?")
        + " in / "
        + rates.picos(Kind.OUTPUT).stream().mapToObj(ModelOptions::dollars).findFirst().orElse("?")
        + " out per M";
  }

  /** {@code $3}, {@code $0.10}, {@code $0.125}. */
  static String dollars(long unitPicos) {
    BigDecimal usd = Rates.usdPerMillion(unitPicos).stripTrailingZeros();
    if (usd.scale() > 0 && usd.scale() < DOLLAR_DECIMALS) {
      usd = usd.setScale(DOLLAR_DECIMALS, RoundingMode.UNNECESSARY);
    }
    return "$" + usd.toPlainString();
  }
}
