package dev.purser.web;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import dev.purser.agents.Agent;
import dev.purser.agents.VirtualKey;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.people.User;
import dev.purser.reports.UsageSummary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The start page: this month's usage, the agents, the API keys. */
record HomePage(WebParts parts) {
  Reply show(PageRequest request) {
    return Reply.page("home.jte", request.frame(), read(request.user()));
  }

  private Home read(User user) {
    String spaceId = user.spaceId();
    UsageSummary summary = parts.usageSummaries().current(spaceId, parts.clock().instant());
    var total = summary.total();
    return new Home(
        user.email(),
        summary.month(),
        summary.zone(),
        summary.asOf(),
        total.cost(),
        summary.byProvider().entrySet().stream()
            .map(part -> new Home.ProviderShare(part.getKey(), part.getValue().cost()))
            .toList(),
        meter(summary),
        total.requests(),
        total.reported(),
        total.estimated(),
        total.estimatedCost(),
        total.interrupted(),
        total.unpriced(),
        summary.byModel().stream().map(HomePage::row).toList(),
        agents(spaceId, summary),
        parts.vault().find(spaceId).stream()
            .map(key ->
                new Home.KeyRow(
                    key.provider(),
                    key.maskedKey(),
                    key.status(),
                    key.statusDetail(),
                    key.verifiedAt()))
            .toList());
  }

  private static Home.@Nullable Meter meter(UsageSummary summary) {
    Budget budget = summary.budget();
    return budget == null
        ? null
        : new Home.Meter(
            budget.limit(),
            summary.counted(),
            summary.held(),
            summary.doubt(),
            summary.total().unpriced());
  }

  private static Home.ModelRow row(UsageSummary.OfModel part) {
    var figures = part.figures();
    return new Home.ModelRow(
        part.model(),
        figures.requests(),
        figures.prompt(),
        figures.cacheRead(),
        figures.output(),
        figures.reasoning(),
        figures.cost(),
        figures.unpriced());
  }

  /** Those that can call, and the archived ones that did this month; the dearest first. */
  private List<Home.AgentRow> agents(String spaceId, UsageSummary summary) {
    Map<String, UsageSummary.OfAgent> used =
        summary.byAgent().stream()
            .collect(toMap(UsageSummary.OfAgent::agentId, Function.identity()));
    Map<String, List<String>> maskedKeys =
        parts.virtualKeys().list(spaceId).stream()
            .filter(key -> key.revokedAt() == null)
            .collect(groupingBy(VirtualKey::agentId, mapping(VirtualKey::masked, toList())));
    return parts.agents().list(spaceId, true).stream()
        .filter(agent -> agent.archivedAt() == null || used.containsKey(agent.id()))
        .map(agent ->
            row(agent, maskedKeys.getOrDefault(agent.id(), List.of()), used.get(agent.id())))
        .sorted(Comparator.comparing(Home.AgentRow::cost).reversed())
        .toList();
  }

  private static Home.AgentRow row(
      Agent agent, List<String> maskedKeys, UsageSummary.@Nullable OfAgent used) {
    Long budgetCents = agent.monthlyBudgetCents();
    return new Home.AgentRow(
        agent.name(),
        agent.archivedAt() != null,
        agent.preferredModel(),
        agent.modelPolicy(),
        maskedKeys,
        budgetCents == null ? null : Money.ofCents(budgetCents),
        used == null ? 0 : used.figures().requests(),
        used == null ? Money.ZERO : used.figures().cost(),
        used == null ? 0 : used.figures().unpriced());
  }
}
