package dev.purser.agents;

import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import java.time.Instant;
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
  private static final int MAX_NOTED = 100_000;

  private final Database database;
  private final Map<Used, Instant> noted = new ConcurrentHashMap<>();

  LastUses(Database database) {
    this.database = database;
  }

  private record Used(String spaceId, String virtualKeyId) {}

  /** Notes a use; never blocks. */
  void note(String spaceId, String virtualKeyId, Instant at) {
    if (noted.size() < MAX_NOTED) {
      noted.merge(new Used(spaceId, virtualKeyId), at, (a, b) -> a.isAfter(b) ? a : b);
    }
  }

  /** A key as it was read, with a later use that is not written yet. */
  VirtualKey with(VirtualKey read, String spaceId) {
    Instant at = noted.get(new Used(spaceId, read.id()));
    Instant written = read.lastUsedAt();
    return at == null || (written != null && !written.isBefore(at)) ? read : read.usedAt(at);
  }

  /** Writes what was noted; blocks. It stays noted until it is written. */
  void write() {
    List<Map.Entry<Used, Instant>> uses = List.copyOf(noted.entrySet());
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
      uses.forEach(use -> noted.remove(use.getKey(), use.getValue()));
    } catch (StorageException e) {
      log.warn(
          "the last uses of {} virtual keys were not written: {}", uses.size(), e.getMessage());
    }
  }
}
