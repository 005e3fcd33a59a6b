package dev.purser.agents;

import dev.purser.money.Budget;
import dev.purser.pricing.Provider;
import org.jspecify.annotations.Nullable;

/** What people say of an agent; the parts are those of {@link Agent}. */
public record AgentDraft(
    String name,
    @Nullable Provider preferredProvider,
    @Nullable String preferredModel,
    ModelPolicy modelPolicy,
    @Nullable Long monthlyBudgetCents,
    Budget.Mode budgetMode) {

  /** An agent with a name and no wishes. */
  public static AgentDraft named(String name) {
    return new AgentDraft(name, null, null, ModelPolicy.AUTO, null, Budget.Mode.STOP);
  }
}
