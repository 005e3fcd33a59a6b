package dev.purser.ledger;

import dev.purser.storage.Database;
import dev.purser.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of operations and how it is written: what waits while the writer is busy shares the
 * next transaction. A batch that fails for one operation is tried again one by one, so that a bad
 * one fails alone. If the database fails, what ends an entry is kept and tried again, with growing
 * pauses and for ever, and all else is told at once; until it succeeds, nothing else is taken.
 */
final class GroupCommit {
  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

  private static final int MAX_UNEXPECTED_FAILURES = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

  /** For so long after a wait in vain no transaction waits for more than a moment. */
  private static final Duration BRIEFLY = Duration.ofSeconds(10);

  private final Writer writer;
  private final LedgerConfiguration configuration;
  private final InstantSource clock;
  private final PriceKeeper prices;
  private final Lease lease;
  private final Folding folding;
  private final ScheduledExecutorService timer;

  private final ConcurrentLinkedDeque<Operation<?>> waiting = new ConcurrentLinkedDeque<>();

  /** Ends that fail by themselves: each is tried again by itself, ever less often. */
  private final Set<Operation.End> aside = ConcurrentHashMap.newKeySet();

  private final HoldQueue waitingForHolds;
  private final GivenUp givenUp = new GivenUp();

  /** Null where there is no other server that could take over. */
  private final @Nullable Recent recent;

  /** The connection to a server that has all of {@link #recent}, by its number. */
  private volatile long trusted;

  private final AtomicInteger waitingAdmissions = new AtomicInteger();
  private final AtomicBoolean drainScheduled = new AtomicBoolean();

  /** Whether all that wait for holds are to be decided again, whatever else there is to do. */
  private final AtomicBoolean lookAgain = new AtomicBoolean();

  private volatile List<Operation<?>> inHand = List.of();
  private volatile boolean writable = true;

  /** Of the writer's thread. */
  private long retryMillis;

  private boolean retryScheduled;

  /** So many failures in a row that neither the database nor an operation is known to cause. */
  private int strangeFailures;

  /** When a transaction last waited in vain for another process's rows. */
  private long lockedOutNanos = System.nanoTime() - BRIEFLY.toNanos();

  /** Whether the last attempt waited for locks only briefly; its failure does not count as long. */
  private boolean brief;

  GroupCommit(
      Database database,
      LedgerConfiguration configuration,
      InstantSource clock,
      PriceKeeper prices,
      Lease lease,
      ScheduledExecutorService timer) {
    this.writer = database.writer();
    this.recent = database.shared() ? new Recent() : null;
    this.configuration = configuration;
    this.clock = clock;
    this.prices = prices;
    this.lease = lease;
    this.folding = new Folding(configuration.refusalsPerMinute());
    this.waitingForHolds = new HoldQueue(configuration.waitingForHolds());
    this.timer = timer;
    this.retryMillis = configuration.shortestRetry().toMillis();
  }

  /** Whether the database takes what is written, as far as is known. */
  boolean writable() {
    return writable;
  }

  int waiting() {
    return waiting.size() + aside.size();
  }

  /** Takes what ends an entry: always. */
  <T> CompletableFuture<T> end(Operation<T> operation) {
    return enqueue(operation);
  }

  /** Takes what may be turned away: empty if too many are waiting. */
  <T> Optional<CompletableFuture<T>> take(Operation<T> operation) {
    if (waitingAdmissions.incrementAndGet() > configuration.waitingAdmissions()) {
      waitingAdmissions.decrementAndGet();
      if (operation instanceof Operation.Admit) {
        givenUp.turnedAway();
      }
      return Optional.empty();
    }
    return Optional.of(enqueue(operation));
  }

  private <T> CompletableFuture<T> enqueue(Operation<T> operation) {
    waiting.addLast(operation);
    scheduleDrain();
    return operation.future();
  }

