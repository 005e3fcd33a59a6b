package dev.purser.people;

import dev.purser.storage.Database;
import dev.purser.storage.Writer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down that something was used, while nobody waits for it: reading must work, and no slower,
 * while nothing can be written. A use that is not written down is followed by one that is.
 */
final class Uses {
  private static final Logger log = LoggerFactory.getLogger(Uses.class);

  /** More at a time would keep calls waiting, which are written by the same thread. */
  private static final int MAX_UNDER_WAY = 16;

  /** How long nothing is tried after an attempt that failed. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Database database;
  private final InstantSource clock;
  private final String what;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong pausedUntil = new AtomicLong();

  /**
   * Of one kind of things.
   *
   * @param what one of them, in the log's words
   */
  Uses(Database database, InstantSource clock, String what) {
    this.database = database;
    this.clock = clock;
    this.what = what;
  }

  /**
   * Has a use written down, unless the last one of the same thing still waits for that; never
   * blocks.
   */
  void note(String id, Consumer<Handle> write) {
    boolean paused = clock.millis() < pausedUntil.get();
    if (paused || underWay.size() >= MAX_UNDER_WAY || !underWay.add(id)) {
      return;
    }
    database
        .writer()
        .submit(
            session -> {
              write.accept(session.handle());
              return id;
            },
            new Writer.Outcome<String>() {
              @Override
              public void committed(String written) {
                underWay.remove(id);
              }

              @Override
              public void failed(Throwable cause) {
                pausedUntil.set(clock.millis() + PAUSE.toMillis());
                underWay.remove(id);
                log.warn("the use of {} was not noted: {}", what, root(cause).getMessage());
              }
            });
  }

  /** Jdbi's own message has the whole statement in it. */
  private static Throwable root(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
