package dev.purser.web;

import static java.util.stream.Collectors.groupingBy;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.VirtualKey;
import dev.purser.people.SpaceSettings;
import dev.purser.reports.AgentUsage;
import dev.purser.reports.AgentsUsage;
import dev.purser.reports.Figures;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The agents of a space, with what each has cost this month; the form that makes a new one. */
public record AgentsPage(WebParts parts) {
  /**
   * What the page shows.
   *
   * @param justArchived null for none
   * @param typed what stands in the field for a new agent's name
   * @param error why that name will not do; null if nothing was wrong
   */
  public record Shown(
      YearMonth month,
      ZoneId zone,
      @Nullable String defaultModel,
      List<Row> agents,
      List<Row> archived,
      TrustLine trust,
      @Nullable Agent justArchived,
      String typed,
      @Nullable String error) {}

  /**
   * An agent.
   *
   * @param keyCount of its virtual keys that are good
   * @param lastCallAt null if it never called
   * @param budget its own; null if it has none
   */
  public record Row(
      Agent agent,
      long keyCount,
      @Nullable Instant lastCallAt,
      @Nullable BudgetStanding budget,
      Figures figures,
      CallLink calls) {}

  Reply show(PageRequest request) {
    return shown(200, request, "", null);
  }

  Reply create(PageRequest request) {
    String name = request.form().text("name");
    return switch (parts.agents().create(request.spaceId(), AgentDraft.named(name))) {
      case AgentSaved.Saved saved -> Reply.redirect("/agents/" + saved.agent().id());
      case AgentSaved.NameTaken _ ->
          shown(422, request, name, "Another agent has this name already. Choose another.");
      case AgentSaved.Refused refused -> shown(422, request, name, refused.reason());
      case AgentSaved.ChangedElsewhere _, AgentSaved.NotFound _ ->
          throw new IllegalStateException("a new agent cannot have been there before");
    };
  }

  private Reply shown(int status, PageRequest request, String typed, @Nullable String error) {
    String spaceId = request.spaceId();
    SpaceSettings settings = parts.spaces().settings(spaceId);
    Instant now = parts.clock().instant();
    AgentsUsage usage =
        parts.agentUsage().read(spaceId, YearMonth.from(now.atZone(settings.timeZone())));
    YearMonth month = usage.month();
    Map<String, List<VirtualKey>> keys =
        parts.virtualKeys().list(spaceId).stream().collect(groupingBy(VirtualKey::agentId));
    List<Row> rows =
        parts.agents().list(spaceId, true).stream()
            .map(agent ->
                row(agent, keys.getOrDefault(agent.id(), List.of()), usage.of(agent.id()), month))
            .sorted(Comparator.comparing((Row row) -> row.figures().cost()).reversed())
            .toList();
    Figures total = rows.stream().map(Row::figures).reduce(Figures.NONE, Figures::plus);
    return Reply.page(
        status,
        "agents.jte",
        request.frame(),
        new Shown(
            month,
            settings.timeZone(),
            settings.defaultModel(),
            rows.stream().filter(row -> row.agent().archivedAt() == null).toList(),
            rows.stream().filter(row -> row.agent().archivedAt() != null).toList(),
            new TrustLine(total, CallLink.of(month), month, settings.timeZone(), now),
            justArchived(request, rows),
            typed,
            error));
  }

  private static @Nullable Agent justArchived(PageRequest request, List<Row> rows) {
    String id = request.query("archived").orElse("");
    return rows.stream()
        .map(Row::agent)
        .filter(agent -> agent.id().equals(id) && agent.archivedAt() != null)
        .findFirst()
        .orElse(null);
  }

  private static Row row(Agent agent, List<VirtualKey> keys, AgentUsage usage, YearMonth month) {
    return new Row(
        agent,
        keys.stream().filter(key -> key.revokedAt() == null).count(),
        lastCall(keys, usage),
        BudgetStanding.of(agent, usage, month),
        usage.figures(),
        CallLink.of(month).with("agent", agent.id()));
  }

  /** The later of what its keys say and what the ledger says: the former is written in a while. */
  static @Nullable Instant lastCall(List<VirtualKey> keys, AgentUsage usage) {
    return Stream.concat(
            keys.stream().map(VirtualKey::lastUsedAt), Stream.ofNullable(usage.lastCallAt()))
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElse(null);
  }
}
