package dev.purser.reports;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a month of a space used and cost.
 *
 * @param zone in which the month begins and ends
 * @param byModel the dearest first
 * @param byAgent the dearest first; empty where it was not asked for
 * @param counted what budgets count as spent: the cost, and unpriced calls at the dearest list
 *     price
 * @param held set aside for calls that are running
 * @param doubt what estimates may lack of what their calls really cost
 * @param budget of the space; null for no limit
 * @param asOf when all of this was so
 */
public record UsageSummary(
    YearMonth month,
    ZoneId zone,
    List<OfModel> byModel,
    List<OfAgent> byAgent,
    Money counted,
    Money held,
    Money doubt,
    @Nullable Budget budget,
    Instant asOf) {

  public UsageSummary {
    byModel = List.copyOf(byModel);
    byAgent = List.copyOf(byAgent);
  }

  /**
   * A model's part.
   *
   * @param model as totals name it: models without a price share one name
   */
  public record OfModel(Provider provider, String model, Figures figures) {}

  /**
   * An agent's part.
   *
   * @param name as it is now; null if there is no such agent any more
   */
  public record OfAgent(String agentId, @Nullable String name, Figures figures) {}

  /** The month's first instant. */
  public Instant from() {
    return month.atDay(1).atStartOfDay(zone).toInstant();
  }

  /** The first instant after the month. */
  public Instant until() {
    return month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
  }

  /** All of it. */
  public Figures total() {
    return byModel.stream().map(OfModel::figures).reduce(Figures.NONE, Figures::plus);
  }

  /** Of each provider that was used. */
  public Map<Provider, Figures> byProvider() {
    Map<Provider, Figures> byProvider = new EnumMap<>(Provider.class);
    byModel.forEach(part -> byProvider.merge(part.provider(), part.figures(), Figures::plus));
    return byProvider;
  }
}
