package dev.purser.gateway;

import dev.purser.agents.Caller;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of all request bodies in flight, which together may not exceed a limit. The more a
 * virtual key or a space has of them, the earlier it is turned away: what its key already has
 * counts one and a half times, and what its space has one and a quarter times. So one key alone
 * gets at most about half, and however much others have, there is room for a key that has nothing
 * yet. Large bodies also leave a reserve for small ones.
 *
 * <p>Safe for all threads; nothing waits in here.
 */
final class Bodies {
  /** A body above this is large. */
  static final int LARGE_BYTES = 256 * 1024;

  private static final int RESERVE_PART = 8;

  private final long limitBytes;
  private final Map<String, Long> ofSpaces = new HashMap<>();
  private final Map<String, Long> ofKeys = new HashMap<>();
  private long bytes;

  Bodies(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** What a caller's bodies are counted by. */
  Share of(Caller caller) {
    return new Share(caller.spaceId(), caller.virtualKeyId());
  }

  /** How many are in flight. */
  synchronized long bytes() {
    return bytes;
  }

  /** A space's and its virtual key's. */
  final class Share {
    private final String spaceId;
    private final String virtualKeyId;

    private Share(String spaceId, String virtualKeyId) {
      this.spaceId = spaceId;
      this.virtualKeyId = virtualKeyId;
    }

    /**
     * Whether there was room; then the bytes are counted until they are released.
     *
     * @param large whether they belong to a large body
     */
    boolean reserve(long more, boolean large) {
      synchronized (Bodies.this) {
        long ofSpace = ofSpaces.getOrDefault(spaceId, 0L) + more;
        long ofKey = ofKeys.getOrDefault(virtualKeyId, 0L) + more;
        long most = large ? limitBytes - limitBytes / RESERVE_PART : limitBytes;
        if (bytes + more > most - ofKey / 2 - ofSpace / 4) {
          return false;
        }
        bytes += more;
        ofSpaces.put(spaceId, ofSpace);
        ofKeys.put(virtualKeyId, ofKey);
        return true;
      }
    }

    void release(long less) {
      synchronized (Bodies.this) {
        bytes -= less;
        lower(ofSpaces, spaceId, less);
        lower(ofKeys, virtualKeyId, less);
      }
    }

    private static void lower(Map<String, Long> counts, String id, long less) {
      counts.computeIfPresent(id, (_, had) -> had > less ? had - less : null);
    }
  }
}
