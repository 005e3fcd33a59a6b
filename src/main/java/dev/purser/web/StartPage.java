package dev.purser.web;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.AgentWithKey;
import dev.purser.agents.VirtualKey;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.ledger.EntryState;
import dev.purser.people.SpaceSettings;
import dev.purser.reports.Call;
import dev.purser.reports.CallFilter;
import dev.purser.secret.Secret;
import dev.purser.vault.KnownModels;
import dev.purser.vault.ProviderKey;
import dev.purser.vault.SavedKey;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The way to the first call: three steps, ticked off by what exists. */
public record StartPage(WebParts parts) {
  /** The first virtual key of an agent that is made here. */
  private static final String FIRST_KEY = "first";

  /**
   * What the page shows.
   *
   * @param agent the one that was just made, else the first by name; null if there is none
   * @param newKey a virtual key that was just made; null but in the answer to the form that made it
   * @param firstCall the newest one; null until there is one
   * @param typed what stands in the field for the agent's name
   * @param error why that name will not do; null if nothing was wrong
   */
  public record Shown(
      List<ProviderKey> keys,
      @Nullable Agent agent,
      @Nullable String newKey,
      Snippets snippets,
      @Nullable FirstCall firstCall,
      String typed,
      @Nullable String error) {

    public boolean keySaved() {
      return !keys.isEmpty();
    }
  }

  /**
   * What has become of the newest call.
   *
   * @param only whether there is no other, so that it is the first
   */
  public record FirstCall(Call call, boolean only) {
    /** How it is called. */
    public String title() {
      return only ? "The first call" : "The latest call";
    }

    /** Whether it is done, and so this step. */
    public boolean done() {
      return call.state() != EntryState.OPEN
          && call.state() != EntryState.REFUSED
          && (call.httpStatus() == null || call.httpStatus() < 400);
    }

    /** Why it was refused, in a few words. */
    public String why() {
      return CallStanding.of(call).why();
    }
  }

  /** Start until there is a call, from then on the usage. */
  Reply home(PageRequest request) {
    Frame.Visitor visitor = request.frame().visitor();
    return visitor != null && visitor.started() ? Reply.redirect("/usage") : show(request);
  }

  Reply show(PageRequest request) {
    return shown(200, request, read(request.spaceId()), "", null);
  }

  /**
   * Makes an agent with its first virtual key, which is shown in the answer and nowhere else: so
   * they are made last, when nothing can go wrong any more before it is shown.
   */
  Reply makeAgent(PageRequest request) {
    String name = request.form().text("name");
    Read read = read(request.spaceId());
    AgentWithKey made =
        parts
            .virtualKeys()
            .createWithAgent(parts.agents(), request.spaceId(), AgentDraft.named(name), FIRST_KEY);
    return switch (made.agent()) {
      case AgentSaved.Saved(Agent agent) ->
          made.key() instanceof VirtualKeyCreated.Created(VirtualKey _, Secret secret)
              ? shown(200, request, read, agent, secret.reveal(), "", null)
              : Reply.redirect("/agents/" + agent.id());
      case AgentSaved.NameTaken _ ->
          shown(422, request, read, name, "Another agent has this name already. Choose another.");
      case AgentSaved.Refused refused -> shown(422, request, read, name, refused.reason());
      case AgentSaved.ChangedElsewhere _, AgentSaved.NotFound _ ->
          throw new IllegalStateException("a new agent cannot have been there before");
    };
  }

  /** The step that waits, once there is something to show in it. */
  Reply firstCall(PageRequest request) {
    return firstCall(request.spaceId())
        .<Reply>map(call -> Reply.page("firstCall.jte", request.frame(), call))
        .orElseGet(Reply.NoNews::new);
  }

  /** What the page is made of, as it was read. */
  private record Read(
      SpaceSettings settings,
      @Nullable Agent firstAgent,
      List<SavedKey> keys,
      @Nullable FirstCall firstCall) {}

  private Read read(String spaceId) {
    return new Read(
        parts.spaces().settings(spaceId),
        parts.agents().list(spaceId, false).stream().findFirst().orElse(null),
        parts.vault().savedKeys(spaceId),
        firstCall(spaceId).orElse(null));
  }

  private Reply shown(
      int status, PageRequest request, Read read, String typed, @Nullable String error) {
    return shown(status, request, read, read.firstAgent(), null, typed, error);
  }

  private Reply shown(
      int status,
      PageRequest request,
      Read read,
      @Nullable Agent agent,
      @Nullable String newKey,
      String typed,
      @Nullable String error) {
    KnownModels known = new KnownModels(read.keys(), parts.prices().get(), parts.clock().instant());
    Shown page =
        new Shown(
            read.keys().stream().map(SavedKey::key).toList(),
            agent,
            newKey,
            Snippets.of(
                parts.address().url(), newKey, FirstModels.of(agent, read.settings(), known)),
            read.firstCall(),
            typed,
            error);
    return agent == null || newKey == null
        ? Reply.page(status, "start.jte", request.frame(), page)
        : Reply.shownOnce("start.jte", request.frame(), page, AgentPage.keysPath(agent));
  }

  private Optional<FirstCall> firstCall(String spaceId) {
    List<Call> newest = parts.calls().page(spaceId, CallFilter.ALL, null, 2).items();
    return newest.stream().findFirst().map(call -> new FirstCall(call, newest.size() == 1));
  }
}
