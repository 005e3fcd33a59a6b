package dev.purser.gateway;

import dev.purser.providers.Dialect;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a metered call stands: its stage, how long that may last, how one step follows another, and
 * its one end. Lives on one event loop, where the steps run one after another.
 */
final class Progress {
  /** The work on a larger body is done on another thread. */
  static final int MAX_BYTES_ON_LOOP = 256 * 1024;

  /** What a call waits for. */
  enum Stage {
    IDENTIFYING,
    RECEIVING,
    READING,
    ADMITTING,
    COUNTING,
    FORWARDING,
    SETTLING,
    OVER
  }

  private final Lane lane;
  private final Dialect dialect;
  private final Client client;
  private final Running call;
  private final Consumer<Throwable> failed;
  private final long startNanos = System.nanoTime();

  private Stage stage = Stage.IDENTIFYING;
  private long deadlineNanos;

  /**
   * @param call which this is the progress of
   * @param failed told of what a step throws
   */
  Progress(Lane lane, Dialect dialect, Client client, Running call, Consumer<Throwable> failed) {
    this.lane = lane;
    this.dialect = dialect;
    this.client = client;
    this.call = call;
    this.failed = failed;
  }

  Stage stage() {
    return stage;
  }

  boolean over() {
    return stage == Stage.OVER;
  }

  long nanosSinceStart() {
    return System.nanoTime() - startNanos;
  }

  long millisSinceStart() {
    return nanosSinceStart() / 1_000_000;
  }

  /** The next stage, which may last as long as the patience. */
  void enter(Stage next, Duration patience) {
    stage = next;
    deadlineNanos = System.nanoTime() + patience.toNanos();
  }

  /** Whether this stage lasts longer than it may. */
  boolean late(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  /** Takes a step, unless the call is over; whatever it throws ends this call, and no other. */
  void step(Runnable step) {
    if (over()) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      failed.accept(e);
    }
  }

  /** Work in proportion to the body: that of a large one would keep the event loop too long. */
  <T> void onBody(Supplier<T> work, Consumer<T> next) {
    if (client.bodyBytes() > MAX_BYTES_ON_LOOP) {
      elsewhere(work::get, next, failed);
    } else {
      next.accept(work.get());
    }
  }

  /** Work on another thread; the next step follows on this one, if the call still waits for it. */
  <T> void elsewhere(Callable<T> work, Consumer<T> next, Consumer<Throwable> otherwise) {
    Stage now = stage;
    lane.vertx()
        .executeBlocking(work, false)
        .onComplete(
            result -> {
              if (stage == now) {
                step(() -> next.accept(result));
              }
            },
            failure -> step(() -> otherwise.accept(failure)));
  }

  /**
   * The call's end, once.
   *
   * @param status that the client got; null if it left before it got one
   * @param lastWord to the client, if it is still there
   */
  void end(@Nullable Integer status, @Nullable Runnable lastWord) {
    if (over()) {
      return;
    }
    stage = Stage.OVER;
    lane.ended(call);
    lane.metrics().ended(dialect, status);
    client.release();
    if (lastWord != null && !client.gone()) {
      lastWord.run();
    }
  }
}
