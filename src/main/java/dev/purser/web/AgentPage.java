package dev.purser.web;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.VirtualKey;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.people.SpaceSettings;
import dev.purser.reports.AgentUsage;
import dev.purser.reports.AgentsUsage;
import dev.purser.secret.Secret;
import dev.purser.vault.KnownModels;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One agent: its virtual keys, how to connect it, its model and its budget. */
public record AgentPage(WebParts parts) {
  /**
   * What the page shows.
   *
   * @param budget its own; null if it has none
   * @param budgetDone what was just done about it; empty for nothing
   * @param newKey a virtual key that was just made; null but in the answer to the form that made it
   * @param asked which question stands open; null for none
   * @param revokedKeyId the virtual key that was just revoked; empty for none
   * @param keyTyped what stands in the field for a new key's name
   * @param keyError why that name will not do; null if nothing was wrong
   * @param undone what was to be done when somebody else had archived the agent; null for nothing
   */
  public record Shown(
      Agent agent,
      YearMonth month,
      ZoneId zone,
      AgentUsage usage,
      CallLink calls,
      @Nullable Instant lastCallAt,
      @Nullable BudgetStanding budget,
      String budgetDone,
      @Nullable Long spaceBudgetCents,
      List<VirtualKey> keys,
      @Nullable NewKey newKey,
      Snippets snippets,
      @Nullable Question asked,
      String revokedKeyId,
      String keyTyped,
      @Nullable String keyError,
      @Nullable Undone undone,
      Edited edited) {
    /** Whether it has no virtual key that is good, so that it cannot call. */
    public boolean keyless() {
      return keys.stream().allMatch(key -> key.revokedAt() != null);
    }
  }

  /** What can no longer be done to an archived agent. */
  public enum Undone {
    CHANGE,
    NEW_KEY
  }

  /** A virtual key, this once. */
  public record NewKey(String name, String secret) {}

  /** What must be answered before it is done. */
  public sealed interface Question {
    /** Whether to revoke this virtual key. */
    record Revoke(String keyId) implements Question {}

    /** Whether to archive the agent. */
    record Archive() implements Question {}

    /** Whether this key is the one asked about. */
    static boolean isAbout(@Nullable Question question, String keyId) {
      return question instanceof Revoke revoke && revoke.keyId().equals(keyId);
    }
  }

  /**
   * The form as it stands: stored values, or what was typed and would not do.
   *
   * @param version that was read when the form was made
   * @param field what was wrong; null if nothing was
   * @param error why, in one sentence
   * @param changedElsewhere whether somebody else saved in the meantime
   * @param differences from what they saved; empty if nobody did
   */
  public record Edited(
      String name,
      ModelChoices models,
      @Nullable String defaultModel,
      boolean always,
      BudgetField budget,
      long version,
      @Nullable String field,
      @Nullable String error,
      boolean changedElsewhere,
      List<Difference> differences,
      boolean saved) {

    public boolean wrong(String name) {
      return name.equals(field);
    }

    /** The model that is chosen, for people. */
    public String modelName() {
      return models.chosen().isEmpty()
          ? "my default"
          : models.chosen().substring(models.chosen().indexOf('/') + 1);
    }
  }

  /** What a form says of an agent. */
  private record Draft(
      String name, Optional<ModelChoices.Choice> model, ModelPolicy policy, BudgetField budget) {
    static Draft of(Agent agent) {
      return new Draft(
          agent.name(),
          Optional.of(saved(agent)),
          agent.modelPolicy(),
          BudgetField.of(agent.monthlyBudgetCents(), agent.budgetMode()));
    }

    static Draft read(Form form) {
      return new Draft(
          form.text("name"),
          ModelChoices.read(form.text("model")),
          form.text("policy").equals(ModelPolicy.ALWAYS.id())
              ? ModelPolicy.ALWAYS
              : ModelPolicy.AUTO,
          BudgetField.read(form));
    }

    /** Of one that can be saved: from what is saved by now. */
    List<Difference> differencesFrom(Agent agent) {
      Draft theirs = of(agent);
      BudgetField yours = BudgetField.of(budget.cents(), budget.chosenMode());
      return Difference.among(
          new Difference("Name", name, theirs.name),
          new Difference("Preferred model", modelInWords(), theirs.modelInWords()),
          new Difference("Used", policyInWords(), theirs.policyInWords()),
          new Difference("Monthly Budget", yours.amountInWords(), theirs.budget.amountInWords()),
          new Difference("At the limit", yours.modeInWords(), theirs.budget.modeInWords()));
    }

    private String modelInWords() {
      return model.map(ModelChoices.Choice::model).orElse("my default");
    }

    private String policyInWords() {
      return policy == ModelPolicy.ALWAYS ? "always" : "when it asks for auto";
    }

    private static ModelChoices.Choice saved(Agent agent) {
      return new ModelChoices.Choice(agent.preferredProvider(), agent.preferredModel());
    }
  }

