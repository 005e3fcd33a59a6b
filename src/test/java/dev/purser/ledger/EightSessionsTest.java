package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Coding agents at work: each has a long context in the provider's cache, sends all of it with
 * every call, may have long answers and has short ones. What they might cost is twenty times what
 * they do cost; a strict budget must not starve them of what is left.
 */
class EightSessionsTest {
  private static final int SESSIONS = 8;
  private static final Money BUDGET = Money.ofCents(2_000);
  private static final long ENOUGH = Money.ofCents(1_500).nanos();

  /** Of claude-opus-5-5, in nano-dollars a token; a cache may be written for five minutes. */
  private static final long CACHE_READ = 200;

  private static final long CACHE_WRITE = 5_000;
  private static final long OUTPUT = 20_000;

  /** A body of so many bytes has no more tokens than that, but a quarter as many. */
  private static final long BODY_BYTES = 100_000;

  private static final long INPUT_TOKENS = BODY_BYTES / 4;
  private static final long MAX_TOKENS = 32_000;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noneOfEightSessionsIsRefusedBeforeThreeQuartersOfTheBudgetAreSpent(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls =
          Calls.of(test.database(), "space-1").under(new Budget(BUDGET, Budget.Mode.STRICT), null);
      ConcurrentLinkedQueue<Decision.OverBudget> refusals = new ConcurrentLinkedQueue<>();
      List<CompletableFuture<Void>> sessions = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        Session session = new Session(ledger, calls.by("agent-" + i), new Random(i), refusals);
        sessions.add(CompletableFuture.runAsync(session::run, Thread::startVirtualThread));
      }
      sessions.forEach(CompletableFuture::join);

      assertThat(refusals)
          .hasSize(SESSIONS)
          .allSatisfy(
              refused -> assertThat(refused.spent().nanos()).isGreaterThanOrEqualTo(ENOUGH));
      assertThat(calls.held()).isEqualTo(Money.ZERO);
      assertThat(calls.spent("")).isLessThanOrEqualTo(BUDGET);
      LedgerBooks.balance(test.database());
    }
  }

  /** Calls one after another until it is refused. */
  private record Session(
      Ledger ledger,
      Calls calls,
      Random random,
      ConcurrentLinkedQueue<Decision.OverBudget> refusals) {

    void run() {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = call();
      }
    }

    private boolean call() {
      Bounded far = bounded(BODY_BYTES, true);
      Admission admission = calls.admission(deadline(), far);
      Decision decision = ledger.admit(admission).join();
      if (decision instanceof Decision.Tight) {
        // The provider's counter takes a moment.
        pause(5);
        admission = calls.admission(deadline(), bounded(INPUT_TOKENS, false));
        decision = ledger.admit(admission).join();
      }
      if (decision instanceof Decision.OverBudget refused) {
        refusals.add(refused);
        return false;
      }
      assertThat(decision).isInstanceOf(Decision.Admitted.class);
      Long granted = ((Decision.Admitted) decision).outputTokens();
      long most = granted == null ? MAX_TOKENS : granted;
      pause(2);
      long written = 2_000 + random.nextLong(6_000);
      long input = (INPUT_TOKENS - written) * CACHE_READ + written * CACHE_WRITE;
      ledger
          .narrow(
              admission.spaceId(),
              admission.entryId(),
              new Money(input + most * OUTPUT),
              admission.priceVersion())
          .join();
      pause(10 + random.nextLong(20));
      long output = Math.min(most, 200 + random.nextLong(1_800));
      ledger
          .settle(
              Calls.settlement(
                  admission, UsageSource.REPORTED, Calls.MODEL, new Money(input + output * OUTPUT)))
          .join();
      return true;
    }

    private static Instant deadline() {
      return Instant.now().plusSeconds(10);
    }

    /** All of it written to a cache, as far as can be known before. */
    private static Bounded bounded(long inputTokens, boolean canBeCloser) {
      return new Bounded(
          Calls.worst(inputTokens * CACHE_WRITE, MAX_TOKENS, OUTPUT), 4_096, canBeCloser);
    }

    private static void pause(long millis) {
      LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }
  }
}
