package dev.purser.gateway;

import dev.purser.agents.Caller;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.Standing;
import dev.purser.money.Budget;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.providers.CallError;
import dev.purser.providers.Dialect;
import dev.purser.vault.ProviderKey;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a caller may make a call, and with which model and provider key. */
sealed interface Judgement {
  /** As far as budgets allow it. */
  record Allowed(String model, ProviderKey providerKey) implements Judgement {}

  /**
   * Not at all.
   *
   * @param model that was chosen; null if none was
   */
  record Refused(CallError error, @Nullable String model) implements Judgement {}

  /** The name by which a request leaves the choice of a model to Purser. */
  String AUTO = "auto";

  /** Why this caller may make no call at all; null if it may. */
  static @Nullable CallError barred(Caller caller, Instant now, CallErrors errors) {
    if (caller.revoked()) {
      return errors.revoked();
    }
    Instant expiresAt = caller.expiresAt();
    return expiresAt != null && !now.isBefore(expiresAt) ? errors.expired() : null;
  }

  /** Whether the caller's space or agent has a budget that must not be exceeded. */
  static boolean underStrictBudget(Standing standing) {
    return isStrict(standing.settings().budget()) || isStrict(standing.caller().budget());
  }

  /** Whether the caller's space or agent has a budget that can refuse calls. */
  static boolean underBudget(Standings.Known known) {
    return canRefuse(known.standing().settings().budget())
        || canRefuse(known.standing().caller().budget());
  }

  private static boolean canRefuse(@Nullable Budget budget) {
    return budget != null && budget.mode() != Budget.Mode.WARN;
  }

  private static boolean isStrict(@Nullable Budget budget) {
    return budget != null && budget.mode() == Budget.Mode.STRICT;
  }

  /**
   * Chooses the model, then the provider key.
   *
   * @param requestedModel null if the request names none
   */
  static Judgement of(
      Standings.Known known,
      Dialect dialect,
      @Nullable String requestedModel,
      PriceList prices,
      CallErrors errors) {
    Caller caller = known.standing().caller();
    boolean open = requestedModel == null || requestedModel.equals(AUTO);
    String preferred = caller.preferredModel();
    // A model for chats says nothing about embeddings, nor the other way round.
    if (preferred != null
        && caller.modelPolicy() == ModelPolicy.ALWAYS
        && prices.isEmbedding(preferred) == (dialect == Dialect.OPENAI_EMBEDDINGS)) {
      Optional<Provider> owner = prices.providerOf(preferred);
      if (owner.isPresent() && owner.get() != dialect.provider()) {
        return new Refused(
            errors
                .refusals()
                .agentsModelIsOtherProviders(
                    caller.agentId(), preferred, owner.get(), dialect.provider()),
            preferred);
      }
    }
    String model = null;
    if (open || caller.modelPolicy() == ModelPolicy.ALWAYS) {
      model = fitting(preferred, dialect, prices);
    }
    if (open && model == null) {
      SpaceSettings settings = known.standing().settings();
      model = fitting(settings.defaultModel(), dialect, prices);
      if (model == null) {
        return new Refused(errors.refusals().nothingToChoose(caller.agentId()), null);
      }
    }
    if (model == null && requestedModel != null) {
      Optional<Provider> owner = prices.providerOf(requestedModel);
      if (owner.isPresent() && owner.get() != dialect.provider()) {
        return new Refused(
            errors.refusals().otherProvidersModel(requestedModel, owner.get()), null);
      }
      model = requestedModel;
    }
    ProviderKey key = known.providerKey(dialect.provider());
    if (key == null) {
      return new Refused(errors.refusals().providerKeyMissing(dialect.provider()), null);
    }
    return key.status() == ProviderKey.Status.UNREADABLE || model == null
        ? new Refused(errors.refusals().providerKeyUnreadable(dialect.provider()), null)
        : new Allowed(model, key);
  }

  /** The model, if it is one that this dialect can be answered by; else null. */
  private static @Nullable String fitting(
      @Nullable String model, Dialect dialect, PriceList prices) {
    if (model == null) {
      return null;
    }
    boolean sameProvider =
        prices.providerOf(model).map(owner -> owner == dialect.provider()).orElse(true);
    boolean embeddings = dialect == Dialect.OPENAI_EMBEDDINGS;
    return sameProvider && prices.isEmbedding(model) == embeddings ? model : null;
  }
}
