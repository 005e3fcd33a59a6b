package dev.purser.reports;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A month of a space, day by day: all that the page of usage shows.
 *
 * @param zone in which days begin, as chosen now
 * @param firstDay the first day with any use at all; null if there never was any
 * @param budget of the space; null for no limit
 * @param counted what budgets count as spent: the cost, and unpriced calls at the dearest list
 *     price
 * @param held set aside for calls that are running
 * @param doubt what estimates may lack of what their calls really cost
 * @param models of every day, and of the {@link #DAYS_BEFORE} before the month
 * @param agents of every day of the month
 * @param asOf when all of this was so
 */
public record MonthUsage(
    YearMonth month,
    ZoneId zone,
    @Nullable LocalDate firstDay,
    @Nullable Budget budget,
    Money counted,
    Money held,
    Money doubt,
    List<OfModel> models,
    List<OfAgent> agents,
    Instant asOf) {

  /** How far before the month use is read, for the pace at its beginning. */
  public static final int DAYS_BEFORE = 7;

  public MonthUsage {
    models = List.copyOf(models);
    agents = List.copyOf(agents);
  }

  /**
   * A part of a model's part of a day.
   *
   * @param model as totals name it: models without a price share one name
   */
  public record OfModel(LocalDate day, Provider provider, String model, Figures figures) {}

  /**
   * A part of an agent's part of a day.
   *
   * @param name as it is now; null if there is no such agent any more
   */
  public record OfAgent(LocalDate day, String agentId, @Nullable String name, Figures figures) {}

  /** A model, whoever provides it under its name. */
  public record ModelKey(Provider provider, String model) {}

  /** An agent by its identifier and present name. */
  public record AgentKey(String agentId, @Nullable String name) {}

  /** The month's models, the dearest first. */
  public Map<ModelKey, Figures> byModel() {
    Map<ModelKey, Figures> sums = new LinkedHashMap<>();
    for (OfModel part : models) {
      if (inMonth(part.day())) {
        sums.merge(new ModelKey(part.provider(), part.model()), part.figures(), Figures::plus);
      }
    }
    return dearestFirst(sums);
  }

  /** The month's providers. */
  public Map<Provider, Figures> byProvider() {
    Map<Provider, Figures> sums = new EnumMap<>(Provider.class);
    byModel().forEach((key, figures) -> sums.merge(key.provider(), figures, Figures::plus));
    return sums;
  }

  /** The month's agents, the dearest first. */
  public Map<AgentKey, Figures> byAgent() {
    Map<AgentKey, Figures> sums = new LinkedHashMap<>();
    for (OfAgent part : agents) {
      sums.merge(new AgentKey(part.agentId(), part.name()), part.figures(), Figures::plus);
    }
    return dearestFirst(sums);
  }

  /** All of the month. */
  public Figures total() {
    return byModel().values().stream().reduce(Figures.NONE, Figures::plus);
  }

  /** What was used from one day to another, both included, of those that were read. */
  public Figures between(LocalDate first, LocalDate last) {
    return models.stream()
        .filter(part -> !part.day().isBefore(first) && !part.day().isAfter(last))
        .map(OfModel::figures)
        .reduce(Figures.NONE, Figures::plus);
  }

  /** Whether a day is one of the month's. */
  public boolean inMonth(LocalDate day) {
    return YearMonth.from(day).equals(month);
  }

  private static <K> Map<K, Figures> dearestFirst(Map<K, Figures> sums) {
    Map<K, Figures> sorted = new LinkedHashMap<>();
    sums.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty())
        .sorted(Map.Entry.comparingByValue(Comparator.comparing(Figures::cost).reversed()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }
}
