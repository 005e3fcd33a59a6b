package dev.purser.ledger;

import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a program that goes on calling in vain from filling the ledger: within a minute, an agent's
 * refusals with the same code have entries of their own up to a limit; those after it share one.
 * What it remembers is of the present minute only.
 */
final class Folding {
  private static final long MINUTE_MILLIS = 60_000;

  private final int refusalsPerMinute;
  private final Map<Key, Fold> folds = new HashMap<>();
  private long minute;

  Folding(int refusalsPerMinute) {
    this.refusalsPerMinute = refusalsPerMinute;
  }

  private record Key(String spaceId, String agentId, String errorCode) {}

  private static final class Fold {
    private int entries;
    private String lastEntryId = "";
  }

  /** The entry that a refused call counts on: the call's own, or an earlier one. */
  String entryFor(RefusedCall call) {
    long now = call.createdAt().toEpochMilli() / MINUTE_MILLIS;
    // A call that began in an earlier minute, and was refused late, is one of this minute's.
    if (now > minute) {
      folds.clear();
      minute = now;
    }
    Fold fold =
        folds.computeIfAbsent(
            new Key(call.spaceId(), call.agentId(), call.errorCode()), key -> new Fold());
    if (fold.entries <= refusalsPerMinute) {
      fold.entries++;
      fold.lastEntryId = call.entryId();
    }
    return fold.lastEntryId;
  }

  /** Forgets, because what was written may not have been kept. */
  void forget() {
    folds.clear();
  }
}
