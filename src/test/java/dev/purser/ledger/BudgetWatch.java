package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.storage.Database;

/**
 * Looks at what is spent, held and in doubt in any month, again and again, on a connection of its
 * own: it sees what is committed, as anybody would.
 */
public final class BudgetWatch implements AutoCloseable {
  private static final String MAX =
      "SELECT COALESCE(MAX(spent_nanos + held_nanos + doubt_nanos), 0) FROM months";

  private final Database database;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile long mostNanos;
  private volatile int looks;

  private BudgetWatch(Database database) {
    this.database = database;
    this.thread = Thread.ofPlatform().start(this::watch);
  }

  /** Begins to look. */
  public static BudgetWatch over(Database database) {
    return new BudgetWatch(database);
  }

  private void watch() {
    int looked = 0;
    long most = 0;
    while (!stopped) {
      most =
          Math.max(most, database.read(handle -> handle.createQuery(MAX).mapTo(Long.class).one()));
      looked++;
      mostNanos = most;
      looks = looked;
    }
  }

  /** Looks no more; how often it has looked. */
  public int stop() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return looks;
  }

  /** The most of all that it has seen. */
  public Money most() {
    return new Money(mostNanos);
  }

  @Override
  public void close() {
    stop();
  }
}
