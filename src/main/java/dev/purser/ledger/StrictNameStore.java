package dev.purser.ledger;

import dev.purser.storage.Database;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Names of fields and betas that strict budgets ask about: what the administrator has said of them,
 * and which were part of calls that cost more than their holds. A name is any text without spaces
 * at its ends; what it stands for is the affair of those who read requests.
 */
public final class StrictNameStore {
  /** More rows than anybody lists by hand. */
  private static final int MAX_LISTED = 1_000;

  /** Of all spaces, the newest. */
  private static final int MAX_STRUCK = 10_000;

  private final Database database;

  public StrictNameStore(Database database) {
    this.database = database;
  }

  /**
   * What the administrator has said of a name.
   *
   * @param effect {@code harmless} or {@code widens}
   */
  public record Listed(String name, String effect, Instant listedAt) {}

  /**
   * A name that is refused in a space unless it is listed.
   *
   * @param entryId of the first call with it that cost more than its hold
   */
  public record Struck(String spaceId, String name, String entryId, Instant struckAt) {}

  /** All that is listed, by name. */
  public List<Listed> listed() {
    return database.readForCall(handle ->
        handle
            .createQuery(
                """
                SELECT name, effect, listed_at FROM strict_names ORDER BY name LIMIT :most
                """)
            .bind("most", MAX_LISTED)
            .map((row, context) ->
                new Listed(
                    row.getString("name"),
                    row.getString("effect"),
                    Instant.ofEpochMilli(row.getLong("listed_at"))))
            .list());
  }

  /**
   * All that is struck, listed or not.
   *
   * @param spaceId null for those of all spaces
   */
  public List<Struck> struck(@Nullable String spaceId) {
    return database.readForCall(handle ->
        handle
            .createQuery(
                """
                SELECT space_id, name, entry_id, struck_at FROM strict_strikes
                WHERE space_id = COALESCE(CAST(:space AS TEXT), space_id)
                ORDER BY struck_at DESC, space_id, name LIMIT :most
                """)
            .bind("space", spaceId)
            .bind("most", MAX_STRUCK)
            .map((row, context) ->
                new Struck(
                    row.getString("space_id"),
                    row.getString("name"),
                    row.getString("entry_id"),
                    Instant.ofEpochMilli(row.getLong("struck_at"))))
            .list());
  }

  /**
   * Lists a name, or says something else of one that is listed. No admission is decided without.
   */
  public void list(String name, String effect, Instant now) {
    database.<@Nullable Void>write(handle -> {
      touchAll(handle);
      handle
          .createUpdate(
              """
              INSERT INTO strict_names (name, effect, listed_at) VALUES (:name, :effect, :now)
              ON CONFLICT (name) DO UPDATE SET effect = excluded.effect,
                listed_at = excluded.listed_at
              """)
          .bind("name", name)
          .bind("effect", effect)
          .bind("now", now.toEpochMilli())
          .execute();
      return null;
    });
  }

  /** Takes a name off the list; false if it was not on it. */
  public boolean remove(String name) {
    return database.write(handle -> {
      touchAll(handle);
      return handle
              .createUpdate("DELETE FROM strict_names WHERE name = :name")
              .bind("name", name)
              .execute()
          == 1;
    });
  }

  /**
   * Calls of any space may depend on what changes. The spaces are taken one after another, in the
   * order in which admissions take them.
   */
  private static void touchAll(Handle handle) {
    List<String> spaces =
        handle
            .createQuery("SELECT space_id FROM spaces ORDER BY space_id")
            .mapTo(String.class)
            .list();
    for (String space : spaces) {
      handle
          .createUpdate("UPDATE spaces SET revision = revision + 1 WHERE space_id = :space")
          .bind("space", space)
          .execute();
    }
  }
}
