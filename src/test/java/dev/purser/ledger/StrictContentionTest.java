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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thousand calls at once that want more than a budget has. */
class StrictContentionTest {
  private static final int CALLS = 1_000;
  private static final Budget FIVE_DOLLARS = new Budget(Money.ofCents(500), Budget.Mode.STRICT);

  /** So long that nobody is refused for having waited long enough. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Ledger start(TestDatabase test) {
    return Ledger.start(
        test.openAnother(),
        LedgerConfiguration.DEFAULT.withWaitForHolds(PATIENCE).withLease(Duration.ofMinutes(10)),
        InstantSource.system(),
        (provider, model) -> model);
  }

  /** Answers of up to 32,000 tokens at $25 a million, on up to $0.40 of input. */
  private static Bounded bounded(Random random) {
    long output = 64L << random.nextInt(10);
    return new Bounded(
        Calls.worst(random.nextLong(400_000_000), output, 25_000), Math.min(output, 4_096), false);
  }

  /** A call from its admission to its settlement, a moment later, at less than its hold. */
  private static CompletableFuture<Decision> call(
      Ledger ledger, Calls calls, Bounded bounded, long seed) {
    Random random = new Random(seed);
    Admission admission = calls.admission(Instant.now().plus(PATIENCE.multipliedBy(3)), bounded);
    Executor later = CompletableFuture.delayedExecutor(random.nextInt(30), TimeUnit.MILLISECONDS);
    return ledger
        .admit(admission)
        .thenComposeAsync(
            decision -> {
              if (!(decision instanceof Decision.Admitted admitted)) {
                return CompletableFuture.completedFuture(decision);
              }
              Long granted = admitted.outputTokens();
              Money hold =
                  granted == null ? bounded.worstCase().most() : bounded.worstCase().at(granted);
              UsageSource source =
                  random.nextInt(20) == 0 ? UsageSource.ESTIMATED : UsageSource.REPORTED;
              Money cost = new Money(hold.nanos() / (1 + random.nextInt(20)));
              return ledger
                  .settle(Calls.settlement(admission, source, Calls.MODEL, cost))
                  .thenApply(_ -> decision);
            },
            later);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aThousandCallsAtOnceNeverExceedAStrictBudgetAndUseItUp(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger one = start(test);
        // On SQLite there is only ever one process.
        Ledger two = kind == TestDatabase.Kind.POSTGRESQL ? start(test) : one) {
      Calls calls = Calls.of(test.database(), "space-1").under(FIVE_DOLLARS, null);
      Random random = new Random(5);
      List<Bounded> asked = new ArrayList<>();
      List<CompletableFuture<Decision>> answers = new ArrayList<>();
      try (BudgetWatch watch = BudgetWatch.over(test.openAnother())) {
        for (int i = 0; i < CALLS; i++) {
          Bounded bounded = bounded(random);
          asked.add(bounded);
          Calls agent = calls.by("agent-" + i % 7);
          answers.add(call(i % 2 == 0 ? one : two, agent, bounded, i));
        }
        answers.forEach(CompletableFuture::join);
        assertThat(watch.stop()).as("looks").isGreaterThan(10);
        assertThat(watch.most().nanos()).isLessThanOrEqualTo(FIVE_DOLLARS.limit().nanos());
      }

      assertThat(calls.held()).isEqualTo(Money.ZERO);
      LedgerBooks.balance(test.database());
      Money left =
          FIVE_DOLLARS
              .limit()
              .minus(calls.spent(""))
              .minus(
                  new Money(
                      calls.number("SELECT SUM(doubt_nanos) FROM months WHERE agent_id = ''")));
      int shortened = 0;
      int refusals = 0;
      for (int i = 0; i < CALLS; i++) {
        switch (answers.get(i).join()) {
          case Decision.Admitted admitted -> shortened += admitted.outputTokens() == null ? 0 : 1;
          case Decision.OverBudget refused -> {
            refusals++;
            Bounded bounded = asked.get(i);
            Money least = bounded.worstCase().at(bounded.leastOutputTokens());
            assertThat(refused.spent().plus(refused.doubt()).plus(least))
                .as("what a refused call would have needed at least, had it been alone")
                .isGreaterThan(refused.budget());
            assertThat(least).as("what it needed, beside what is left").isGreaterThan(left);
          }
          case Decision other -> throw new AssertionError(other);
        }
      }
      assertThat(refusals).isPositive();
      assertThat(shortened).isPositive();
    }
  }
}