  /** What is different in an answer to a form. */
  private record Moment(
      int status,
      @Nullable NewKey newKey,
      String keyTyped,
      @Nullable String keyError,
      @Nullable Draft draft,
      long version,
      @Nullable String field,
      @Nullable String error,
      boolean changedElsewhere,
      @Nullable Undone undone) {
    static final Moment PLAIN = new Moment(200, null, "", null, null, 0, null, null, false, null);

    static Moment key(NewKey key) {
      return new Moment(200, key, "", null, null, 0, null, null, false, null);
    }

    static Moment keyRefused(String typed, String why) {
      return new Moment(422, null, typed, why, null, 0, null, null, false, null);
    }

    static Moment refused(Draft draft, long version, String field, @Nullable String why) {
      return new Moment(422, null, "", null, draft, version, field, why, false, null);
    }

    static Moment late(Draft draft, long version) {
      return new Moment(409, null, "", null, draft, version, null, null, true, null);
    }

    /** Somebody else has archived the agent. */
    static Moment tooLate(Undone undone, @Nullable Draft draft) {
      return new Moment(409, null, "", null, draft, 0, null, null, false, undone);
    }
  }

  Reply show(PageRequest request) {
    return shown(request, Moment.PLAIN);
  }

  Reply save(PageRequest request) {
    Form form = request.form();
    Draft draft = Draft.read(form);
    long version = version(form);
    if (draft.model().isEmpty()) {
      return shown(
          request,
          Moment.refused(draft, version, "model", "This is no model. Choose one of the list."));
    }
    if (!draft.budget().good()) {
      return shown(request, Moment.refused(draft, version, "budget", null));
    }
    ModelChoices.Choice model = draft.model().get();
    AgentDraft edited =
        new AgentDraft(
            draft.name(),
            model.provider(),
            model.model(),
            draft.policy(),
            draft.budget().cents(),
            draft.budget().chosenMode());
    return switch (parts.agents().change(request.spaceId(), request.path("id"), edited, version)) {
      case AgentSaved.Saved saved ->
          Reply.redirect("/agents/" + saved.agent().id() + "?saved=yes#edit");
      case AgentSaved.NameTaken _ ->
          shown(
              request,
              Moment.refused(
                  draft, version, "name", "Another agent has this name already. Choose another."));
      case AgentSaved.Refused refused ->
          shown(request, Moment.refused(draft, version, field(refused.field()), refused.reason()));
      case AgentSaved.ChangedElsewhere changed ->
          shown(request, Moment.late(draft, changed.current().version()));
      case AgentSaved.NotFound _ -> shown(request, Moment.tooLate(Undone.CHANGE, draft));
    };
  }

  /** The key is made last: nothing can go wrong any more before it is shown, this once. */
  Reply createKey(PageRequest request) {
    String name = request.form().text("name");
    Optional<Read> read = read(request);
    if (read.isEmpty()) {
      return Reply.notFound(request.frame());
    }
    return switch (parts.virtualKeys().create(request.spaceId(), request.path("id"), name, null)) {
      case VirtualKeyCreated.Created(VirtualKey key, Secret secret) ->
          shown(request, read.get().with(key), Moment.key(new NewKey(key.name(), secret.reveal())));
      case VirtualKeyCreated.Refused refused ->
          shown(request, read.get(), Moment.keyRefused(name, refused.reason()));
      // Archived since it was read, perhaps: it is read again.
      case VirtualKeyCreated.NotFound _ -> shown(request, Moment.tooLate(Undone.NEW_KEY, null));
    };
  }

  Reply revokeKey(PageRequest request) {
    String agentId = request.path("id");
    boolean ofAgent =
        parts.virtualKeys().list(request.spaceId()).stream()
            .anyMatch(key -> key.id().equals(request.path("key")) && key.agentId().equals(agentId));
    if (!ofAgent) {
      return Reply.notFound(request.frame());
    }
    parts.virtualKeys().revoke(request.spaceId(), request.path("key"));
    return Reply.redirect("/agents/" + agentId + "?revoked=" + request.path("key") + "#keys");
  }

