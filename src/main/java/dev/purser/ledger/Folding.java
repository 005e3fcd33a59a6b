package dev.purser.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a program that goes on calling in vain from filling the ledger, in two ways. Clients repeat
 * a refused call: what an agent repeats within ten seconds, refused for the same reason, shares the
 * entry of the first time. And within a minute, an agent's refusals with the same code have entries
 * of their own up to a limit; those after it share one. What it remembers is of the present minute
 * and the last seconds only.
 */
final class Folding {
  private static final long MINUTE_MILLIS = 60_000;
  private static final Duration REPEATED_WITHIN = Duration.ofSeconds(10);
  private static final int MAX_REMEMBERED = 10_000;

  private final int refusalsPerMinute;
  private final Map<Key, Fold> folds = new HashMap<>();
  private long minute;

  /** The oldest first. */
  private final Map<Asked, First> firsts = new LinkedHashMap<>();

  Folding(int refusalsPerMinute) {
    this.refusalsPerMinute = refusalsPerMinute;
  }

  private record Key(String spaceId, String agentId, String errorCode) {}

  private static final class Fold {
    private int entries;
    private String lastEntryId = "";
  }

  /** What was asked, and why it was refused. */
  private record Asked(
      String spaceId,
      String agentId,
      String dialect,
      long fingerprint,
      String errorCode,
      @Nullable String reason) {}

  /** The first time that it was. */
  private record First(String entryId, Instant at) {
    boolean isJustBefore(Instant later) {
      return later.isBefore(at.plus(REPEATED_WITHIN));
    }
  }

  /** The entry that a refused call counts on: the call's own, or an earlier one. */
  String entryFor(RefusedCall call) {
    Long fingerprint = call.fingerprint();
    if (fingerprint == null) {
      return perMinute(call);
    }
    Asked asked =
        new Asked(
            call.spaceId(),
            call.agentId(),
            call.dialect(),
            fingerprint,
            call.errorCode(),
            call.overBudget() == null ? call.unboundedField() : call.overBudget().budgetOf().id());
    forgetOld(call.createdAt());
    First first = firsts.get(asked);
    if (first != null && first.isJustBefore(call.createdAt())) {
      return first.entryId();
    }
    firsts.remove(asked);
    String entryId = perMinute(call);
    firsts.put(asked, new First(entryId, call.createdAt()));
    return entryId;
  }

  private void forgetOld(Instant now) {
    Iterator<First> oldestFirst = firsts.values().iterator();
    while (oldestFirst.hasNext()) {
      First oldest = oldestFirst.next();
      if (oldest.isJustBefore(now) && firsts.size() < MAX_REMEMBERED) {
        return;
      }
      oldestFirst.remove();
    }
  }

  private String perMinute(RefusedCall call) {
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
    firsts.clear();
  }
}
