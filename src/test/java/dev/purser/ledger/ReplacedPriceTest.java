package dev.purser.ledger;

import static dev.purser.ledger.PricedBooks.MODEL;
import static dev.purser.ledger.PricedBooks.NOW;
import static dev.purser.ledger.PricedBooks.RIGHT;
import static dev.purser.ledger.PricedBooks.SHIPPED;
import static dev.purser.ledger.PricedBooks.WRONG;
import static dev.purser.ledger.PricedBooks.on;
import static dev.purser.ledger.PricedBooks.price;
import static dev.purser.ledger.PricedBooks.used;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.PricedBooks.Books;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A price that was added by mistake is put right by adding another. */
class ReplacedPriceTest {
  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aLaterPriceTakesTheWrongOneOutOfCostsTotalsAndBudgetsAndSaysSoInFigures(
      TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          assertThat(books.add(MODEL, "300", "1500", null).done()).isEqualTo(Repriced.NOTHING);
          List<Admission> wrong = List.of(books.call(), books.call(), books.call());
          Admission other = books.call(calls, UsageSource.REPORTED, used(SHIPPED, 1_000, 0, 100));
          long before = books.cost(other);
          assertThat(calls.spent("").nanos()).isEqualTo(3 * WRONG + before);

          ModelPrice right = price(MODEL, null, Map.of(Kind.INPUT, "3", Kind.OUTPUT, "15"));
          PriceStore.Preview preview = books.prices().preview(right, books.repricer(), 100);
          assertThat(books.cost(wrong.getFirst())).as("a preview writes nothing").isEqualTo(WRONG);
          PriceStore.Added added = books.add(right);

          assertThat(added.done())
              .isEqualTo(preview.would())
              .isEqualTo(
                  new Repriced(0, Money.ZERO, 3, new Money(3 * WRONG), new Money(3 * RIGHT), 0, 0));
          wrong.forEach(call -> assertThat(books.cost(call)).isEqualTo(RIGHT));
          assertThat(books.cost(other)).isEqualTo(before);
          assertThat(calls.spent("").nanos()).isEqualTo(3 * RIGHT + before);
          assertThat(
                  books.number("SELECT SUM(cost_nanos) FROM totals WHERE model = '" + MODEL + "'"))
              .isEqualTo(3 * RIGHT);
          assertThat(
                  books.number(
                      "SELECT COUNT(*) FROM adjustments WHERE reason = 'repriced'"
                          + " AND cost_delta_nanos = "
                          + (RIGHT - WRONG)))
              .isEqualTo(3);
          // Once more changes nothing more.
          books.prices().reprice(added.prices(), books.repricer());
          assertThat(books.prices().done(added.number())).isEqualTo(added.done());
          assertThat(books.number("SELECT COUNT(*) FROM adjustments")).isEqualTo(3);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPriceIsPutRightAsOftenAsItIsWrong(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          Admission call = books.call();
          assertThat(books.add(MODEL, "300", "1500", null).done())
              .isEqualTo(Repriced.priced(new Money(WRONG)));
          assertThat(books.add(MODEL, "0.03", "0.15", null).done())
              .isEqualTo(Repriced.repriced(new Money(WRONG), new Money(RIGHT / 100)));
          assertThat(books.add(MODEL, "3", "15", null).done())
              .isEqualTo(Repriced.repriced(new Money(RIGHT / 100), new Money(RIGHT)));
          assertThat(books.cost(call)).isEqualTo(RIGHT);
          assertThat(calls.spent("").nanos()).isEqualTo(RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aMonthThatHasEndedStays(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission october =
              books.call(
                  calls.at(NOW.minus(Duration.ofDays(30)), ZoneOffset.UTC),
                  UsageSource.REPORTED,
                  used(MODEL, 100_000, 0, 10_000));
          Admission november = books.call();
          assertThat(books.add(MODEL, "3", "15", null).done().repricedCalls()).isEqualTo(1);
          assertThat(books.cost(october)).isEqualTo(WRONG);
          assertThat(books.cost(november)).isEqualTo(RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatTheShippedListHasPricedKeepsItsCost(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          Admission listed = books.call(calls, UsageSource.REPORTED, used(SHIPPED, 1_000, 0, 100));
          long before = books.cost(listed);
          assertThat(books.add(SHIPPED, "300", "1500", null).done()).isEqualTo(Repriced.NOTHING);
          Admission dear = books.call(calls, UsageSource.REPORTED, used(SHIPPED, 1_000, 0, 100));
          assertThat(books.cost(dear)).isEqualTo(100 * before);

          assertThat(books.add(SHIPPED, "6", "30", null).done().repricedCalls()).isEqualTo(1);
          assertThat(books.cost(listed)).isEqualTo(before);
          assertThat(books.cost(dear)).isEqualTo(2 * before);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void ofACallOfTwoModelsOnlyThePartOfTheWrongPriceChanges(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission both =
              books.call(
                  calls,
                  UsageSource.REPORTED,
                  used(SHIPPED, 1_000, 0, 100),
                  used(MODEL, 100_000, 0, 10_000));
          long shipped = books.cost(both) - WRONG;
          // For new calls alone: this one was priced by the shipped list.
          books.add(SHIPPED, "30", "150", null);
          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(both)).isEqualTo(shipped + RIGHT);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPriceOfALaterDayLeavesTheDaysBefore(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission before =
              books.call(
                  calls.at(NOW.minus(Duration.ofDays(2)), ZoneOffset.UTC),
                  UsageSource.REPORTED,
                  used(MODEL, 100_000, 0, 10_000));
          Admission after = books.call();
          assertThat(books.add(MODEL, "3", "15", "2026-11-21").done().repricedCalls()).isEqualTo(1);
          assertThat(books.cost(before)).isEqualTo(WRONG);
          assertThat(books.cost(after)).isEqualTo(RIGHT);

          // A wrong price of a later day does not stand behind the right one of all days.
          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(before)).isEqualTo(RIGHT);
          Admission wrong = wrongSince(books, "2026-11-22");
          books.add(MODEL, "3", "15", null);
          assertThat(books.cost(wrong)).isEqualTo(RIGHT);
          assertThat(books.cost(books.call())).isEqualTo(RIGHT);
        });
  }

  private static Admission wrongSince(Books books, String day) {
    books.add(MODEL, "300", "1500", day);
    Admission wrong = books.call();
    assertThat(books.cost(wrong)).isEqualTo(WRONG);
    return wrong;
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatHasNoPriceIsNoLongerCountedAtTheWrongOne(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          Admission early =
              books.call(calls, UsageSource.REPORTED, used("claude-unknown-1", 1_000, 0, 0));
          long atTheList = counted(books, early);
          books.add(MODEL, "3000", "15000", null);
          Admission late =
              books.call(calls, UsageSource.REPORTED, used("claude-unknown-1", 1_000, 0, 0));
          assertThat(counted(books, late)).isEqualTo(3_000_000_000L);
          assertThat(counted(books, early)).isEqualTo(atTheList);

          assertThat(books.add(MODEL, "3", "15", null).done()).isEqualTo(Repriced.recounted());
          assertThat(counted(books, late)).isEqualTo(atTheList);
          assertThat(counted(books, early)).isEqualTo(atTheList);
          assertThat(books.number("SELECT COUNT(*) FROM entries WHERE cost_nanos IS NULL"))
              .isEqualTo(2);
        });
  }

  private static long counted(Books books, Admission call) {
    return books.number(
        "SELECT counted_nanos FROM entries WHERE entry_id = '" + call.entryId() + "'");
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aCallThatTheNewPriceCannotPriceKeepsItsCostAndIsCounted(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(
              price(
                  MODEL,
                  null,
                  Map.of(Kind.INPUT, "300", Kind.OUTPUT, "1500", Kind.CACHE_READ, "30")));
          Admission cached = books.call(calls, UsageSource.REPORTED, used(MODEL, 0, 1_000, 10));
          long before = books.cost(cached);
          ModelPrice without = price(MODEL, null, Map.of(Kind.INPUT, "3", Kind.OUTPUT, "15"));
          assertThat(books.prices().preview(without, books.repricer(), 100).would())
              .isEqualTo(Repriced.kept());
          books.add(without);
          assertThat(books.cost(cached)).isEqualTo(before);

          books.add(
              price(
                  MODEL, null, Map.of(Kind.INPUT, "3", Kind.OUTPUT, "15", Kind.CACHE_READ, "0.3")));
          assertThat(books.cost(cached)).isEqualTo(before / 100);
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void manyCallsArePutRightInShortTransactionsBetweenWhichOthersWrite(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          int count = 2 * RepricingSearch.BATCH + 50;
          List<Admission> wrong = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            wrong.add(books.call());
          }
          ModelPrice right = price(MODEL, null, Map.of(Kind.INPUT, "3", Kind.OUTPUT, "15"));
          List<Long> left = new ArrayList<>();
          PriceStore.Added added =
              books
                  .prices()
                  .add(
                      right,
                      NOW,
                      books.repricer(),
                      _ ->
                          left.add(
                              books.number(
                                  "SELECT COUNT(*) FROM entries WHERE cost_nanos = " + WRONG)),
                      Long.MAX_VALUE);
          assertThat(left)
              .as("after the first transaction, which adds the price")
              .containsExactly(count - (long) RepricingSearch.BATCH);
          assertThat(added.done().repricedCalls()).isEqualTo(count);
          assertThat(added.done().costAfter().nanos()).isEqualTo(count * RIGHT);
          assertThat(added.finished()).isTrue();
          wrong.forEach(call -> assertThat(books.cost(call)).isEqualTo(RIGHT));
        });
  }
}