  Reply archive(PageRequest request) {
    return parts.agents().archive(request.spaceId(), request.path("id"))
        ? Reply.redirect("/agents?archived=" + request.path("id"))
        : Reply.notFound(request.frame());
  }

  /**
   * What the page is made of, as it was read.
   *
   * @param keys of the agent, newest first, the revoked ones last
   */
  private record Read(
      Agent agent,
      SpaceSettings settings,
      YearMonth month,
      AgentUsage usage,
      List<VirtualKey> keys,
      KnownModels known) {
    /** With a virtual key that was just made. */
    Read with(VirtualKey made) {
      List<VirtualKey> all = Stream.concat(Stream.of(made), keys.stream()).toList();
      return new Read(agent, settings, month, usage, all, known);
    }
  }

  /** Empty if the space has no such agent. */
  private Optional<Read> read(PageRequest request) {
    String spaceId = request.spaceId();
    Optional<Agent> found = parts.agents().find(spaceId, request.path("id"));
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Agent agent = found.get();
    SpaceSettings settings = parts.spaces().settings(spaceId);
    Instant now = parts.clock().instant();
    AgentsUsage agents =
        parts.agentUsage().read(spaceId, YearMonth.from(now.atZone(settings.timeZone())));
    List<VirtualKey> keys =
        parts.virtualKeys().list(spaceId).stream()
            .filter(key -> key.agentId().equals(agent.id()))
            .toList();
    KnownModels known =
        new KnownModels(parts.vault().savedKeys(spaceId), parts.prices().get(), now);
    return Optional.of(
        new Read(agent, settings, agents.month(), agents.of(agent.id()), keys, known));
  }

  private Reply shown(PageRequest request, Moment moment) {
    return read(request)
        .map(read -> shown(request, read, moment))
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  private Reply shown(PageRequest request, Read read, Moment moment) {
    Agent agent = read.agent();
    SpaceSettings settings = read.settings();
    NewKey newKey = moment.newKey();
    Shown page =
        new Shown(
            agent,
            read.month(),
            settings.timeZone(),
            read.usage(),
            CallLink.of(read.month()).with("agent", agent.id()),
            AgentsPage.lastCall(read.keys(), read.usage()),
            BudgetStanding.of(agent, read.usage(), read.month()),
            BudgetForms.done(request),
            settings.monthlyBudgetCents(),
            read.keys(),
            newKey,
            Snippets.of(
                parts.address().url(),
                newKey == null ? null : newKey.secret(),
                FirstModels.of(agent, settings, read.known())),
            question(request),
            request.query("revoked").orElse(""),
            moment.keyTyped(),
            moment.keyError(),
            moment.undone(),
            edited(request, read.known(), agent, settings, moment));
    return newKey == null
        ? Reply.page(moment.status(), "agent.jte", request.frame(), page)
        : Reply.shownOnce("agent.jte", request.frame(), page, keysPath(agent));
  }

  /** Where the virtual keys of an agent are made. */
  static String keysPath(Agent agent) {
    return "/agents/" + agent.id() + "#keys";
  }

  private Edited edited(
      PageRequest request, KnownModels known, Agent agent, SpaceSettings settings, Moment moment) {
    Draft draft = moment.draft() == null ? Draft.of(agent) : moment.draft();
    return new Edited(
        draft.name(),
        ModelChoices.of(known, draft.model().orElse(Draft.saved(agent))),
        settings.defaultModel(),
        draft.policy() == ModelPolicy.ALWAYS,
        draft.budget(),
        moment.draft() == null ? agent.version() : moment.version(),
        moment.field(),
        moment.error(),
        moment.changedElsewhere(),
        moment.changedElsewhere() ? draft.differencesFrom(agent) : List.of(),
        request.query("saved").isPresent());
  }

  private static @Nullable Question question(PageRequest request) {
    if (request.query("archive").isPresent()) {
      return new Question.Archive();
    }
    return request.query("revoke").map(Question.Revoke::new).orElse(null);
  }

  /** The form's names of what the store calls otherwise. */
  private static String field(String stored) {
    return switch (stored) {
      case "preferredModel" -> "model";
      case "monthlyBudgetCents" -> "budget";
      default -> stored;
    };
  }

  /** A version that no form of ours has is none: the answer is that something changed. */
  static long version(Form form) {
    try {
      return Long.parseLong(form.text("version"));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
