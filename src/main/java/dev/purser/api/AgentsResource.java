package dev.purser.api;

import static java.util.stream.Collectors.groupingBy;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.Agents;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.VirtualKey;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.agents.VirtualKeys;
import dev.purser.money.Budget;
import dev.purser.pricing.Provider;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Agents, and the virtual keys they hold. */
record AgentsResource(Agents agents, VirtualKeys virtualKeys, ModelOwners owners) {
  static final String[] NEW_FIELDS = {
    "name", "preferredProvider", "preferredModel", "modelPolicy", "monthlyBudgetCents", "budgetMode"
  };
  static final String[] FIELDS = {
    "name",
    "preferredProvider",
    "preferredModel",
    "modelPolicy",
    "monthlyBudgetCents",
    "budgetMode",
    "version"
  };

  private static final int NAME_CHARACTERS = 200;

  /** An agent as it is shown. */
  record AgentBody(
      String id,
      String name,
      @Nullable String preferredProvider,
      @Nullable String preferredModel,
      String modelPolicy,
      @Nullable Long monthlyBudgetCents,
      String budgetMode,
      Instant createdAt,
      @Nullable Instant archivedAt,
      List<VirtualKeyBody> virtualKeys,
      long version) {

    static AgentBody of(Agent agent, List<VirtualKey> virtualKeys) {
      Provider provider = agent.preferredProvider();
      return new AgentBody(
          agent.id(),
          agent.name(),
          provider == null ? null : provider.id(),
          agent.preferredModel(),
          agent.modelPolicy().id(),
          agent.monthlyBudgetCents(),
          agent.budgetMode().id(),
          agent.createdAt(),
          agent.archivedAt(),
          virtualKeys.stream().map(VirtualKeyBody::of).toList(),
          agent.version());
    }
  }

  /** A virtual key as it is shown after it was made. */
  record VirtualKeyBody(
      String id,
      String name,
      String maskedKey,
      Instant createdAt,
      @Nullable Instant lastUsedAt,
      @Nullable Instant revokedAt) {

    static VirtualKeyBody of(VirtualKey key) {
      return new VirtualKeyBody(
          key.id(), key.name(), key.masked(), key.createdAt(), key.lastUsedAt(), key.revokedAt());
    }
  }

  /** A virtual key as it is shown once. */
  record NewVirtualKeyBody(String id, String name, String secret, String maskedKey) {}

  ApiAnswer list(ApiRequest request) {
    Map<String, List<VirtualKey>> keys = keysByAgent(request.spaceId());
    return ApiAnswer.ok(
        Page.whole(
            agents.list(request.spaceId(), true).stream()
                .map(agent -> AgentBody.of(agent, keys.getOrDefault(agent.id(), List.of())))
                .toList()));
  }

  ApiAnswer create(ApiRequest request) {
    String name = request.body().text("name", NAME_CHARACTERS);
    AgentDraft draft = edited(request, AgentDraft.named(name));
    return answer(agents.create(request.spaceId(), draft), true);
  }

  ApiAnswer read(ApiRequest request) {
    return agents
        .find(request.spaceId(), request.path("id"))
        .map(agent -> ApiAnswer.ok(shown(agent)))
        .orElseGet(() -> ApiAnswer.notFound("agent"));
  }

  ApiAnswer change(ApiRequest request) {
    Optional<Agent> current = agents.find(request.spaceId(), request.path("id"));
    if (current.isEmpty()) {
      return ApiAnswer.notFound("agent");
    }
    Agent agent = current.get();
    AgentDraft draft = edited(request, agent.draft());
    Long version = request.body().version();
    return answer(
        agents.change(
            agent.spaceId(), agent.id(), draft, version == null ? agent.version() : version),
        false);
  }

  ApiAnswer archive(ApiRequest request) {
    return agents.archive(request.spaceId(), request.path("id"))
        ? ApiAnswer.done()
        : ApiAnswer.notFound("agent");
  }

  ApiAnswer createVirtualKey(ApiRequest request) {
    String name = request.body().text("name", NAME_CHARACTERS);
    return switch (virtualKeys.create(request.spaceId(), request.path("id"), name, null)) {
      case VirtualKeyCreated.Created created ->
          ApiAnswer.created(
              new NewVirtualKeyBody(
                  created.virtualKey().id(),
                  created.virtualKey().name(),
                  created.secret().reveal(),
                  created.virtualKey().masked()));
      case VirtualKeyCreated.NotFound missing -> ApiAnswer.notFound("agent");
      case VirtualKeyCreated.Refused refused -> invalid("name", refused.reason());
    };
  }

  ApiAnswer revokeVirtualKey(ApiRequest request) {
    return virtualKeys.revoke(request.spaceId(), request.path("id"))
        ? ApiAnswer.done()
        : ApiAnswer.notFound("virtual key");
  }

  private AgentDraft edited(ApiRequest request, AgentDraft current) {
    JsonBody body = request.body();
    ModelChoice choice =
        ModelChoice.read(
            body,
            "preferredProvider",
            "preferredModel",
            new ModelChoice(current.preferredProvider(), current.preferredModel()),
            owners,
            request.spaceId());
    ModelPolicy policy = body.oneOf("modelPolicy", List.of(ModelPolicy.values()), ModelPolicy::id);
    Long budgetCents =
        body.has("monthlyBudgetCents")
            ? body.centsOrNull("monthlyBudgetCents")
            : current.monthlyBudgetCents();
    Budget.Mode mode = BudgetModes.read(body, current.budgetMode());
    return new AgentDraft(
        body.has("name") ? body.text("name", NAME_CHARACTERS) : current.name(),
        choice.provider(),
        choice.model(),
        policy == null ? current.modelPolicy() : policy,
        budgetCents,
        mode);
  }

  private ApiAnswer answer(AgentSaved saved, boolean isNew) {
    return switch (saved) {
      case AgentSaved.Saved done ->
          isNew ? ApiAnswer.created(shown(done.agent())) : ApiAnswer.ok(shown(done.agent()));
      case AgentSaved.NameTaken taken ->
          new ApiAnswer.Refused(
              new Problem(ProblemCode.NAME_TAKEN, "another agent has this name already", "name"));
      case AgentSaved.ChangedElsewhere changed ->
          ApiAnswer.refused(
              ProblemCode.CHANGED_ELSEWHERE,
              "the agent is at version "
                  + changed.current().version()
                  + " by now; nothing was changed. Read it again");
      case AgentSaved.NotFound missing -> ApiAnswer.notFound("agent");
      case AgentSaved.Refused refused -> invalid(refused.field(), refused.reason());
    };
  }

  private AgentBody shown(Agent agent) {
    return AgentBody.of(agent, keysByAgent(agent.spaceId()).getOrDefault(agent.id(), List.of()));
  }

  private Map<String, List<VirtualKey>> keysByAgent(String spaceId) {
    return virtualKeys.list(spaceId).stream().collect(groupingBy(VirtualKey::agentId));
  }

  private static ApiAnswer invalid(String field, String reason) {
    return new ApiAnswer.Refused(new Problem(ProblemCode.INVALID_VALUE, reason, field));
  }
}