  private void scheduleDrain() {
    if (writable && drainScheduled.compareAndSet(false, true)) {
      onWriter(this::drain);
    }
  }

  /** Runs a task on the writer's thread. */
  void onWriter(Runnable task) {
    try {
      writer.execute(() -> {
        try {
          task.run();
        } catch (RuntimeException e) {
          log.error("the ledger failed", e);
        }
      });
    } catch (RejectedExecutionException closed) {
      log.debug("the database is closed");
    }
  }

  /** On the writer's thread: one batch of what waits. */
  private void drain() {
    drainScheduled.set(false);
    if (!writable) {
      return;
    }
    List<Operation<?>> batch = takeBatch();
    if (!batch.isEmpty() && post(batch)) {
      retryMillis = configuration.shortestRetry().toMillis();
    }
    if (!waiting.isEmpty()) {
      scheduleDrain();
    }
  }

  /**
   * What the next transaction is made of: first what gives money back, then the admissions that
   * wait for it, then those that have only come. So no newer call is admitted on money that an
   * older one of its space waits for, and nobody waits on for money that the same transaction
   * frees. What ends an entry, or lowers its hold, never depends on an admission beside it: that
   * one's caller has not been told yet that it has an entry.
   */
  private List<Operation<?>> takeBatch() {
    List<Operation<?>> batch = new ArrayList<>();
    List<Operation.Admit> newcomers = new ArrayList<>();
    Instant now = clock.instant();
    boolean room = waitingForHolds.hasRoom();
    while (batch.size() + newcomers.size() < configuration.batch()) {
      Operation<?> next = waiting.pollFirst();
      if (next == null) {
        break;
      }
      if (!(next instanceof Operation.End)) {
        waitingAdmissions.decrementAndGet();
      }
      if (!(next instanceof Operation.Admit admit)) {
        batch.add(next);
      } else if (stillWaits(admit, now)) {
        admit.letWait(room && admit.mayWaitAt(now));
        newcomers.add(admit);
      }
    }
    for (Operation.Admit admit : takeWaits(batch, now)) {
      if (stillWaits(admit, now)) {
        admit.letWait(admit.mayWaitAt(now));
        batch.add(admit);
      }
    }
    batch.addAll(newcomers);
    return batch;
  }

  /** Those who have waited for holds and are to be decided again beside this batch. */
  private List<Operation.Admit> takeWaits(List<Operation<?>> batch, Instant now) {
    if (lookAgain.getAndSet(false)) {
      return waitingForHolds.takeAll();
    }
    List<Operation.Admit> waits = waitingForHolds.takeOf(relieved(batch));
    waits.addAll(waitingForHolds.takeLate(now));
    return waits;
  }

  /** Whether an admission's caller still waits; tells it if its time is over. */
  private boolean stillWaits(Operation.Admit admit, Instant now) {
    if (now.isAfter(admit.admission().deadline())
        && admit.future().complete(new Decision.Unavailable())) {
      givenUp.late();
    }
    return !admit.future().isDone();
  }

  /** Whether the whole batch has been dealt with: if not, the database cannot be written. */
  private boolean post(List<Operation<?>> batch) {
    inHand = batch;
    try {
      return post(batch, true);
    } finally {
      inHand = List.of();
    }
  }

