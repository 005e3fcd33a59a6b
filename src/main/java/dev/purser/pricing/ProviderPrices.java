package dev.purser.pricing;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One provider's prices, by model and by the day from which they hold. */
final class ProviderPrices {
  private static final int MOST_FOUND = 1_000;

  private final Map<String, NavigableMap<LocalDate, ModelPrice>> models = new LinkedHashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Rates dearest;

  /** What was found for a name, or that nothing was; bounded, since callers choose names. */
  private final Map<String, Optional<NavigableMap<LocalDate, ModelPrice>>> found =
      new ConcurrentHashMap<>();

  /** Of two prices of one model and day, the later in the list holds. */
  ProviderPrices(Provider provider, List<ModelPrice> prices) {
    for (ModelPrice price : prices) {
      if (price.provider() == provider) {
        models.computeIfAbsent(price.model(), model -> new TreeMap<>()).put(price.from(), price);
        price.aliases().forEach(alias -> aliases.put(alias, price.model()));
      }
    }
    dearest =
        models.values().stream()
            .flatMap(days -> days.values().stream())
            .map(ModelPrice::dearest)
            .reduce(Rates.NONE, Rates::dearer);
  }

  Rates dearest() {
    return dearest;
  }

  boolean knows(String name) {
    return days(name) != null;
  }

  Optional<ModelPrice> find(String name, LocalDate day) {
    NavigableMap<LocalDate, ModelPrice> days = days(name);
    return days == null ? Optional.empty() : inForce(days, day);
  }

  /** What models of this name are called for. */
  Optional<ModelPrice.Use> use(String name) {
    NavigableMap<LocalDate, ModelPrice> days = days(name);
    return days == null ? Optional.empty() : Optional.of(days.lastEntry().getValue().use());
  }

  List<ModelPrice> inForce(LocalDate day) {
    List<ModelPrice> inForce = new ArrayList<>();
    models.values().forEach(days -> inForce(days, day).ifPresent(inForce::add));
    return inForce;
  }

  private static Optional<ModelPrice> inForce(
      NavigableMap<LocalDate, ModelPrice> days, LocalDate day) {
    return Optional.ofNullable(days.floorEntry(day)).map(Map.Entry::getValue);
  }

  /** A model's own name before an alias, and both before the model of which it is a snapshot. */
  private @Nullable NavigableMap<LocalDate, ModelPrice> days(String name) {
    Optional<NavigableMap<LocalDate, ModelPrice>> before = found.get(name);
    if (before != null) {
      return before.orElse(null);
    }
    NavigableMap<LocalDate, ModelPrice> days = search(name);
    if (found.size() < MOST_FOUND) {
      found.put(name, Optional.ofNullable(days));
    }
    return days;
  }

  private @Nullable NavigableMap<LocalDate, ModelPrice> search(String name) {
    NavigableMap<LocalDate, ModelPrice> exact = exactly(name);
    if (exact != null) {
      return exact;
    }
    Optional<String> model = ModelName.ofSnapshot(name);
    return model.isEmpty() ? null : exactly(model.get());
  }

  private @Nullable NavigableMap<LocalDate, ModelPrice> exactly(String name) {
    NavigableMap<LocalDate, ModelPrice> own = models.get(name);
    String model = own == null ? aliases.get(name) : null;
    return model == null ? own : models.get(model);
  }
}
