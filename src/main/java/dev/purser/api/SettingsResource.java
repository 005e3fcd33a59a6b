package dev.purser.api;

import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.people.Spaces;
import dev.purser.pricing.Provider;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** What a space's people choose: default model, budget, time zone. */
record SettingsResource(Spaces spaces, ModelOwners owners) {
  static final String[] FIELDS = {
    "defaultProvider", "defaultModel", "monthlyBudgetCents", "budgetMode", "timeZone", "version"
  };

  /** The settings as they are shown. */
  record SettingsBody(
      @Nullable String defaultProvider,
      @Nullable String defaultModel,
      @Nullable Long monthlyBudgetCents,
      String budgetMode,
      String timeZone,
      long version) {

    static SettingsBody of(SpaceSettings settings) {
      Provider provider = settings.defaultProvider();
      return new SettingsBody(
          provider == null ? null : provider.id(),
          settings.defaultModel(),
          settings.monthlyBudgetCents(),
          settings.budgetMode().id(),
          settings.timeZone().getId(),
          settings.version());
    }
  }

  ApiAnswer read(ApiRequest request) {
    return ApiAnswer.ok(SettingsBody.of(spaces.settings(request.spaceId())));
  }

  ApiAnswer change(ApiRequest request) {
    SpaceSettings current = spaces.settings(request.spaceId());
    return switch (spaces.save(edited(current, request.body()))) {
      case SettingsSaved.Saved saved -> ApiAnswer.ok(SettingsBody.of(saved.settings()));
      case SettingsSaved.ChangedElsewhere changed ->
          ApiAnswer.refused(
              ProblemCode.CHANGED_ELSEWHERE,
              "the settings are at version "
                  + changed.current().version()
                  + " by now; nothing was changed. Read them again");
      case SettingsSaved.Refused refused ->
          new ApiAnswer.Refused(
              new Problem(ProblemCode.INVALID_VALUE, refused.reason(), refused.field()));
    };
  }

  private SpaceSettings edited(SpaceSettings current, JsonBody body) {
    ModelChoice choice =
        ModelChoice.read(
            body,
            "defaultProvider",
            "defaultModel",
            new ModelChoice(current.defaultProvider(), current.defaultModel()),
            owners,
            current.spaceId());
    Long budgetCents =
        body.has("monthlyBudgetCents")
            ? body.centsOrNull("monthlyBudgetCents")
            : current.monthlyBudgetCents();
    Budget.Mode mode = BudgetModes.read(body, current.budgetMode());
    ZoneId zone = body.has("timeZone") ? zone(body.text("timeZone", 100)) : current.timeZone();
    Long version = body.version();
    return new SpaceSettings(
        current.spaceId(),
        choice.provider(),
        choice.model(),
        budgetCents,
        mode,
        zone,
        version == null ? current.version() : version);
  }

  private static ZoneId zone(String name) {
    if (!ZoneId.getAvailableZoneIds().contains(name)) {
      throw JsonBody.invalid("timeZone", "must be a name such as UTC or Europe/Berlin");
    }
    return ZoneId.of(name);
  }
}