  private boolean post(List<Operation<?>> batch, boolean mayTryAgain) {
    Throwable missing = restore();
    Throwable failure = missing == null ? commit(batch) : missing;
    if (failure == null) {
      batch.forEach(this::tell);
      strangeFailures = 0;
      return true;
    }
    folding.forget();
    boolean firstAttempt = !batch.getFirst().tried();
    batch.forEach(Operation::markTried);
    if (failure instanceof SQLException sql && !writer.blames(sql)) {
      if (mayTryAgain && (!writer.connected() || writer.collided(sql))) {
        return post(batch, false);
      }
      if (missing == null && writer.connected()) {
        if (writer.lockedOut(sql)) {
          if (!brief) {
            lockedOutNanos = System.nanoTime();
          }
          return apart(bySpace(batch), sql);
        }
        if (!writer.blamesDatabase(sql) && ++strangeFailures > MAX_UNEXPECTED_FAILURES) {
          return apart(batch.stream().<List<Operation<?>>>map(List::of).toList(), sql);
        }
      }
      keep(batch, sql);
      return false;
    }
    if (missing != null && !(missing instanceof Lease.Gone)) {
      // Nothing of this batch was tried, so nothing of it is to blame.
      keep(batch, missing);
      return false;
    }
    if (failure instanceof Lease.Gone && mayTryAgain) {
      if (renew()) {
        return post(batch, false);
      }
      keep(batch, failure);
      return false;
    }
    if (failure instanceof Error) {
      // Of the process, which has no memory left, not of what was to be written.
      keep(batch, failure);
      return false;
    }
    if (batch.size() == 1) {
      // The second attempt looks first for what an earlier one may have written.
      return firstAttempt
          ? post(batch, mayTryAgain)
          : giveUp(batch.getFirst(), failure, mayTryAgain);
    }
    for (int i = 0; i < batch.size(); i++) {
      if (!post(batch.subList(i, i + 1), mayTryAgain)) {
        keep(batch.subList(i + 1, batch.size()), failure);
        return false;
      }
    }
    return true;
  }

  private static List<List<Operation<?>>> bySpace(List<Operation<?>> batch) {
    Map<String, List<Operation<?>>> parts = new LinkedHashMap<>();
    for (Operation<?> operation : batch) {
      parts.computeIfAbsent(operation.spaceId(), _ -> new ArrayList<>()).add(operation);
    }
    return List.copyOf(parts.values());
  }

  /**
   * Each part in a transaction of its own. What fails there on a connection that lives fails alone:
   * those who ask are told at once, and what ends an entry is tried again by itself.
   */
  private boolean apart(List<List<Operation<?>>> parts, SQLException why) {
    for (int i = 0; i < parts.size(); i++) {
      List<Operation<?>> part = parts.get(i);
      Throwable missing = restore();
      Throwable failure = missing == null ? commit(part) : missing;
      if (failure == null) {
        part.forEach(this::tell);
      } else if (missing == null && failsAlone(failure)) {
        folding.forget();
        putAside(part, failure);
      } else if (!post(part, false)) {
        parts.subList(i + 1, parts.size()).reversed().forEach(rest -> keep(rest, why));
        return false;
      }
    }
    return true;
  }

  private boolean failsAlone(Throwable failure) {
    return failure instanceof SQLException sql
        && writer.connected()
        && (writer.lockedOut(sql) || !(writer.blames(sql) || writer.blamesDatabase(sql)));
  }

