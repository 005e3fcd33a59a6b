package dev.purser.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Admissions that a strict budget has no room for only because of what running calls hold. They are
 * decided again when something of their space ends, and for the last time when they have waited
 * long enough.
 */
final class HoldQueue {
  private final int most;
  private final Map<String, List<Operation.Admit>> bySpace = new LinkedHashMap<>();
  private int waiting;

  /**
   * An empty queue.
   *
   * @param most so many may wait in it
   */
  HoldQueue(int most) {
    this.most = most;
  }

  synchronized boolean hasRoom() {
    return waiting < most;
  }

  synchronized void add(Operation.Admit admit) {
    bySpace.computeIfAbsent(admit.admission().spaceId(), _ -> new ArrayList<>()).add(admit);
    waiting++;
  }

  /** Takes out those of these spaces, in the order in which they came. */
  synchronized List<Operation.Admit> takeOf(Set<String> spaceIds) {
    List<Operation.Admit> taken = new ArrayList<>();
    for (String spaceId : spaceIds) {
      List<Operation.Admit> ofSpace = bySpace.remove(spaceId);
      if (ofSpace != null) {
        taken.addAll(ofSpace);
      }
    }
    waiting -= taken.size();
    return taken;
  }

  synchronized boolean isEmpty() {
    return waiting == 0;
  }

  /** Those that have waited long enough, or for whom nobody waits: they stay in it. */
  synchronized List<Operation.Admit> late(Instant now) {
    return bySpace.values().stream()
        .flatMap(List::stream)
        .filter(admit -> isLate(admit, now))
        .toList();
  }

  private static boolean isLate(Operation.Admit admit, Instant now) {
    return !admit.mayWaitAt(now) || admit.future().isDone();
  }

  /** Takes out those that have waited long enough, or for whom nobody waits. */
  synchronized List<Operation.Admit> takeLate(Instant now) {
    List<Operation.Admit> taken = new ArrayList<>();
    Iterator<List<Operation.Admit>> spaces = bySpace.values().iterator();
    while (spaces.hasNext()) {
      List<Operation.Admit> ofSpace = spaces.next();
      ofSpace.removeIf(admit -> {
        boolean late = isLate(admit, now);
        if (late) {
          taken.add(admit);
        }
        return late;
      });
      if (ofSpace.isEmpty()) {
        spaces.remove();
      }
    }
    waiting -= taken.size();
    return taken;
  }

  /** Takes out all. */
  synchronized List<Operation.Admit> takeAll() {
    return takeOf(Set.copyOf(bySpace.keySet()));
  }
}
