package dev.purser.web;

import dev.purser.people.Limits;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.providers.ListedModel;
import dev.purser.vault.KnownModels;
import dev.purser.vault.Models;
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
 * The models that a select offers: those with a price that answer chats, the newest first, each
 * provider's together. Where no key is good for them they are only shown. What is chosen already
 * stays, come what may.
 *
 * @param trouble why the chosen model is not what it should be, in one sentence; null if it is
 */
public record ModelOptions(List<Group> groups, @Nullable String trouble) {
  private static final Pattern NO_DIGITS = Pattern.compile("\\D+");
  private static final int MOST_NUMBERS = 8;

  /** Longer numbers in names are dates. */
  private static final int LONGEST_NUMBER = 3;

  /** What a provider says of its models' age; where it says nothing, the higher numbers first. */
  private static final Comparator<Models.Model> NEWEST_FIRST =
      Comparator.comparing(ModelOptions::releasedAt)
          .thenComparing(model -> numbers(model.name()), Arrays::compare)
          .reversed()
          .thenComparing(Models.Model::name);

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
   * @param text with its price: {@code claude-sonnet-5-5 · $2 in / $10 out per M}
   */
  public record Option(String value, String text, boolean chosen, boolean usable) {}

  /** What a form names, taken apart. */
  record Chosen(Provider provider, String model) {
    static Optional<Chosen> read(String value) {
      int slash = value.indexOf('/');
      return slash < 0
          ? Optional.empty()
          : Provider.ofId(value.substring(0, slash))
              .map(provider -> new Chosen(provider, value.substring(slash + 1)))
              .filter(chosen -> Limits.whyNotModel(chosen.provider(), chosen.model()).isEmpty());
    }
  }

  static String value(Provider provider, String model) {
    return provider.id() + "/" + model;
  }

  /**
   * The options.
   *
   * @param value the chosen one's, as {@link Option#value}; null for none
   */
  static ModelOptions of(KnownModels known, @Nullable String value) {
    Chosen chosen = value == null ? null : Chosen.read(value).orElse(null);
    List<Group> groups = new ArrayList<>();
    for (Provider provider : Provider.values()) {
      String model = chosen != null && chosen.provider() == provider ? chosen.model() : null;
      groups.add(group(known, provider, model));
    }
    return new ModelOptions(groups, chosen == null ? null : trouble(known, chosen));
  }

  private static Group group(KnownModels known, Provider provider, @Nullable String chosen) {
    List<Models.Model> all =
        known.all().stream()
            .filter(model -> model.provider() == provider && model.price() != null)
            .filter(Models.Model::chats)
            .sorted(NEWEST_FIRST)
            .toList();
    boolean anyUsable = all.stream().anyMatch(Models.Model::usable);
    List<Option> options = new ArrayList<>();
    for (Models.Model model : all) {
      boolean isChosen = model.name().equals(chosen);
      if (isChosen || model.usable() || !anyUsable) {
        options.add(option(known, provider, model.name(), isChosen, isChosen || model.usable()));
      }
    }
    // A snapshot, one without a price, or one that is not even known.
    if (chosen != null && options.stream().noneMatch(Option::chosen)) {
      options.addFirst(option(known, provider, chosen, true, true));
    }
    return new Group(
        provider,
        provider.displayName() + (anyUsable ? "" : ": " + whatIsMissing(known, provider)),
        options);
  }

  private static Option option(
      KnownModels known, Provider provider, String model, boolean chosen, boolean usable) {
    String price =
        known.price(provider, model).map(found -> perMillion(found.list())).orElse("no price yet");
    return new Option(value(provider, model), model + " · " + price, chosen, usable);
  }

  private static String whatIsMissing(KnownModels known, Provider provider) {
    return known
        .key(provider)
        .map(ProviderKey::status)
        .map(status ->
            switch (status) {
              case VALID, RESTRICTED -> "Your API key lists none of these";
              case REJECTED -> "Replace the rejected API key to use these";
              case UNREADABLE -> "Save the API key again to use these";
            })
        .orElse("Save an API key to use these");
  }

  private static @Nullable String trouble(KnownModels known, Chosen chosen) {
    String name = chosen.provider().displayName();
    if (!known.usable(chosen.provider(), chosen.model())) {
      return chosen.model()
          + " cannot be used just now: "
          + known
              .key(chosen.provider())
              .map(ProviderKey::status)
              .map(status ->
                  switch (status) {
                    case VALID, RESTRICTED -> name + " does not list it for the saved API key.";
                    case REJECTED -> name + " rejected the API key.";
                    case UNREADABLE -> "the API key from " + name + " cannot be read.";
                  })
              .orElse("there is no API key from " + name + ".");
    }
    return known.price(chosen.provider(), chosen.model()).isPresent()
        ? null
        : "Purser has no price for " + chosen.model() + ": its calls are unpriced.";
  }

  private static Instant releasedAt(Models.Model model) {
    ListedModel listed = model.listed();
    Instant releasedAt = listed == null ? null : listed.releasedAt();
    return releasedAt == null ? Instant.MIN : releasedAt;
  }

  /** Of a name that says its version: 5 and 2. */
  private static int[] numbers(String name) {
    return NO_DIGITS
        .splitAsStream(name)
        .filter(digits -> !digits.isEmpty() && digits.length() <= LONGEST_NUMBER)
        .limit(MOST_NUMBERS)
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /** {@code $3 in / $15 out per M}. */
  private static String perMillion(Rates rates) {
    return rate(rates, Kind.INPUT) + " in / " + rate(rates, Kind.OUTPUT) + " out per M";
  }

  private static String rate(Rates rates, Kind kind) {
    return rates.picos(kind).isPresent()
        ? Figures.shortPerMillion(rates.picos(kind).getAsLong())
        : "?";
  }
}
