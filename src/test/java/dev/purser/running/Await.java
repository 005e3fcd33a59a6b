package dev.purser.running;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a condition, looking often and giving up late, instead of sleeping for a guessed time.
 */
public final class Await {
  private Await() {}

  /** A condition that may throw. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Returns when the condition holds; an exception while looking counts as "not yet", an assertion
   * error ends the wait.
   */
  public static void until(String what, Duration most, Condition condition) {
    long end = System.nanoTime() + most.toNanos();
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(2_000_000);
    }
    throw new AssertionError("not within " + most + ": " + what, last);
  }
}
