package dev.purser.web;

import dev.purser.people.SpaceSettings;
import dev.purser.pricing.Provider;
import dev.purser.vault.KnownModels;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form of default model, budget and time zone: as they are saved, or as somebody has typed
 * them.
 *
 * @param provider the id of the one that is selected; empty for none
 * @param modelProblem why the model will not do; null if it will
 * @param version of the settings that saving would replace
 * @param differences from what somebody else has saved in between; empty if nobody has
 */
public record LlmForm(
    String provider,
    ModelChoices models,
    @Nullable String modelProblem,
    BudgetField budget,
    ZoneChoices zones,
    long version,
    State state,
    List<Difference> differences) {
  public LlmForm {
    differences = List.copyOf(differences);
  }

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
    return new LlmForm(
        provider == null ? "" : provider.id(),
        ModelChoices.of(known, saved(settings)),
        null,
        BudgetField.of(settings.monthlyBudgetCents(), settings.budgetMode()),
        ZoneChoices.of(settings.timeZone()),
        settings.version(),
        state,
        List.of());
  }

  /** What was typed; it may be wrong. */
  static LlmForm read(Form form, SpaceSettings settings, KnownModels known) {
    String provider = form.text("provider");
    Optional<ModelChoices.Choice> model = ModelChoices.read(form.text("model"));
    return new LlmForm(
        provider,
        ModelChoices.of(known, model.orElse(saved(settings))),
        model
            .map(choice -> whyNot(provider, choice, saved(settings)))
            .orElse(Optional.of("This is no model. Choose one of the list."))
            .orElse(null),
        BudgetField.read(form),
        ZoneChoices.read(form),
        version(form.text("version")),
        State.OPEN,
        List.of());
  }

  boolean good() {
    return modelProblem == null && budget.good() && zones.problem() == null;
  }

  /** Of what is {@linkplain #good good}: the settings that it asks for. */
  SpaceSettings wanted(String spaceId) {
    ModelChoices.Choice model = ModelChoices.read(models.chosen()).orElseThrow();
    return new SpaceSettings(
        spaceId,
        model.provider(),
        model.model(),
        budget.cents(),
        budget.chosenMode(),
        zones.zone(),
        version);
  }

  /** The same, to be sent once more over newer settings. */
  LlmForm changedElsewhere(SpaceSettings newer) {
    BudgetField theirs = BudgetField.of(newer.monthlyBudgetCents(), newer.budgetMode());
    // As it is written when it is saved: 30 and 30.00 are the same.
    BudgetField yours = BudgetField.of(budget.cents(), budget.chosenMode());
    return new LlmForm(
        provider,
        models,
        modelProblem,
        budget,
        zones,
        newer.version(),
        State.CHANGED_ELSEWHERE,
        Difference.among(
            new Difference("Default model", words(models.chosen()), words(saved(newer).value())),
            new Difference("Monthly Budget", yours.amountInWords(), theirs.amountInWords()),
            new Difference("At the limit", yours.modeInWords(), theirs.modeInWords()),
            new Difference("Time zone", zones.chosen(), newer.timeZone().getId())));
  }

  private static String words(String choice) {
    return choice.isEmpty() ? "none" : choice.substring(choice.indexOf('/') + 1);
  }

  private static ModelChoices.Choice saved(SpaceSettings settings) {
    return new ModelChoices.Choice(settings.defaultProvider(), settings.defaultModel());
  }

  /**
   * Whoever changes the model need not say whose it is: without scripts the two selects do not know
   * of each other. But a provider that is chosen alone chooses nothing: neither beside the model of
   * before, nor beside none.
   */
  private static Optional<String> whyNot(
      String providerId, ModelChoices.Choice model, ModelChoices.Choice saved) {
    Optional<Provider> chosen = Provider.ofId(providerId);
    if (chosen.isEmpty() || chosen.get() == model.provider()) {
      return Optional.empty();
    }
    boolean alone =
        model.equals(saved) || (model.provider() == null && chosen.get() != saved.provider());
    return alone
        ? Optional.of(
            "Choose one of " + chosen.get().displayName() + "'s models too, or leave the provider.")
        : Optional.empty();
  }

  /** One that nobody has for what is no number. */
  private static long version(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
