package dev.purser.pricing;

import dev.purser.storage.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The price list in force in this process, kept up with what other processes add. Reading it never
 * waits.
 */
public final class Prices implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Prices.class);

  /** How many calls are looked at while somebody waits for it. */
  private static final long MAX_AT_ONCE = 20_000;

  private final PriceStore store;
  private final Repricing repricing;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("purser-prices").daemon(true).factory());
  private volatile PriceList current;

  /** Whether calls may have been booked otherwise than by the current list. */
  private volatile boolean missed;

  private Prices(PriceStore store, Repricing repricing) {
    this.store = store;
    this.repricing = repricing;
    this.current = store.read();
  }

  /**
   * Reads the list, and prices what an older list could not.
   *
   * @param refreshEvery how often to look for prices that another process added
   */
  public static Prices open(PriceStore store, Repricing repricing, Duration refreshEvery) {
    Prices prices = new Prices(store, repricing);
    store.reprice(prices.current, repricing);
    ScheduledFuture<?> _ =
        prices.thread.scheduleWithFixedDelay(
            prices::refresh,
            refreshEvery.toMillis(),
            refreshEvery.toMillis(),
            TimeUnit.MILLISECONDS);
    return prices;
  }

  /** The list to admit a call with; its settlement keeps it, as far as it has a price. */
  public PriceList current() {
    return current;
  }

  /**
   * What adding a price would do to calls that were booked before it.
   *
   * @throws IllegalArgumentException if the price does not come to whole pico-dollars on some terms
   */
  public PriceStore.Preview preview(ModelPrice price) {
    return store.preview(price, repricing, MAX_AT_ONCE);
  }

  /**
   * Adds a price, and books what it changes of the open month's calls; of very many the rest soon.
   *
   * @throws IllegalArgumentException if the price does not come to whole pico-dollars on some terms
   */
  public synchronized PriceStore.Added add(ModelPrice price, Instant now) {
    PriceStore.Added added =
        store.add(
            price,
            now,
            repricing,
            prices -> {
              current = prices;
              // Until here calls may have been booked by the list before, and what follows may
              // fail.
              missed = true;
            },
            MAX_AT_ONCE);
    if (!added.finished()) {
      thread.execute(this::refresh);
    }
    return added;
  }

  /** What an added price has done so far to calls that were booked before it. */
  public Repriced done(int number) {
    return store.done(number);
  }

  /**
   * Tells that a call is booked.
   *
   * @param list that it was admitted with, which its hold was made by: if it is no longer the
   *     current one, what that changes is looked for again, soon
   */
  public void booked(PriceList list) {
    if (list != current) {
      missed = true;
    }
  }

  /** Tells that calls were booked by what their entries say, whatever list those had. */
  public void bookedUnseen() {
    missed = true;
  }

  /**
   * Takes over what another process added. That process may have missed calls that this one was
   * still booking by the older list, so they are looked for once more: after the newer list is in
   * force here, so that none is missed again unseen.
   */
  private synchronized void refresh() {
    try {
      if (store.addedCount() != current.added().size()) {
        current = store.read();
        missed = true;
        log.info("price list {} is in force", current.version());
      }
      if (missed) {
        missed = false;
        repriceAgain();
      }
    } catch (StorageException e) {
      log.warn("prices cannot be read just now, {} stays: {}", current.version(), e.getMessage());
    } catch (RuntimeException e) {
      // Thrown on, it would end the refreshing for good and say nothing.
      log.error("an added price cannot be used, {} stays", current.version(), e);
    }
  }

  private void repriceAgain() {
    boolean done = false;
    try {
      store.reprice(current, repricing);
      done = true;
    } finally {
      missed |= !done;
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
