package dev.purser.agents;

/** What came of making or changing an agent. */
public sealed interface AgentSaved {
  record Saved(Agent agent) implements AgentSaved {}

  /** Another agent of the space has this name. */
  record NameTaken(String name) implements AgentSaved {}

  /** Somebody saved a newer version in between. Nothing was changed. */
  record ChangedElsewhere(Agent current) implements AgentSaved {}

  /** The space has no such agent, or it is archived. */
  record NotFound() implements AgentSaved {}

  /**
   * Nothing was changed.
   *
   * @param field what will not do, as the API names it
   * @param reason one sentence
   */
  record Refused(String field, String reason) implements AgentSaved {}
}
