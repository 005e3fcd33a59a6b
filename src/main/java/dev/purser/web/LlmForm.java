package dev.purser.web;

import dev.purser.money.Budget;
import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import dev.purser.vault.KnownModels;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form of default model, budget and time zone: as they are saved, or as somebody has typed
 * them.
 *
 * @param provider the id of the one that is selected; empty for none
 * @param model the value of the model that is selected; empty for none
 * @param modelError why the model will not do, in one sentence; null if it will
 * @param mode what happens when the budget is used up
 * @param version of the settings that saving would replace
 */
public record LlmForm(
    String provider,
    String model,
    ModelOptions models,
    @Nullable String modelError,
    BudgetField budget,
    Budget.Mode mode,
    ZoneChoices zones,
    long version,
    State state) {

  /** What came of the form before. */
  public enum State {
    /** Nothing: it was not sent, or something in it will not do. */
    OPEN,
    SAVED,
    /** Somebody else saved in between, and this was not. */
    CHANGED_ELSEWHERE
  }

  /** The settings as they are. */
  static LlmForm of(SpaceSettings settings, KnownModels known, State state) {
    Provider provider = settings.defaultProvider();
    String model = saved(settings);
    return new LlmForm(
        provider == null ? "" : provider.id(),
        model,
        options(known, model),
        null,
        BudgetField.of(settings.monthlyBudgetCents()),
        settings.budgetMode(),
        ZoneChoices.of(settings.timeZone()),
        settings.version(),
        state);
  }

  /** What was typed; it may be wrong. */
  static LlmForm read(Form form, SpaceSettings settings, KnownModels known) {
    String provider = form.text("provider");
    String model = form.text("model");
    return new LlmForm(
        provider,
        model,
        options(known, model),
        whyNot(provider, model, saved(settings)),
        BudgetField.read(form.text("budget")),
        BudgetModes.read(form.text("mode"), settings.budgetMode()),
        ZoneChoices.read(form.text("zone")),
        AgentPage.version(form),
        State.OPEN);
  }

  boolean good() {
    return modelError == null && budget.error() == null && zones.error() == null;
  }

  /** Of what is {@linkplain #good good}: the settings that it asks for. */
  SpaceSettings wanted(String spaceId) {
    Optional<ModelOptions.Chosen> chosen = ModelOptions.Chosen.read(model);
    return new SpaceSettings(
        spaceId,
        chosen.map(ModelOptions.Chosen::provider).orElse(null),
        chosen.map(ModelOptions.Chosen::model).orElse(null),
        budget.cents(),
        mode,
        zones.zone(),
        version);
  }

  /** The same, to be sent once more over newer settings. */
  LlmForm changedElsewhere(long newerVersion) {
    return new LlmForm(
        provider,
        model,
        models,
        modelError,
        budget,
        mode,
        zones,
        newerVersion,
        State.CHANGED_ELSEWHERE);
  }

  private static ModelOptions options(KnownModels known, String model) {
    return ModelOptions.of(known, model.isEmpty() ? null : model);
  }

  private static String saved(SpaceSettings settings) {
    Provider provider = settings.defaultProvider();
    String model = settings.defaultModel();
    return provider == null || model == null ? "" : ModelOptions.value(provider, model);
  }

  /**
   * Whoever changes the model need not say whose it is: without scripts the two selects do not know
   * of each other. But a provider that is chosen alone chooses nothing.
   */
  private static @Nullable String whyNot(String providerId, String model, String saved) {
    Optional<ModelOptions.Chosen> chosen = ModelOptions.Chosen.read(model);
    if (chosen.isEmpty() && !model.isEmpty()) {
      return "This is no model. Choose one of the list.";
    }
    Optional<Provider> provider = Provider.ofId(providerId);
    boolean fits = provider.equals(chosen.map(ModelOptions.Chosen::provider));
    return fits || provider.isEmpty() || !model.equals(saved)
        ? null
        : "Choose one of "
            + provider.get().displayName()
            + "'s models too, or leave the provider as it was.";
  }
}
