package dev.purser;

import dev.purser.money.Money;
import dev.purser.reports.AgentStandingStore;
import dev.purser.web.Overspending;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try: a thousand callers over real HTTP, and somebody who watches the committed books all the
 * while. The callers behave as the providers' SDKs do: what may pass is tried again, a few times; a
 * refusal by a budget (402) is an answer.
 */
final class OverspendRun implements AutoCloseable {
  static final int CALLS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(OverspendRun.class);

  /** So many begin at the same moment, the others one after another while those run. */
  static final int AT_ONCE = 300;

  private static final int RETRIES = 2;
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  private final OverspendCalls calls;
  private final Duration spread;
  private final AgentStandingStore books;
  private final String spaceId;
  private final String agentId;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private final long startedNanos = System.nanoTime();
  private final Thread watcher;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private volatile Money highest = Money.ZERO;
  private final AtomicInteger looks = new AtomicInteger();
  private volatile long tookNanos;
  private volatile boolean running = true;
  private volatile boolean stopped;

  /**
   * A try that is yet to begin.
   *
   * @param spread over which those calls begin that do not begin at once
   */
  OverspendRun(
      OverspendCalls calls,
      Duration spread,
      AgentStandingStore books,
      String spaceId,
      String agentId) {
    this.calls = calls;
    this.spread = spread;
    this.books = books;
    this.spaceId = spaceId;
    this.agentId = agentId;
    this.watcher = Thread.ofPlatform().name("overspend-watch").daemon().unstarted(this::watch);
  }

  OverspendRun start() {
    for (int i = 0; i < CALLS; i++) {
      int number = i;
      callers.execute(() -> call(number));
    }
    callers.shutdown();
    watcher.start();
    return this;
  }

  boolean running() {
    return running;
  }

  Overspending.Sending sending() {
    long nanos = running ? System.nanoTime() - startedNanos : tookNanos;
    return new Overspending.Sending(
        CALLS,
        sent.get(),
        ended.get(),
        mostAtOnce.get(),
        highest,
        looks.get(),
        Duration.ofNanos(nanos));
  }

  /** Calls that run are cut off. */
  @Override
  public void close() {
    stopped = true;
    callers.shutdownNow();
    http.shutdownNow();
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void call(int number) {
    try {
      int after = Math.max(0, number - AT_ONCE);
      Thread.sleep(spread.multipliedBy(after).dividedBy(CALLS - AT_ONCE));
      int now = sent.incrementAndGet() - ended.get();
      mostAtOnce.accumulateAndGet(now, Math::max);
      try {
        Duration pause = FIRST_RETRY;
        for (int tries = 0; tries <= RETRIES && mayPass(number); tries++) {
          Thread.sleep(pause);
          pause = pause.multipliedBy(2);
        }
      } finally {
        ended.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a call, and reads its answer to the end; whether it may go better the next time. */
  private boolean mayPass(int number) throws InterruptedException {
    try {
      int status = http.send(calls.request(number), BodyHandlers.discarding()).statusCode();
      return status == 429 || status >= 500;
    } catch (IOException e) {
      log.debug("a call of the try broke off: {}", e.getMessage());
      return !stopped;
    }
  }

  private void watch() {
    try {
      while (running) {
        // Asked before the look, so that the last look is at what everybody has left behind.
        boolean over = callers.awaitTermination(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        Money counted = books.counted(spaceId, agentId);
        highest = counted.compareTo(highest) > 0 ? counted : highest;
        looks.incrementAndGet();
        if (over || stopped) {
          tookNanos = System.nanoTime() - startedNanos;
          running = false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn("the books could not be watched: {}", e.getMessage());
    } finally {
      running = false;
    }
  }
}
