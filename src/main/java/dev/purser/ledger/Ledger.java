package dev.purser.ledger;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import dev.purser.storage.StorageException;
import dev.purser.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down every call before it is forwarded and after it has ended, and decides budgets.
 *
 * <p>What is asked of it waits in a queue. The database's writer takes what waits and puts it into
 * one transaction, so that concurrent calls share the cost of a commit. An answer is given only
 * after the commit. While the database does not take what is written, nothing is admitted, and what
 * ends an entry is kept and tried again for as long as the process lives.
 *
 * <p>The futures complete on the ledger's threads: whatever hangs on them must be quick and leave
 * those threads at once.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  /** The name that totals give to every model without a price. */
  public static final String UNKNOWN_MODEL = "(unknown)";

  private static final int EPOCH_ATTEMPTS = 10;
  private static final Duration DEADLINE_CHECK = Duration.ofMillis(10);

  /** How often one who waits for holds looks whether another process has released some. */
  private static final Duration OTHERS_CHECK = Duration.ofMillis(200);

  private static final Duration LAST_WRITES = Duration.ofSeconds(10);

  private final Database database;
  private final Writer writer;
  private final LedgerConfiguration configuration;
  private final Lease lease;
  private final InstantSource clock;
  private final PriceKeeper prices;
  private final StrictNameStore strictNames;
  private final Recovery recovery;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("purser-ledger-timer").daemon(true).factory());

  private final GroupCommit queue;
  private volatile boolean stopped;

  private Ledger(
      Database database,
      LedgerConfiguration configuration,
      InstantSource clock,
      PriceKeeper prices,
      Lease lease) {
    this.database = database;
    this.writer = database.writer();
    this.configuration = configuration;
    this.lease = lease;
    this.clock = clock;
    this.prices = prices;
    this.strictNames = new StrictNameStore(database);
    this.recovery = new Recovery(clock);
    this.queue = new GroupCommit(database, configuration, clock, prices, lease, timer);
  }

  /**
   * Begins an epoch, and ends the entries that dead processes left open. On SQLite the caller must
   * hold the data directory's lock: every other process is taken for dead.
   *
   * @throws StorageException if the database cannot be written
   */
  public static Ledger start(
      Database database,
      LedgerConfiguration configuration,
      InstantSource clock,
      PriceKeeper prices) {
    Lease lease = begin(database, configuration);
    Ledger ledger = new Ledger(database, configuration, clock, prices, lease);
    ledger.recover();
    ledger.startTimers();
    return ledger;
  }

  /** What strict budgets have been told about names, and what they have found out. */
  public StrictNameStore strictNames() {
    return strictNames;
  }

  /** Whether strict budgets refuse names that nobody has listed. */
  public boolean refusesUnknownNames() {
    return configuration.refusesUnknownNames();
  }

  private static Lease begin(Database database, LedgerConfiguration configuration) {
    StorageException last = new StorageException("no epoch could be begun");
    for (int attempt = 0; attempt < EPOCH_ATTEMPTS; attempt++) {
      try {
        return database.transact(session -> {
          Lease begun = Lease.begin(session, configuration.lease(), database.shared());
          if (!database.shared()) {
            begun.expireOthers(session);
          }
          return begun;
        });
      } catch (StorageException e) {
        // Another process may have begun the same epoch at the same moment.
        last = e;
      }
    }
    throw last;
  }

  private void recover() {
    int ended = 0;
    OptionalInt page = database.transact(recovery::endExpired);
    while (page.isPresent()) {
      ended += page.getAsInt();
      page = database.transact(recovery::endExpired);
    }
    if (ended > 0) {
      prices.bookedUnseen();
      log.warn("{} calls of a process that died were marked interrupted", ended);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The tasks catch what they throw.
  private void startTimers() {
    long renewMillis = configuration.lease().toMillis() / 3;
    timer.scheduleWithFixedDelay(
        queue::endLateWaits,
        DEADLINE_CHECK.toMillis(),
        DEADLINE_CHECK.toMillis(),
        TimeUnit.MILLISECONDS);
    if (database.shared()) {
      timer.scheduleWithFixedDelay(
          queue::lookAgain,
          OTHERS_CHECK.toMillis(),
          OTHERS_CHECK.toMillis(),
          TimeUnit.MILLISECONDS);
    }
    timer.scheduleWithFixedDelay(
        () -> queue.onWriter(this::renewAndRecover),
        renewMillis,
        renewMillis,
        TimeUnit.MILLISECONDS);
  }

  /**
   * Asks for a call to be admitted. The answer comes at the latest shortly after the admission's
   * deadline. A caller that stops waiting may cancel the future: if the entry is written
   * nonetheless, it is ended at once.
   */
  public CompletableFuture<Decision> admit(Admission admission) {
    if (!admitting()) {
      return CompletableFuture.completedFuture(new Decision.Unavailable());
    }
    return queue
        .take(new Operation.Admit(admission, waitsUntil(admission)))
        .orElseGet(() -> CompletableFuture.completedFuture(new Decision.Overloaded()));
  }

  /** Early enough for it to be refused on the books before its deadline. */
  private Instant waitsUntil(Admission admission) {
    Instant now = clock.instant();
    Duration most = Duration.between(now, admission.deadline()).dividedBy(2);
    Duration wait = configuration.waitForHolds();
    return now.plus(wait.compareTo(most) < 0 ? wait : most);
  }

  /**
   * Lowers what is set aside for a running call, of which more is known than when it was admitted.
   * Never raises it. The future completes with whether it was lowered.
   *
   * @param hold the most that the call can cost as far as is known now
   * @param priceVersion of the list that this hold is made by
   */
  public CompletableFuture<Boolean> narrow(
      String spaceId, String entryId, Money hold, String priceVersion) {
    return queue
        .take(new Operation.Narrow(new Entries.Key(spaceId, entryId), hold, priceVersion))
        .orElseGet(() -> CompletableFuture.completedFuture(false));
  }

  /**
   * Ends an admitted call. The future completes when that is committed, with false if the call had
   * ended before, in which case nothing has moved. It fails only if there is no such call or its
   * settlement cannot be written (the entry is then charged at its hold).
   */
  public CompletableFuture<Boolean> settle(Settlement settlement) {
    return queue.end(new Operation.Settle(settlement));
  }

  /**
   * Writes down a call that was refused, and gives the entry that says so: a new one, or one that
   * stands for many such calls; none if the ledger cannot write or has too much to do.
   */
  public CompletableFuture<Optional<String>> refuse(Refusal refusal) {
    if (!admitting()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return queue
        .take(new Operation.Refuse(refusal))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  /**
   * Refuses a call whose body is not read yet if a budget refuses every call, whatever it asks for.
   * Empty if none does, or if the ledger cannot tell just now: then the call's admission decides.
   */
  public CompletableFuture<Optional<Decision.OverBudget>> refuseIfUsedUp(UnreadCall call) {
    if (!admitting()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return queue
        .take(new Operation.RefuseIfUsedUp(call))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  /** Whether calls are admitted just now, for readiness. */
  public Health health() {
    Health.State state =
        stopped
            ? Health.State.STOPPED
            : queue.writable() ? Health.State.ADMITTING : Health.State.CANNOT_WRITE;
    return new Health(state, queue.waiting());
  }

  private boolean admitting() {
    return queue.writable() && !stopped;
  }

  /** The number of this process, which its entries name. */
  public long epoch() {
    return lease.epoch();
  }

  private void renewAndRecover() {
    if (!stopped && queue.writable() && queue.renew() && database.shared()) {
      try {
        OptionalInt ended = writer.transact(recovery::endExpired);
        if (ended.isPresent()) {
          prices.bookedUnseen();
          log.warn("{} calls of a process that died were marked interrupted", ended.getAsInt());
          queue.onWriter(this::renewAndRecover);
        }
      } catch (SQLException e) {
        log.warn("the calls of a process that died could not be ended: {}", e.getMessage());
      }
    }
  }

  /**
   * Stops admitting, writes what waits, and ends the epoch. What cannot be written within seconds
   * is left to the next start, which marks those calls interrupted.
   */
  @Override
  public void close() {
    stopped = true;
    queue.endWaitsForHolds();
    long until = System.nanoTime() + LAST_WRITES.toNanos();
    boolean finished = false;
    try {
      while (!finished && System.nanoTime() < until) {
        CompletableFuture<Boolean> last = new CompletableFuture<>();
        queue.onWriter(() -> last.complete(finish()));
        finished = last.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (!finished) {
          TimeUnit.MILLISECONDS.sleep(configuration.shortestRetry().toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("the last writes took too long");
    }
    timer.shutdownNow();
    queue.endWaitsForHolds();
    if (!finished) {
      log.error(
          "{} ended calls could not be written and will be taken for interrupted", queue.waiting());
    }
  }

  /** On the writer's thread: whether everything is written and the epoch ended. */
  private boolean finish() {
    if (!queue.writeAll()) {
      return false;
    }
    try {
      writer.transact(session -> {
        lease.giveUp(session);
        return lease;
      });
      while (writer.transact(recovery::endExpired).isPresent()) {
        // A page at a time.
      }
      return true;
    } catch (SQLException | RuntimeException e) {
      log.warn("the epoch could not be ended: {}", e.getMessage());
      return false;
    }
  }
}
