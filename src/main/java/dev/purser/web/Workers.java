package dev.purser.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for one sort of request, and how many such requests there may be at a time: what is slow
 * keeps only its own kind waiting.
 */
final class Workers {
  /** Vert.x warns of work that takes longer. An API key's check gives up long before. */
  private static final long SLOWEST_SECONDS = 120;

  private final WorkerExecutor threads;
  private final int most;
  private final AtomicInteger requests = new AtomicInteger();

  Workers(Vertx vertx, String name, int threads, int mostWaiting) {
    this.threads =
        vertx.createSharedWorkerExecutor(name, threads, SLOWEST_SECONDS, TimeUnit.SECONDS);
    this.most = threads + mostWaiting;
  }

  /** What work comes to; empty, and it is not done, if too much waits already. */
  <T> Optional<Future<T>> take(Callable<T> work) {
    if (requests.incrementAndGet() > most) {
      requests.decrementAndGet();
      return Optional.empty();
    }
    return Optional.of(
        threads.executeBlocking(work, false).onComplete(done -> requests.decrementAndGet()));
  }
}
