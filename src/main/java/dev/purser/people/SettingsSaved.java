package dev.purser.people;

/** What came of saving a space's settings. */
public sealed interface SettingsSaved {
  /** With its new version. */
  record Saved(SpaceSettings settings) implements SettingsSaved {}

  /** Somebody saved a newer version in between. Nothing was changed. */
  record ChangedElsewhere(SpaceSettings current) implements SettingsSaved {}

  /**
   * Nothing was changed.
   *
   * @param field the setting that will not do, as the API names it
   * @param reason one sentence
   */
  record Refused(String field, String reason) implements SettingsSaved {}
}
