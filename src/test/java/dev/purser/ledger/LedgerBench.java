package dev.purser.ledger;

import dev.purser.storage.TestDatabase;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a call costs the ledger: admitted and settled, one after another on each of some lanes. Run
 * it as a program on the tests' class path; arguments: database, lanes, calls.
 */
final class LedgerBench {
  private static final int AGENTS = 8;

  private final Ledger ledger;
  private final Calls calls;
  private final AtomicInteger left = new AtomicInteger();

  private LedgerBench(Ledger ledger, Calls calls) {
    this.ledger = ledger;
    this.calls = calls;
  }

  /** Prints calls per second and CPU per call. */
  public static void main(String[] arguments) throws InterruptedException {
    TestDatabase.Kind kind = TestDatabase.Kind.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    int lanes = Integer.parseInt(arguments[1]);
    int count = Integer.parseInt(arguments[2]);
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model)) {
      LedgerBench bench = new LedgerBench(ledger, Calls.of(test.database(), "space-1"));
      bench.run(lanes, count / 4);
      long cpuBefore = cpuNanos();
      long before = System.nanoTime();
      bench.run(lanes, count);
      long cpu = cpuNanos() - cpuBefore;
      long wall = System.nanoTime() - before;
      System.out.printf(
          Locale.ROOT,
          "%s, %d at a time: %,d calls/s, %d us CPU a call%n",
          kind,
          lanes,
          count * 1_000_000_000L / wall,
          cpu / count / 1_000);
      LedgerBooks.balance(test.database());
    }
  }

  private void run(int lanes, int count) throws InterruptedException {
    left.set(count);
    CountDownLatch done = new CountDownLatch(lanes);
    for (int lane = 0; lane < lanes; lane++) {
      next(calls.by("agent-" + lane % AGENTS), done);
    }
    done.await();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The latch waits for the last of the chain.
  private void next(Calls lane, CountDownLatch done) {
    if (left.getAndDecrement() <= 0) {
      done.countDown();
      return;
    }
    Admission call = lane.admission();
    ledger
        .admit(call)
        .thenCompose(decision -> ledger.settle(Calls.reported(call)))
        .thenRun(() -> next(lane, done));
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
