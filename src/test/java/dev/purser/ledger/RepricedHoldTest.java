package dev.purser.ledger;

import static dev.purser.ledger.PricedBooks.DOUBT;
import static dev.purser.ledger.PricedBooks.MODEL;
import static dev.purser.ledger.PricedBooks.NOW;
import static dev.purser.ledger.PricedBooks.RIGHT;
import static dev.purser.ledger.PricedBooks.WRONG;
import static dev.purser.ledger.PricedBooks.as;
import static dev.purser.ledger.PricedBooks.doubt;
import static dev.purser.ledger.PricedBooks.interrupt;
import static dev.purser.ledger.PricedBooks.on;
import static dev.purser.ledger.PricedBooks.running;
import static dev.purser.ledger.PricedBooks.settle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was held by a price that was added by mistake follows the price that replaces it. */
class RepricedHoldTest {
  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noMoneyOfTheWrongPriceStaysInDoubt(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = running(books, calls, MODEL, 30_000, 150_000);
          settle(books, call, UsageSource.ESTIMATED, books.prices().read());
          assertThat(books.cost(call)).isEqualTo(WRONG);
          assertThat(doubt(books)).isEqualTo(100 * DOUBT);

          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(RIGHT);
          assertThat(doubt(books)).isEqualTo(DOUBT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatIsInDoubtFollowsEveryFurtherPriceDownAndUp(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = running(books, calls, MODEL, 30_000, 150_000);
          settle(books, call, UsageSource.ESTIMATED, books.prices().read());
          for (int times : new int[] {1, 2, 100, 10, 1}) {
            books.add(MODEL, String.valueOf(3 * times), String.valueOf(15 * times), null);
            assertThat(books.cost(call)).isEqualTo(times * RIGHT);
            assertThat(doubt(books)).isEqualTo(times * DOUBT);
            LedgerBooks.balance(books.test().database());
          }
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallThatRanWhileItsPriceWasReplacedDoubtsWhatItWouldHaveHeld(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission dear = running(books, calls, MODEL, 30_000, 150_000);
          PriceStore.Added added = books.add(MODEL, "3", "15", null);
          settle(books, dear, UsageSource.ESTIMATED, books.prices().read());
          assertThat(books.cost(dear)).isEqualTo(RIGHT);
          assertThat(doubt(books)).as("by the old hold").isGreaterThan(100 * DOUBT);

          books.prices().reprice(added.prices(), books.repricer());
          assertThat(books.cost(dear)).isEqualTo(RIGHT);
          assertThat(doubt(books)).isEqualTo(DOUBT);
          assertThat(calls.state(dear.entryId())).isEqualTo("settled");
          LedgerBooks.balance(books.test().database());

          Calls strict =
              calls.under(new Budget(Money.ofCents(1_000_000), Budget.Mode.STRICT), null);
          Admission cheap = running(books, strict, MODEL, 300, 1_500);
          added = books.add(MODEL, "300", "1500", null);
          settle(books, cheap, UsageSource.ESTIMATED, books.prices().read());
          assertThat(
                  books.number("SELECT COUNT(*) FROM months WHERE stopped_limit_nanos IS NOT NULL"))
              .as("its cost says nothing of its hold")
              .isZero();
          books.prices().reprice(added.prices(), books.repricer());
          assertThat(doubt(books)).isEqualTo(2 * 100 * DOUBT);
          assertThat(books.number("SELECT COUNT(*) FROM entries WHERE counted_nanos > hold_nanos"))
              .isZero();
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallThatRanWhileItsPriceWasReplacedAndWasInterruptedIsPutRight(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = running(books, calls, MODEL, 30_000, 150_000);
          PriceStore.Added added = books.add(MODEL, "3", "15", null);
          AtomicInteger unseen = new AtomicInteger();
          interrupt(
              books,
              new PriceKeeper() {
                @Override
                public String totalsModel(Provider provider, String model) {
                  return model;
                }

                @Override
                public void bookedUnseen() {
                  unseen.incrementAndGet();
                }
              });
          assertThat(unseen).hasPositiveValue();
          assertThat(books.cost(call)).isEqualTo(100 * (RIGHT + DOUBT));

          books.prices().reprice(added.prices(), books.repricer());
          assertThat(books.cost(call)).isEqualTo(RIGHT + DOUBT);
          assertThat(books.prices().done(added.number()))
              .isEqualTo(
                  Repriced.repriced(new Money(100 * (RIGHT + DOUBT)), new Money(RIGHT + DOUBT)));
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aLateSettlementByTheWrongPriceStopsNoStrictBudget(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          PriceList old = books.prices().read();
          Calls strict =
              calls.under(new Budget(Money.ofCents(1_000_000), Budget.Mode.STRICT), null);
          Admission call = running(books, strict, MODEL, 30_000, 150_000);
          interrupt(books, (_, model) -> model);
          PriceStore.Added added = books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(RIGHT + DOUBT);

          // Its process lives, and has not heard of the price yet.
          settle(books, call, UsageSource.REPORTED, old);
          assertThat(books.cost(call)).isEqualTo(WRONG);
          assertThat(
                  books.number("SELECT COUNT(*) FROM months WHERE stopped_limit_nanos IS NOT NULL"))
              .isZero();
          books.prices().reprice(added.prices(), books.repricer());
          assertThat(books.cost(call)).isEqualTo(RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aHoldThatTheReplacedPriceDidNotMakeStays(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          // The model has no price yet: it holds the highest of the list, here $10 and $50.
          Admission call = running(books, calls, MODEL, 1_000, 5_000);
          settle(books, call, UsageSource.ESTIMATED, books.prices().read());
          long held = books.number("SELECT hold_nanos FROM entries");
          books.add(MODEL, "300", "1500", null);
          assertThat(books.cost(call)).isEqualTo(WRONG);
          assertThat(doubt(books)).isZero();
          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(RIGHT);
          assertThat(doubt(books)).isEqualTo(held - RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aHoldByAPriceOfZeroDoesNotBecomeLess(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          // Output for nothing, by mistake: 100,000 tokens in are all that is held.
          books.add(MODEL, "300", "0", null);
          Admission call = running(books, calls, MODEL, 30_000, 0);
          settle(books, call, UsageSource.ESTIMATED, books.prices().read());
          assertThat(doubt(books)).isZero();
          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(RIGHT);
          assertThat(doubt(books))
              .as("nobody knows how many tokens it could have answered with")
              .isEqualTo(30_000_000_000L - RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void doubtThatItsUserHasReleasedStaysReleased(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = running(books, calls, MODEL, 30_000, 150_000);
          settle(books, call, UsageSource.ESTIMATED, books.prices().read());
          Releases releases = new Releases(books.test().database(), InstantSource.fixed(NOW));
          assertThat(releases.releaseDoubt("space-1").doubt().nanos()).isEqualTo(100 * DOUBT);
          books.add(MODEL, "3", "15", null);
          assertThat(doubt(books)).isZero();
          // Also where the old hold left nothing in doubt, and the new one would.
          books.add(MODEL, "3", "1500", null);
          assertThat(doubt(books)).isZero();
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallThatWasInterruptedIsChargedAtWhatItsHoldWouldHaveBeen(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = as(calls.admission(), MODEL, books.prices().read().version());
          assertThat(books.ledger().admit(call).join()).isInstanceOf(Decision.Admitted.class);
          interrupt(books, (_, model) -> model);
          assertThat(calls.state(call.entryId())).isEqualTo("interrupted");
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos());

          PriceStore.Added added = books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos() / 100);
          assertThat(calls.spent("")).isEqualTo(new Money(Calls.HOLD.nanos() / 100));
          assertThat(added.done())
              .isEqualTo(Repriced.repriced(Calls.HOLD, new Money(Calls.HOLD.nanos() / 100)));
          LedgerBooks.balance(books.test().database());

          books.add(MODEL, "6", "30", null);
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos() / 50);
          LedgerBooks.balance(books.test().database());

          // What the process that admitted it knows better comes late, and replaces the charge.
          settle(books, call, UsageSource.REPORTED, books.prices().read());
          assertThat(books.cost(call)).isEqualTo(2 * RIGHT);
          assertThat(calls.spent("")).isEqualTo(new Money(2 * RIGHT));
        });
  }
}
