package dev.purser.pricing;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One provider's prices, by model and by the day from which they hold. */
final class ProviderPrices {
  private static final int MAX_FOUND = 1_000;

  private final Map<String, NavigableMap<LocalDate, Card>> models = new LinkedHashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Set<String> replaced = new HashSet<>();
  private final Rates dearest;

  /** What was found for a name, or that nothing was; bounded, since callers choose names. */
  private final Map<String, Optional<NavigableMap<LocalDate, Card>>> found =
      new ConcurrentHashMap<>();

  /**
   * A price.
   *
   * @param number of an added one, counted from 1; 0 for a shipped one
   */
  record Card(ModelPrice price, int number) {}

  /**
   * An added price replaces those of its model that were added before and hold from its first day
   * or later, and a shipped one of the same day.
   */
  ProviderPrices(Provider provider, List<ModelPrice> shipped, List<ModelPrice> added) {
    shipped.forEach(price -> put(provider, new Card(price, 0)));
    for (int i = 0; i < added.size(); i++) {
      put(provider, new Card(added.get(i), i + 1));
    }
    dearest =
        models.values().stream()
            .flatMap(days -> days.values().stream())
            .map(card -> card.price().dearest())
            .reduce(Rates.NONE, Rates::dearer);
  }

  private void put(Provider provider, Card card) {
    ModelPrice price = card.price();
    if (price.provider() == provider) {
      NavigableMap<LocalDate, Card> days =
          models.computeIfAbsent(price.model(), model -> new TreeMap<>());
      if (card.number() > 0) {
        if (days.values().stream().anyMatch(earlier -> earlier.number() > 0)) {
          replaced.add(price.model());
        }
        days.tailMap(price.from(), /* inclusive= */ true)
            .values()
            .removeIf(earlier -> earlier.number() > 0);
      }
      days.put(price.from(), card);
      price.aliases().forEach(alias -> aliases.put(alias, price.model()));
    }
  }

  Rates dearest() {
    return dearest;
  }

  boolean knows(String name) {
    return days(name) != null;
  }

  /** Whether an added price was replaced by a later one. */
  boolean hasReplaced() {
    return !replaced.isEmpty();
  }

  /** The same of the model that has this name. */
  boolean hasReplaced(String name) {
    NavigableMap<LocalDate, Card> days = days(name);
    return days != null && replaced.contains(days.firstEntry().getValue().price().model());
  }

  Optional<Card> find(String name, LocalDate day) {
    NavigableMap<LocalDate, Card> days = days(name);
    return days == null ? Optional.empty() : inForce(days, day);
  }

  /** What models of this name are called for. */
  Optional<ModelPrice.Use> use(String name) {
    NavigableMap<LocalDate, Card> days = days(name);
    return days == null ? Optional.empty() : Optional.of(days.lastEntry().getValue().price().use());
  }

  List<ModelPrice> inForce(LocalDate day) {
    List<ModelPrice> inForce = new ArrayList<>();
    models.values().forEach(days -> inForce(days, day).map(Card::price).ifPresent(inForce::add));
    return inForce;
  }

  private static Optional<Card> inForce(NavigableMap<LocalDate, Card> days, LocalDate day) {
    return Optional.ofNullable(days.floorEntry(day)).map(Map.Entry::getValue);
  }

  /** A model's own name before an alias, and both before the model of which it is a snapshot. */
  private @Nullable NavigableMap<LocalDate, Card> days(String name) {
    Optional<NavigableMap<LocalDate, Card>> before = found.get(name);
    if (before != null) {
      return before.orElse(null);
    }
    NavigableMap<LocalDate, Card> days = search(name);
    if (found.size() < MAX_FOUND) {
      found.put(name, Optional.ofNullable(days));
    }
    return days;
  }

  private @Nullable NavigableMap<LocalDate, Card> search(String name) {
    NavigableMap<LocalDate, Card> exact = exactly(name);
    if (exact != null) {
      return exact;
    }
    Optional<String> model = ModelName.ofSnapshot(name);
    return model.isEmpty() ? null : exactly(model.get());
  }

  private @Nullable NavigableMap<LocalDate, Card> exactly(String name) {
    NavigableMap<LocalDate, Card> own = models.get(name);
    String model = own == null ? aliases.get(name) : null;
    return model == null ? own : models.get(model);
  }
}
