package dev.purser.people;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What a space's people choose.
 *
 * @param defaultModel what an agent without a preference gets when it asks for {@code auto}; null
 *     exactly if {@code defaultProvider} is
 * @param monthlyBudgetCents null for no limit
 * @param timeZone where the space's days and months begin
 * @param version goes up with every change, so that an editor who read an older one is told
 */
public record SpaceSettings(
    String spaceId,
    @Nullable Provider defaultProvider,
    @Nullable String defaultModel,
    @Nullable Long monthlyBudgetCents,
    Budget.Mode budgetMode,
    ZoneId timeZone,
    long version) {

  /** The budget that admissions are decided by; null for no limit. */
  public @Nullable Budget budget() {
    return monthlyBudgetCents == null
        ? null
        : new Budget(Money.ofCents(monthlyBudgetCents), budgetMode);
  }
}
