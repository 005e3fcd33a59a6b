package dev.purser.people;

import dev.purser.money.Budget;
import dev.purser.pricing.Provider;
import dev.purser.storage.Database;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowViewMapper;
import org.jdbi.v3.core.result.RowView;
import org.jspecify.annotations.Nullable;

/** What provider keys, agents, settings, budgets and the ledger belong to. */
public final class Spaces {
  private static final RowViewMapper<SpaceSettings> SETTINGS = Spaces::settings;

  private final Database database;

  public Spaces(Database database) {
    this.database = database;
  }

  /** The settings of a space that exists. */
  public SpaceSettings settings(String spaceId) {
    return database.read(handle -> settings(handle, spaceId));
  }

  /**
   * Saves settings over the version that they carry.
   *
   * @param edited what the editor wants; its version is the one that the editor read
   */
  public SettingsSaved save(SpaceSettings edited) {
    Optional<SettingsSaved> refused = refused(edited);
    return refused.isPresent()
        ? refused.get()
        : database.write(handle -> {
          touch(handle, edited.spaceId());
          int saved =
              handle
                  .createUpdate(
                      """
                      UPDATE spaces
                      SET default_provider = :provider, default_model = :model,
                        monthly_budget_cents = :budgetCents, budget_mode = :budgetMode,
                        time_zone = :timeZone, settings_version = settings_version + 1
                      WHERE space_id = :space AND settings_version = :version
                      """)
                  .bind("space", edited.spaceId())
                  .bind("provider", id(edited.defaultProvider()))
                  .bind("model", edited.defaultModel())
                  .bind("budgetCents", edited.monthlyBudgetCents())
                  .bind("budgetMode", edited.budgetMode().id())
                  .bind("timeZone", edited.timeZone().getId())
                  .bind("version", edited.version())
                  .execute();
          SpaceSettings now = settings(handle, edited.spaceId());
          return saved == 1
              ? new SettingsSaved.Saved(now)
              : new SettingsSaved.ChangedElsewhere(now);
        });
  }

  /**
   * Makes a model the default of a space that has none.
   *
   * @return false if it has one; nothing was changed then
   */
  public boolean chooseDefaultIfNone(String spaceId, Provider provider, String model) {
    return database.write(handle -> {
      touch(handle, spaceId);
      return handle
              .createUpdate(
                  """
                  UPDATE spaces
                  SET default_provider = :provider, default_model = :model,
                    settings_version = settings_version + 1
                  WHERE space_id = :space AND default_provider IS NULL
                  """)
              .bind("space", spaceId)
              .bind("provider", provider.id())
              .bind("model", model)
              .execute()
          == 1;
    });
  }

  /**
   * Says that something which a call of this space depends on changes in this transaction; no
   * admission that was read before it will be let through. It also takes the space's row, so that
   * changes of one space come one after another: call it first.
   */
  public static void touch(Handle handle, String spaceId) {
    int touched =
        handle
            .createUpdate("UPDATE spaces SET revision = revision + 1 WHERE space_id = :space")
            .bind("space", spaceId)
            .execute();
    if (touched != 1) {
      throw new IllegalArgumentException("there is no space " + spaceId);
    }
  }

  /** Reads settings out of a row that has the columns of {@code spaces}. */
  public static SpaceSettings settings(RowView row) {
    String provider = row.getColumn("default_provider", String.class);
    return new SpaceSettings(
        row.getColumn("space_id", String.class),
        provider == null ? null : Provider.ofId(provider).orElseThrow(),
        row.getColumn("default_model", String.class),
        row.getColumn("monthly_budget_cents", Long.class),
        Budget.Mode.ofId(row.getColumn("budget_mode", String.class)).orElseThrow(),
        ZoneId.of(row.getColumn("time_zone", String.class)),
        row.getColumn("settings_version", Long.class));
  }

  /** Makes an empty space: no default model, no limit, months by UTC. */
  static void create(Handle handle, String spaceId, Instant now) {
    handle
        .createUpdate(
            """
            INSERT INTO spaces (space_id, revision, budget_mode, time_zone, settings_version, created_at)
            VALUES (:space, 1, :mode, :zone, 1, :now)
            """)
        .bind("space", spaceId)
        .bind("mode", Budget.Mode.STOP.id())
        .bind("zone", "UTC")
        .bind("now", now.toEpochMilli())
        .execute();
  }

  private static SpaceSettings settings(Handle handle, String spaceId) {
    return handle
        .createQuery(
            """
            SELECT space_id, default_provider, default_model, monthly_budget_cents, budget_mode,
              time_zone, settings_version
            FROM spaces WHERE space_id = :space
            """)
        .bind("space", spaceId)
        .map(SETTINGS)
        .one();
  }

  private static Optional<SettingsSaved> refused(SpaceSettings edited) {
    return Limits.whyNotBudget(edited.monthlyBudgetCents())
        .map(reason -> refusal("monthlyBudgetCents", reason))
        .or(() ->
            Limits.whyNotModel(edited.defaultProvider(), edited.defaultModel())
                .map(reason -> refusal("defaultModel", reason)))
        .or(() ->
            edited.timeZone() instanceof ZoneOffset
                ? Optional.of(
                    refusal(
                        "timeZone",
                        "A time zone has a name such as UTC or Europe/Berlin, no offset."))
                : Optional.empty());
  }

  private static SettingsSaved refusal(String field, String reason) {
    return new SettingsSaved.Refused(field, reason);
  }

  private static @Nullable String id(@Nullable Provider provider) {
    return provider == null ? null : provider.id();
  }
}
