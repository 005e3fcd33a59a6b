package dev.purser.vault;

import dev.purser.pricing.Provider;
import dev.purser.providers.ListedModel;
import dev.purser.storage.Rows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.PreparedBatch;

/** What the providers listed for the saved keys. */
final class ListedModels {
  /** The space's keys, a row for each of their models; one row for a key without any. */
  static final String WITH_KEYS =
      """
      SELECT provider_keys.*, model, display_name, released_at, json
      FROM provider_keys
      LEFT JOIN provider_models
        ON provider_models.space_id = provider_keys.space_id
          AND provider_models.provider = provider_keys.provider
      WHERE provider_keys.space_id = :space
      ORDER BY provider_keys.provider, COALESCE(released_at, 0) DESC, model
      """;

  private ListedModels() {}

  static List<Vault.UsableModel> find(Handle handle, String spaceId) {
    return handle
        .createQuery(
            """
            SELECT provider, model, display_name, released_at, json FROM provider_models
            WHERE space_id = :space
            ORDER BY provider, COALESCE(released_at, 0) DESC, model
            """)
        .bind("space", spaceId)
        .map(row ->
            new Vault.UsableModel(
                Provider.ofId(row.getColumn("provider", String.class)).orElseThrow(),
                listed(row).orElseThrow()))
        .list();
  }

  /** The model of a row; empty if the row has none. */
  static Optional<ListedModel> listed(RowView row) {
    String model = row.getColumn("model", String.class);
    return model == null
        ? Optional.empty()
        : Optional.of(
            new ListedModel(
                model,
                row.getColumn("display_name", String.class),
                Rows.instantOrNull(row, "released_at"),
                row.getColumn("json", String.class)));
  }

  static void insert(Handle handle, String spaceId, Provider provider, List<ListedModel> models) {
    if (models.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO provider_models (space_id, provider, model, display_name, released_at, json)
            VALUES (:space, :provider, :model, :displayName, :releasedAt, :json)
            ON CONFLICT (space_id, provider, model) DO NOTHING
            """);
    for (ListedModel listed : models) {
      Instant releasedAt = listed.releasedAt();
      batch
          .bind("space", spaceId)
          .bind("provider", provider.id())
          .bind("model", listed.model())
          .bind("displayName", listed.displayName())
          .bind("releasedAt", releasedAt == null ? null : (Long) releasedAt.toEpochMilli())
          .bind("json", listed.json())
          .add();
    }
    batch.execute();
  }

  static void delete(Handle handle, String spaceId, Provider provider) {
    handle
        .createUpdate(
            "DELETE FROM provider_models WHERE space_id = :space AND provider = :provider")
        .bind("space", spaceId)
        .bind("provider", provider.id())
        .execute();
  }
}