  private void putAside(List<Operation<?>> part, Throwable failure) {
    if (aside.isEmpty()) {
      log.warn(
          "calls of one space, or one call, cannot be written and wait: {}", failure.getMessage());
    }
    for (Operation<?> operation : part) {
      if (operation instanceof Operation.End end) {
        putAside(end, FIRST_PAUSE);
      } else {
        turnAway(operation);
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The task catches what it throws.
  private void putAside(Operation.End end, Duration pause) {
    aside.add(end);
    if (!timer.isShutdown()) {
      timer.schedule(
          () -> onWriter(() -> tryAside(end, pause)), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** On the writer's thread: one that was put aside, once more and by itself. */
  private void tryAside(Operation.End end, Duration pause) {
    if (!aside.remove(end)) {
      return;
    }
    Throwable missing = restore();
    Throwable failure = missing == null ? commit(List.of(end)) : missing;
    if (failure == null) {
      tell(end);
      lookAgain.set(true);
    } else if (missing == null && failsAlone(failure)) {
      Duration next = pause.multipliedBy(2);
      putAside(end, next.compareTo(MAX_PAUSE) < 0 ? next : MAX_PAUSE);
    } else {
      waiting.addLast(end);
    }
    scheduleDrain();
  }

  /** Why the batch could not be written; null if it is committed. */
  private @Nullable Throwable commit(List<Operation<?>> batch) {
    if (recent != null) {
      for (Operation<?> operation : batch) {
        if (operation instanceof Operation.End end && end.admitted() == null) {
          end.admittedWith(recent.running(end.key()));
        }
      }
    }
    try {
      brief = System.nanoTime() - lockedOutNanos < BRIEFLY.toNanos();
      writer.transact(session -> {
        if (brief) {
          session.waitBriefly();
        }
        new Posting(session, lease, folding, clock, prices).post(batch);
        return lease;
      });
      return null;
    } catch (SQLException | RuntimeException | Error e) {
      return e;
    }
  }

  /**
   * On a connection other than the one that the last commits went to, another server may answer
   * that does not have all of them. What it has not is written again before anything else is
   * decided.
   *
   * @return why it could not be; null if nothing is missing any more
   */
  private @Nullable Throwable restore() {
    if (recent == null || (writer.connected() && writer.connections() == trusted)) {
      return null;
    }
    if (recent.isEmpty()) {
      trusted = writer.connections();
      return null;
    }
    try {
      lease.use(writer.transact(lease::renew));
    } catch (SQLException | RuntimeException | Error e) {
      return e;
    }
    long server = writer.connections();
    List<Operation<?>> all = recent.again();
    int restored = 0;
    for (int from = 0; from < all.size(); from += configuration.batch()) {
      List<Operation<?>> page =
          all.subList(from, Math.min(all.size(), from + configuration.batch()));
      Throwable failure = commit(page);
      if (failure != null && keepsFromRestoring(failure)) {
        return failure;
      }
      if (failure != null) {
        for (Operation<?> one : page) {
          Throwable alone = commit(List.of(one));
          if (alone != null && keepsFromRestoring(alone)) {
            return alone;
          }
          if (alone != null) {
            log.error("an entry that the database has lost cannot be restored", alone);
          }
        }
      }
      restored += (int) page.stream().filter(one -> Boolean.TRUE.equals(one.result())).count();
    }
    if (!writer.connected() || writer.connections() != server) {
      return new SQLException("the connection broke while lost calls were written again");
    }
    trusted = server;
    if (restored > 0) {
      prices.bookedUnseen();
      log.warn("{} calls that the database had lost were written again", restored);
    }
    return null;
  }

  /** Whether a failure is no fault of what was to be written again, so that it is tried later. */
  private boolean keepsFromRestoring(Throwable failure) {
    return (failure instanceof SQLException sql
            && !writer.blames(sql)
            && (writer.lockedOut(sql) || !failsAlone(sql)))
        || failure instanceof Lease.Gone
        || failure instanceof Error;
  }

  /** The spaces in which something will hold less than before, or nothing any more. */
  private static Set<String> relieved(List<Operation<?>> batch) {
    Set<String> spaceIds = new HashSet<>();
    for (Operation<?> operation : batch) {
      switch (operation) {
        case Operation.Settle settle -> spaceIds.add(settle.key().spaceId());
        case Operation.Withdraw withdraw -> spaceIds.add(withdraw.key().spaceId());
        case Operation.Narrow narrow -> spaceIds.add(narrow.key().spaceId());
        case Operation.Admit _,
            Operation.Refuse _,
            Operation.RefuseIfUsedUp _,
            Operation.Restore _ -> {}
      }
    }
    return spaceIds;
  }

  /** After the commit. */
  private void tell(Operation<?> operation) {
    if (recent != null) {
      note(recent, operation);
    }
    switch (operation) {
      case Operation.Admit admit when admit.waits() -> waitingForHolds.add(admit);
      case Operation.Admit admit -> {
        boolean late = clock.instant().isAfter(admit.admission().deadline());
        Decision decision = late ? new Decision.Unavailable() : admit.result();
        boolean heard = admit.future().complete(decision);
        if (late && heard) {
          givenUp.late();
        }
        if (admit.result() instanceof Decision.Admitted && (late || !heard)) {
          waiting.addLast(new Operation.Withdraw(admit.key()));
        }
      }
      case Operation.Refuse refuse -> refuse.future().complete(refuse.result());
      case Operation.RefuseIfUsedUp early -> early.future().complete(early.result());
      case Operation.Narrow narrow -> narrow.future().complete(narrow.result());
      case Operation.Restore restore -> restore.future().complete(restore.result());
      case Operation.End end -> end.future().complete(end.result());
    }
  }

  /** Keeps what another server may not have. */
  private void note(Recent committed, Operation<?> operation) {
    trusted = writer.connections();
    switch (operation) {
      case Operation.Admit admit -> {
        Recent.Admitted admitted = admit.admitted();
        if (admitted != null) {
          committed.admitted(admit.key(), admitted);
        }
      }
      case Operation.Narrow narrow -> {
        if (Boolean.TRUE.equals(narrow.result())) {
          committed.narrowed(narrow.key(), narrow.hold().nanos(), narrow.priceVersion());
        }
      }
      case Operation.End end -> committed.ended(end, clock.instant());
      case Operation.Refuse _, Operation.RefuseIfUsedUp _, Operation.Restore _ -> {}
    }
  }

  /** One operation that fails by itself, whatever the state of the database. */
  private boolean giveUp(Operation<?> operation, Throwable failure, boolean mayTryAgain) {
    switch (operation) {
      case Operation.Admit admit -> {
        log.error("an admission cannot be written: {}", failure.getMessage());
        admit.future().complete(new Decision.Unavailable());
        // An attempt before this one may have been committed without our hearing of it.
        waiting.addLast(new Operation.Withdraw(admit.key()));
      }
      case Operation.Refuse refuse -> {
        log.error("a refusal cannot be written: {}", failure.getMessage());
        refuse.future().complete(Optional.empty());
      }
      case Operation.RefuseIfUsedUp early -> {
        log.error("a refusal cannot be written: {}", failure.getMessage());
        early.future().complete(Optional.empty());
      }
      case Operation.Narrow narrow -> {
        log.error("a hold cannot be lowered: {}", failure.getMessage());
        narrow.future().complete(false);
      }
      case Operation.Restore restore ->
          log.error(
              "the entry {} cannot be restored: {}", restore.key().entryId(), failure.getMessage());
      case Operation.Settle settle -> {
        log.error(
            "the settlement of {} cannot be written: {}",
            settle.settlement().entryId(),
            failure.getMessage());
        if (!settle.unwritable()) {
          settle.markUnwritable();
          // Completed first, so that the second attempt does not report success.
          settle.future().completeExceptionally(failure);
          return post(List.of(settle), mayTryAgain);
        }
      }
      case Operation.Withdraw withdraw ->
          log.error(
              "the entry {} cannot be ended: {}", withdraw.key().entryId(), failure.getMessage());
    }
    return true;
  }

  /** The database cannot be written: what ends an entry is kept, all else is told so. */
  private void keep(List<Operation<?>> batch, Throwable failure) {
    batch.reversed().forEach(this::turnAway);
    if (writable) {
      log.warn("the ledger cannot write, no call is admitted: {}", failure.getMessage());
      writable = false;
    }
    turnAwayWaiting();
    scheduleRetry();
  }

  /** Keeps what ends an entry, and tells those who ask that it could not be written. */
  private void turnAway(Operation<?> operation) {
    switch (operation) {
      case Operation.Admit admit -> {
        admit.future().complete(new Decision.Unavailable());
        if (admit.tried()) {
          waiting.addFirst(new Operation.Withdraw(admit.key()));
        }
      }
      case Operation.Refuse refuse -> refuse.future().complete(Optional.empty());
      case Operation.RefuseIfUsedUp early -> early.future().complete(Optional.empty());
      case Operation.Narrow narrow -> narrow.future().complete(false);
      case Operation.Restore restore -> restore.future().complete(false);
      case Operation.End end -> waiting.addFirst(end);
    }
  }

  private void turnAwayWaiting() {
    waiting.removeIf(operation ->
        switch (operation) {
          case Operation.Admit admit -> {
            waitingAdmissions.decrementAndGet();
            admit.future().complete(new Decision.Unavailable());
            yield true;
          }
          case Operation.Refuse refuse -> {
            waitingAdmissions.decrementAndGet();
            refuse.future().complete(Optional.empty());
            yield true;
          }
          case Operation.RefuseIfUsedUp early -> {
            waitingAdmissions.decrementAndGet();
            early.future().complete(Optional.empty());
            yield true;
          }
          case Operation.Narrow narrow -> {
            waitingAdmissions.decrementAndGet();
            narrow.future().complete(false);
            yield true;
          }
          case Operation.Restore _ -> true;
          case Operation.End _ -> false;
        });
    endWaitsForHolds();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The task catches what it throws.
  private void scheduleRetry() {
    if (!retryScheduled && !timer.isShutdown()) {
      retryScheduled = true;
      timer.schedule(() -> onWriter(this::retry), retryMillis, TimeUnit.MILLISECONDS);
      retryMillis = Math.min(2 * retryMillis, configuration.longestRetry().toMillis());
    }
  }

  /** On the writer's thread: writes what was kept; once all of it is written, admits again. */
  private void retry() {
    retryScheduled = false;
    if (!renew()) {
      return;
    }
    while (!waiting.isEmpty()) {
      List<Operation<?>> batch = takeBatch();
      if (!batch.isEmpty() && !post(batch)) {
        return;
      }
    }
    log.info("the ledger can write again");
    writable = true;
    scheduleDrain();
  }

  /** On the writer's thread: extends the lease; whether that succeeded. */
  boolean renew() {
    Throwable failure = restore();
    if (failure == null) {
      try {
        lease.use(writer.transact(lease::renew));
        return true;
      } catch (SQLException | RuntimeException | Error e) {
        failure = e;
      }
    }
    keep(List.of(), failure);
    return false;
  }

  /**
   * On the timer's thread: those who wait for calls of other processes, too, are decided again; and
   * what a new connection's server may not have is written again.
   */
  void lookAgain() {
    if (!waitingForHolds.isEmpty()) {
      lookAgain.set(true);
      scheduleDrain();
    }
    if (writable && writer.connections() != trusted) {
      onWriter(this::renew);
    }
  }

  /** Turns away those who wait for running calls to end: none of them would be let in any more. */
  void endWaitsForHolds() {
    for (Operation.Admit admit : waitingForHolds.takeAll()) {
      admit.future().complete(new Decision.Unavailable());
    }
  }

  /** On the timer's thread: tells those whose time is over, and the operator how many they were. */
  void endLateWaits() {
    Instant now = clock.instant();
    List<Operation.Admit> late = waitingForHolds.late(now);
    if (!late.isEmpty()) {
      late.forEach(admit -> stillWaits(admit, now));
      scheduleDrain();
    }
    for (Operation<?> operation : inHand) {
      if (operation instanceof Operation.Admit admit) {
        stillWaits(admit, now);
      }
    }
    for (Operation<?> operation : waiting) {
      if (operation instanceof Operation.Admit admit) {
        stillWaits(admit, now);
      }
    }
    givenUp.report(now);
  }

  /** On the writer's thread: writes all that waits; whether that succeeded. */
  boolean writeAll() {
    waiting.addAll(aside);
    aside.clear();
    while (writable && !waiting.isEmpty()) {
      List<Operation<?>> batch = takeBatch();
      if (!batch.isEmpty() && !post(batch)) {
        return false;
      }
    }
    return writable;
  }
}
