package dev.purser.web;

import dev.purser.pricing.Kind;
import dev.purser.reports.Figures;
import dev.purser.reports.MonthUsage;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A month's usage as a file: exact values, a row for each part, no row for the total. A cost that
 * is not known is left empty.
 */
final class UsageCsv {
  private UsageCsv() {}

  static Reply of(MonthUsage usage, String by) {
    List<List<String>> rows =
        switch (by) {
          case "agent" -> agents(usage);
          case "day" -> days(usage);
          default -> models(usage);
        };
    String name =
        switch (by) {
          case "agent", "day" -> by;
          default -> "model";
        };
    return new Reply.Download(
        "purser-usage-" + usage.month() + "-by-" + name + ".csv",
        "text/csv; charset=utf-8",
        Csv.of(rows));
  }

  private static List<List<String>> models(MonthUsage usage) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(head("provider", "model"));
    for (Map.Entry<MonthUsage.ModelKey, Figures> each : usage.byModel().entrySet()) {
      rows.add(row(each.getValue(), each.getKey().provider().id(), each.getKey().model()));
    }
    return rows;
  }

  private static List<List<String>> agents(MonthUsage usage) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(head("agent_id", "agent"));
    for (Map.Entry<MonthUsage.AgentKey, Figures> each : usage.byAgent().entrySet()) {
      rows.add(row(each.getValue(), each.getKey().agentId(), UsagePage.name(each.getKey().name())));
    }
    return rows;
  }

  private static List<List<String>> days(MonthUsage usage) {
    Map<LocalDate, Figures> days = new TreeMap<>();
    usage.models().stream()
        .filter(part -> usage.inMonth(part.day()))
        .forEach(part -> days.merge(part.day(), part.figures(), Figures::plus));
    List<List<String>> rows = new ArrayList<>();
    rows.add(head("day"));
    days.forEach((day, figures) -> rows.add(row(figures, day.toString())));
    return rows;
  }

  private static List<String> head(String... names) {
    List<String> head = new ArrayList<>(List.of(names));
    head.add("requests");
    for (Kind kind : Kind.values()) {
      head.add(kind == Kind.WEB_SEARCH ? "web_searches" : kind.id() + "_tokens");
    }
    head.addAll(List.of("reasoning_tokens", "unpriced_requests", "cost_usd"));
    return head;
  }

  private static List<String> row(Figures figures, String... names) {
    List<String> row = new ArrayList<>(List.of(names));
    row.add(Long.toString(figures.requests()));
    for (Kind kind : Kind.values()) {
      row.add(Long.toString(figures.count(kind)));
    }
    row.add(Long.toString(figures.reasoning()));
    row.add(Long.toString(figures.unpriced()));
    row.add(figures.costUnknown() ? "" : dev.purser.web.Figures.exact(figures.cost()));
    return row;
  }
}
