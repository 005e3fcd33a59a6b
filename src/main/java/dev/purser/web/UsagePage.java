package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Provider;
import dev.purser.reports.BudgetOutlook;
import dev.purser.reports.Figures;
import dev.purser.reports.MonthUsage;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a month has cost, by day, model, agent and kind of token; also as a file. */
record UsagePage(WebParts parts) {
  Reply show(PageRequest request) {
    MonthUsage usage = read(request);
    BudgetOutlook outlook =
        parts.budgetOutlooks().read(request.spaceId(), usage.zone(), usage.asOf());
    return new Reply.Page(
        200,
        "usage.jte",
        Map.of(
            "frame", request.frame(),
            "page", page(usage, outlook, request),
            "demo", OverspendPage.isFor(parts, request)));
  }

  Reply csv(PageRequest request) {
    return UsageCsv.of(read(request), request.query("by").orElse("model"));
  }

  private MonthUsage read(PageRequest request) {
    return parts
        .monthUsage()
        .read(
            request.spaceId(),
            request.query("month").flatMap(UsagePage::month),
            parts.clock().instant());
  }

  /** Empty also for what is no month, which is answered by this one. */
  private static Optional<YearMonth> month(String text) {
    try {
      YearMonth month = YearMonth.parse(text);
      return month.getYear() >= 2000 && month.getYear() <= 9998
          ? Optional.of(month)
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Usage page(MonthUsage usage, BudgetOutlook outlook, PageRequest request) {
    Usage.By by = Usage.By.ofId(request.query("by").orElse(""));
    Usage.Sort sort = Usage.Sort.ofId(request.query("sort").orElse(""));
    Projection projection = Projection.of(usage).orElse(null);
    UsageChart chart = UsageChart.of(usage, stacked(usage, by), projection);
    Figures total = usage.total();
    CallLink calls = calls(usage);
    YearMonth now = YearMonth.from(usage.asOf().atZone(usage.zone()));
    BudgetStanding budget =
        usage.month().equals(outlook.month()) ? BudgetStanding.of(usage, outlook) : null;
    boolean before = usage.firstDay() != null && usage.firstDay().isBefore(usage.month().atDay(1));
    return new Usage(
        usage.month(),
        before ? usage.month().minusMonths(1) : null,
        usage.month().isBefore(now) ? usage.month().plusMonths(1) : null,
        by,
        sort,
        new TrustLine(total, calls, usage.month(), usage.zone(), usage.asOf()),
        usage.byProvider(),
        budget,
        budget == null ? List.of() : BudgetNotices.of(budget, projection, outlook, usage.zone()),
        BudgetForms.done(request),
        projection,
        total.cacheRead() + total.cacheWrite() > 0 ? total.cacheSaved() : null,
        chart,
        models(usage, sort, by == Usage.By.MODEL ? chart : null),
        agents(usage),
        kinds(total));
  }

  private static CallLink calls(MonthUsage usage) {
    return CallLink.of(usage.month()).asOf(LocalDate.ofInstant(usage.asOf(), usage.zone()));
  }

  private static List<UsageChart.Part> stacked(MonthUsage usage, Usage.By by) {
    return by == Usage.By.AGENT
        ? usage.agents().stream()
            .map(part -> new UsageChart.Part(part.day(), slice(part), part.figures()))
            .toList()
        : usage.models().stream()
            .filter(part -> usage.inMonth(part.day()))
            .map(part -> new UsageChart.Part(part.day(), slice(part, by), part.figures()))
            .toList();
  }

  private static UsageChart.Slice slice(MonthUsage.OfAgent part) {
    return UsageChart.Slice.of(name(part.name()), Map.of("agent", part.agentId()));
  }

  private static UsageChart.Slice slice(MonthUsage.OfModel part, Usage.By by) {
    return by == Usage.By.PROVIDER
        ? UsageChart.Slice.of(part.provider(), filter(part.provider()))
        : UsageChart.Slice.of(ModelRows.name(part.model()), filter(part.provider(), part.model()));
  }

  private static Map<String, String> filter(Provider provider) {
    return Map.of("provider", provider.id());
  }

  private static Map<String, String> filter(Provider provider, String model) {
    return Map.of("provider", provider.id(), "model", model);
  }

  private static ModelRows models(
      MonthUsage usage, Usage.Sort sort, @Nullable UsageChart coloured) {
    CallLink calls = calls(usage);
    List<ModelRows.Row> rows = new ArrayList<>();
    for (Map.Entry<MonthUsage.ModelKey, Figures> each : usage.byModel().entrySet()) {
      String model = each.getKey().model();
      Map<String, String> filter = filter(each.getKey().provider(), model);
      rows.add(
          new ModelRows.Row(
              model,
              each.getValue(),
              calls.with(filter),
              coloured == null ? "" : coloured.styleOf(filter)));
    }
    Comparator<ModelRows.Row> order =
        switch (sort.column()) {
          case MODEL -> Comparator.comparing(ModelRows.Row::model);
          case REQUESTS -> Comparator.comparingLong(row -> row.figures().requests());
          case INPUT -> Comparator.comparingLong(row -> row.figures().prompt());
          case OUTPUT -> Comparator.comparingLong(row -> row.figures().output());
          case COST -> Comparator.comparing(row -> row.figures().cost());
        };
    rows.sort(sort.descending() ? order.reversed() : order);
    return new ModelRows(rows, new ModelRows.Row("Total", usage.total(), calls, ""));
  }

  private static List<Usage.AgentRow> agents(MonthUsage usage) {
    Map<MonthUsage.AgentKey, Figures> byAgent = usage.byAgent();
    long dearest =
        byAgent.values().stream().mapToLong(figures -> figures.cost().nanos()).max().orElse(0);
    List<Usage.AgentRow> rows = new ArrayList<>();
    byAgent.forEach((agent, figures) ->
        rows.add(
            new Usage.AgentRow(
                agent.agentId(),
                name(agent.name()),
                figures,
                calls(usage).with("agent", agent.agentId()),
                width(figures.cost().nanos(), dearest))));
    return rows;
  }

  private static List<Usage.KindRow> kinds(Figures total) {
    List<Usage.KindRow> rows = new ArrayList<>();
    long most = 0;
    for (Kind kind : Kind.values()) {
      most = Math.max(most, kind == Kind.WEB_SEARCH ? 0 : total.count(kind));
    }
    for (Kind kind : Kind.values()) {
      long quantity = total.count(kind);
      if (quantity > 0) {
        rows.add(
            new Usage.KindRow(
                kind,
                KindNames.of(kind),
                quantity,
                cost(total, kind),
                kind == Kind.WEB_SEARCH ? "0%" : width(quantity, most)));
      }
    }
    return rows;
  }

  /** Null if none of it has a price. */
  private static @Nullable Money cost(Figures total, Kind kind) {
    Money cost = total.costOf(kind);
    return cost.nanos() == 0 && total.unpriced() > 0 ? null : cost;
  }

  private static String width(long part, long whole) {
    if (whole <= 0) {
      return "0%";
    }
    long tenths =
        BigInteger.valueOf(Math.max(0, part))
            .multiply(BigInteger.valueOf(1_000))
            .divide(BigInteger.valueOf(whole))
            .longValueExact();
    return tenths / 10 + "." + tenths % 10 + "%";
  }

  static String name(@Nullable String agentName) {
    return agentName == null ? "(an agent that is no more)" : agentName;
  }
}
