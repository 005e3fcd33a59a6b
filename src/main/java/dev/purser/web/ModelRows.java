package dev.purser.web;

import static dev.purser.web.Figures.percent;

import dev.purser.ledger.Ledger;
import dev.purser.reports.Figures;
import dev.purser.reports.UsageSummary;
import java.util.List;

/** Usage by model, as tables show it: the models, and all of them together. */
public record ModelRows(List<Row> rows, Row total) {
  public ModelRows {
    rows = List.copyOf(rows);
  }

  static ModelRows of(UsageSummary usage) {
    CallLink calls = CallLink.of(usage.month());
    return new ModelRows(
        usage.byModel().stream()
            .map(part ->
                new Row(
                    part.model(),
                    part.figures(),
                    calls.with("provider", part.provider().id()).with("model", part.model()),
                    ""))
            .toList(),
        new Row("Total", usage.total(), calls, ""));
  }

  /** What people read for a model of totals: there all that are not in the price list share one. */
  static String name(String model) {
    return model.equals(Ledger.UNKNOWN_MODEL) ? "Models without a price" : model;
  }

  /**
   * A model's use, or that of all.
   *
   * @param series which colour it has in a chart beside the table, as its class; empty for none
   */
  public record Row(String model, Figures figures, CallLink calls, String series) {
    /** Its name for people. */
    public String name() {
      return ModelRows.name(model);
    }

    public String cacheInWords() {
      return figures.cacheRead() == 0
          ? "none from cache"
          : percent(figures.cacheRead(), figures.prompt()) + " from cache";
    }

    public String reasoningInWords() {
      return figures.reasoning() == 0
          ? "no reasoning"
          : percent(figures.reasoning(), figures.output()) + " reasoning";
    }

    /** Of the cost of all, cut; empty if there is nothing to say. */
    public String shareOf(Row total) {
      return figures.costUnknown() || total.figures().cost().nanos() == 0
          ? ""
          : percent(figures.cost().nanos(), total.figures().cost().nanos());
    }
  }
}
