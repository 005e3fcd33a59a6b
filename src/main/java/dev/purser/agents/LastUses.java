package dev.purser.agents;

import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When virtual keys were last used: noted in memory as calls come, and written together now and
 * then, so that a call costs no write of its own. What a dead process had not yet written is lost;
 * the ledger knows every call anyway.
 */
final class LastUses {
  private static final Logger log = LoggerFactory.getLogger(LastUses.class);

  /** Keys noted between two writes; the uses of further ones are not. */
  private static final int MOST_NOTED = 100_000;

  private final Database database;
  private final Map<Used, Instant> noted = new ConcurrentHashMap<>();

  LastUses(Database database) {
    this.database = database;
  }

  private record Used(String spaceId, String virtualKeyId) {}

  /** Notes a use; never blocks. */
  void note(String spaceId, String virtualKeyId, Instant at) {
    if (noted.size() < MOST_NOTED) {
      noted.merge(new Used(spaceId, virtualKeyId), at, (a, b) -> a.isAfter(b) ? a : b);
    }
  }

  /** Writes what was noted; blocks. What cannot be written now stays noted. */
  void write() {
    List<Map.Entry<Used, Instant>> uses = new ArrayList<>();
    for (Used key : List.copyOf(noted.keySet())) {
      Instant at = noted.remove(key);
      if (at != null) {
        uses.add(Map.entry(key, at));
      }
    }
    if (uses.isEmpty()) {
      return;
    }
    try {
      database.write(handle -> {
        PreparedBatch batch =
            handle.prepareBatch(
                """
                UPDATE virtual_keys SET last_used_at = :at
                WHERE space_id = :space AND virtual_key_id = :id
                  AND (last_used_at IS NULL OR last_used_at < :at)
                """);
        for (Map.Entry<Used, Instant> use : uses) {
          batch
              .bind("at", use.getValue().toEpochMilli())
              .bind("space", use.getKey().spaceId())
              .bind("id", use.getKey().virtualKeyId())
              .add();
        }
        return batch.execute().length;
      });
    } catch (StorageException e) {
      log.warn(
          "the last uses of {} virtual keys were not written: {}", uses.size(), e.getMessage());
      uses.forEach(
          use -> note(use.getKey().spaceId(), use.getKey().virtualKeyId(), use.getValue()));
    }
  }
}
