package dev.purser.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What this process has committed and a server that takes over from another may not have: the calls
 * that run, and those that ended a short while ago. It is kept so that it can be written again. Of
 * the writer's thread.
 */
final class Recent {
  /** How long an ended call is kept: a replica that lags by more than that is not one to go on. */
  static final Duration KEPT = Duration.ofSeconds(30);

  /** So many ended calls at most. */
  static final int MAX_ENDED = 10_000;

  private final Map<Entries.Key, Admitted> running = new HashMap<>();
  private final Deque<Ended> ended = new ArrayDeque<>();

  /** An admission with its open entry as it was last committed. */
  record Admitted(Admission admission, EntryRow entry) {}

  private record Ended(Operation.End end, Instant at) {}

  boolean isEmpty() {
    return running.isEmpty() && ended.isEmpty();
  }

  /** The entry of an admission was committed. */
  void admitted(Entries.Key key, Admitted admitted) {
    running.put(key, admitted);
  }

  /** A running call's hold was lowered. */
  void narrowed(Entries.Key key, long holdNanos, String priceVersion) {
    running.computeIfPresent(
        key,
        (_, admitted) ->
            new Admitted(admitted.admission, admitted.entry.holding(holdNanos, priceVersion)));
  }

  /** The admission of a call that has not ended yet; null if this process knows of none. */
  @Nullable Admitted running(Entries.Key key) {
    return running.get(key);
  }

  /** The end of a call was committed. */
  void ended(Operation.End end, Instant now) {
    running.remove(end.key());
    ended.addLast(new Ended(end, now));
    while (ended.size() > MAX_ENDED || ended.getFirst().at.isBefore(now.minus(KEPT))) {
      ended.removeFirst();
    }
  }

  /** All of it as operations that write what is missing and leave the rest as it is. */
  List<Operation<?>> again() {
    List<Operation<?>> operations = new ArrayList<>();
    ended.forEach(one -> operations.add(one.end.again()));
    running.values().forEach(admitted -> operations.add(new Operation.Restore(admitted)));
    return operations;
  }
}
