package dev.purser.web;

import dev.purser.people.Limits;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.providers.ListedModel;
import dev.purser.vault.KnownModel;
import dev.purser.vault.KnownModels;
import dev.purser.vault.ProviderKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models that somebody chooses among: those that can be metered, by provider. Where no key is
 * good for them, they are only shown.
 *
 * @param chosen the value of the option that is selected; empty for none
 * @param caution why the chosen model is not what it should be; null if nothing is wrong
 */
public record ModelChoices(List<Group> groups, String chosen, @Nullable String caution) {
  private static final Pattern NOT_A_NUMBER = Pattern.compile("\\D+");
  private static final int MAX_NUMBERS = 8;

  /** What providers say of models' ages first; where they say nothing, higher numbers. */
  private static final Comparator<KnownModel> NEWEST_FIRST =
      Comparator.comparing(ModelChoices::releasedAt)
          .thenComparing(known -> numbers(known.model()), Arrays::compare)
          .reversed()
          .thenComparing(KnownModel::model);

  public ModelChoices {
    groups = List.copyOf(groups);
  }

  /** A provider's models, newest first. */
  public record Group(Provider provider, String label, List<Option> options) {
    public Group {
      options = List.copyOf(options);
    }
  }

  /**
   * One of them.
   *
   * @param value what the form sends, as {@link #read} reads it
   * @param words name and price: {@code claude-sonnet-5-5 · $2 in / $10 out per M}
   */
  public record Option(String value, String words, boolean usable) {}

  /** A model and whose it is; both null for no choice. */
  record Choice(@Nullable Provider provider, @Nullable String model) {
    static final Choice NONE = new Choice(null, null);

    String value() {
      return provider == null ? "" : provider.id() + "/" + model;
    }
  }

  /** What an option's value says; empty for what no option has. */
  static Optional<Choice> read(String value) {
    if (value.isEmpty()) {
      return Optional.of(Choice.NONE);
    }
    int slash = value.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String model = value.substring(slash + 1);
    return Provider.ofId(value.substring(0, slash))
        .filter(provider -> Limits.whyNotModel(provider, model).isEmpty())
        .map(provider -> new Choice(provider, model));
  }

  /** The choices of a space; what is chosen already stays among them, come what may. */
  static ModelChoices of(KnownModels known, Choice chosen) {
    List<Group> groups = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      groups.add(group(known, provider, chosen));
    }
    return new ModelChoices(groups, chosen.value(), caution(known, chosen));
  }

  private static Group group(KnownModels known, Provider provider, Choice chosen) {
    List<KnownModel> priced =
        known.all().stream()
            .filter(model -> model.provider() == provider)
            .filter(ModelChoices::answersChats)
            .sorted(NEWEST_FIRST)
            .toList();
    List<KnownModel> usable = priced.stream().filter(KnownModel::usable).toList();
    List<Option> options = new ArrayList<>();
    for (KnownModel model : usable.isEmpty() ? priced : usable) {
      options.add(option(known, new Choice(provider, model.model()), model.usable()));
    }
    if (chosen.provider() == provider) {
      String value = chosen.value();
      if (options.removeIf(option -> option.value().equals(value) && !option.usable())
          || options.stream().noneMatch(option -> option.value().equals(value))) {
        options.addFirst(option(known, chosen, true));
      }
    }
    return new Group(
        provider,
        provider.displayName() + (usable.isEmpty() ? ": " + whatIsMissing(known, provider) : ""),
        options);
  }

  /** Whether it has a price, so that it can be metered, and is no model for embeddings. */
  private static boolean answersChats(KnownModel known) {
    ModelPrice price = known.price();
    return price != null && price.use() == ModelPrice.Use.CHAT;
  }

  private static Option option(KnownModels known, Choice choice, boolean usable) {
    String price =
        price(known, choice)
            .map(ModelPrice::list)
            .map(rates ->
                rate(rates, Kind.INPUT) + " in / " + rate(rates, Kind.OUTPUT) + " out per M")
            .orElse("unpriced");
    return new Option(choice.value(), choice.model() + " · " + price, usable);
  }

  private static String rate(Rates rates, Kind kind) {
    return rates.picos(kind).isPresent()
        ? Figures.perMillion(rates.picos(kind).getAsLong())
        : "unpriced";
  }

  private static Optional<ModelPrice> price(KnownModels known, Choice choice) {
    return choice.provider() == null || choice.model() == null
        ? Optional.empty()
        : known.price(choice.provider(), choice.model());
  }

  private static String whatIsMissing(KnownModels known, Provider provider) {
    return known
        .key(provider)
        .map(key ->
            switch (key.status()) {
              case VALID, RESTRICTED -> "Your API key lists none of these";
              case REJECTED -> "Replace the rejected API key to use these";
              case UNREADABLE -> "Save the API key again to use these";
            })
        .orElse("Save an API key to use these");
  }

  private static @Nullable String caution(KnownModels known, Choice chosen) {
    Provider provider = chosen.provider();
    String model = chosen.model();
    if (provider == null || model == null) {
      return null;
    }
    String name = provider.displayName();
    if (!known.usable(provider, model)) {
      return model
          + " cannot be used just now: "
          + known
              .key(provider)
              .map(ProviderKey::status)
              .map(status ->
                  switch (status) {
                    case VALID, RESTRICTED -> name + " does not list it for your API key.";
                    case REJECTED -> name + " rejected the API key.";
                    case UNREADABLE -> "the API key from " + name + " cannot be read.";
                  })
              .orElse("there is no API key from " + name + ".");
    }
    return price(known, chosen).isPresent()
        ? null
        : "There is no price for " + model + " yet: its calls are unpriced until one is added.";
  }

  private static Instant releasedAt(KnownModel known) {
    ListedModel listed = known.listed();
    return listed == null || listed.releasedAt() == null ? Instant.MIN : listed.releasedAt();
  }

  /** Those in a name, as far as they are small enough to be versions: 5 and 2. */
  private static int[] numbers(String name) {
    return NOT_A_NUMBER
        .splitAsStream(name)
        .filter(digits -> !digits.isEmpty() && digits.length() < 4)
        .limit(MAX_NUMBERS)
        .mapToInt(Integer::parseInt)
        .toArray();
  }
}
