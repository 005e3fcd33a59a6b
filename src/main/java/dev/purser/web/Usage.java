package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.reports.Figures;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page of usage shows of a month.
 *
 * @param earlier the month before, if there was any use then or earlier; null if not
 * @param later null if this is the month of now
 * @param budget null without one, and for months that are over
 * @param notices of the budget, to be told once each
 * @param budgetDone what was just done about the budget; empty for nothing
 * @param savings null if no cache was used
 */
public record Usage(
    YearMonth month,
    @Nullable YearMonth earlier,
    @Nullable YearMonth later,
    By by,
    Sort sort,
    TrustLine trust,
    Map<Provider, Figures> byProvider,
    @Nullable BudgetStanding budget,
    List<BudgetNotice> notices,
    String budgetDone,
    @Nullable Projection projection,
    @Nullable Money savings,
    UsageChart chart,
    ModelRows models,
    List<AgentRow> agents,
    List<KindRow> kinds) {

  /** What the days of the chart are stacked by. */
  public enum By {
    MODEL,
    PROVIDER,
    AGENT;

    /** As addresses write it. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    public String title() {
      return name().charAt(0) + id().substring(1);
    }

    static By ofId(String id) {
      for (By by : values()) {
        if (by.id().equals(id)) {
          return by;
        }
      }
      return MODEL;
    }
  }

  /** How the table of models is sorted. */
  public record Sort(Column column, boolean descending) {
    /** A column that can be sorted by. */
    public enum Column {
      MODEL("Model"),
      REQUESTS("Requests"),
      INPUT("Input Tokens"),
      OUTPUT("Output Tokens"),
      COST("Est. Cost");

      private final String title;

      Column(String title) {
        this.title = title;
      }

      public String title() {
        return title;
      }
    }

    static final Sort USUAL = new Sort(Column.COST, true);

    /** Reads {@code -cost} or {@code cost}; whatever is neither is the usual one. */
    static Sort ofId(String id) {
      boolean descending = id.startsWith("-");
      String name = descending ? id.substring(1) : id;
      for (Column column : Column.values()) {
        if (column.name().equalsIgnoreCase(name)) {
          return new Sort(column, descending);
        }
      }
      return USUAL;
    }

    /** As addresses write it. */
    public String id() {
      return id(column, descending);
    }

    /** Where a column's head leads: the other way round, if it is sorted by already. */
    public String next(Column other) {
      return id(other, column == other ? !descending : other != Column.MODEL);
    }

    private static String id(Column column, boolean descending) {
      return (descending ? "-" : "") + column.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** What {@code aria-sort} says of a column; null for nothing. */
    public @Nullable String aria(Column other) {
      return column != other ? null : descending ? "descending" : "ascending";
    }
  }

  /** An agent's part. */
  public record AgentRow(
      String agentId, String name, Figures figures, CallLink calls, String width) {}

  /**
   * The tokens of one kind.
   *
   * @param cost of those that have a price; null if none has
   */
  public record KindRow(
      Kind kind, String name, long quantity, @Nullable Money cost, String width) {}

  /** This page, otherwise the same, sorted or stacked in another way. */
  public String path(String sort, By by) {
    return path(month, sort, by);
  }

  /** The page of another month, sorted and stacked in the same way. */
  public String path(YearMonth month) {
    return path(month, sort.id(), by);
  }

  private static String path(YearMonth month, String sort, By by) {
    return "/usage?month=" + month + "&by=" + by.id() + "&sort=" + sort;
  }
}
