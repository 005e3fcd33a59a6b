package dev.purser.sandbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The last calls seen. Thread-safe. */
final class Tally {
  private final Map<Long, Seen> calls;
  private final AtomicLong seen = new AtomicLong();

  Tally(int most) {
    calls =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, Seen> eldest) {
            return size() > most;
          }
        };
  }

  long next() {
    return seen.incrementAndGet();
  }

  synchronized void add(Seen call) {
    calls.put(call.number(), call);
  }

  synchronized void end(long number, Seen.State state) {
    calls.computeIfPresent(number, (_, call) -> call.ended(state));
  }

  synchronized List<Seen> all() {
    return new ArrayList<>(calls.values());
  }
}
