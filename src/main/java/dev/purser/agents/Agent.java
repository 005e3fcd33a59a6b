package dev.purser.agents;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A program that calls through the gateway.
 *
 * @param name of 1 to 100 characters, unlike that of any other agent of the space that is not
 *     archived
 * @param preferredModel null for the space's default; null exactly if {@code preferredProvider} is
 * @param monthlyBudgetCents null for no limit of its own
 * @param archivedAt null while it may call
 * @param version goes up with every change, so that an editor who read an older one is told
 */
public record Agent(
    String spaceId,
    String id,
    String name,
    @Nullable Provider preferredProvider,
    @Nullable String preferredModel,
    ModelPolicy modelPolicy,
    @Nullable Long monthlyBudgetCents,
    Budget.Mode budgetMode,
    Instant createdAt,
    @Nullable Instant archivedAt,
    long version) {

  /** The budget of its own that admissions are decided by; null for none. */
  public @Nullable Budget budget() {
    return monthlyBudgetCents == null
        ? null
        : new Budget(Money.ofCents(monthlyBudgetCents), budgetMode);
  }

  /** What its editor may change. */
  public AgentDraft draft() {
    return new AgentDraft(
        name, preferredProvider, preferredModel, modelPolicy, monthlyBudgetCents, budgetMode);
  }
}
