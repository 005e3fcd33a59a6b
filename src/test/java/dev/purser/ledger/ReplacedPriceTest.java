package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Repriced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A price that was added by mistake is put right by adding another. */
class ReplacedPriceTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String MODEL = "claude-brandnew-9";
  private static final String SHIPPED = "claude-sonnet-4-5";

  /** Of 100,000 tokens in and 10,000 out at $3 and $15 a million. */
  private static final long RIGHT = 450_000_000;

  /** At a hundred times that. */
  private static final long WRONG = 45_000_000_000L;

  /** A ledger with one space, and its prices. */
  private record Books(TestDatabase test, Ledger ledger, Calls calls, PriceStore prices) {
    PriceStore.Added add(String model, String input, String output, @Nullable String from) {
      return add(price(model, from, Map.of(Kind.INPUT, input, Kind.OUTPUT, output)));
    }

    PriceStore.Added add(ModelPrice price) {
      return prices.add(price, NOW, repricer(), _ -> {}, Long.MAX_VALUE);
    }

    Repricer repricer() {
      return new Repricer(InstantSource.fixed(NOW));
    }

    /** A call that is priced as the gateway prices it. */
    Admission call(Calls of, UsageSource source, ModelUsage... parts) {
      Usage usage = new Usage(List.of(parts), "standard", false, null);
      Admission call = of.admission(Instant.now().plusSeconds(10));
      assertThat(ledger.admit(call).join()).isInstanceOf(Decision.Admitted.class);
      ledger
          .settle(
              Calls.settlement(
                  call,
                  source,
                  usage,
                  prices.read().price(Provider.ANTHROPIC, usage, call.createdAt())))
          .join();
      return call;
    }

    Admission call() {
      return call(calls, UsageSource.REPORTED, used(MODEL, 100_000, 0, 10_000));
    }

    long number(String sql) {
      return calls.number(sql);
    }

    long cost(Admission call) {
      return number("SELECT cost_nanos FROM entries WHERE entry_id = '" + call.entryId() + "'");
    }
  }

  private static ModelUsage used(String model, long input, long cacheRead, long output) {
    return ModelUsage.none(model)
        .with(Kind.INPUT, input)
        .with(Kind.CACHE_READ, cacheRead)
        .with(Kind.OUTPUT, output);
  }

  private static ModelPrice price(
      String model, @Nullable String from, Map<Kind, String> usdPerMillion) {
    Map<Kind, BigDecimal> usd = new EnumMap<>(Kind.class);
    usdPerMillion.forEach((kind, price) -> usd.put(kind, new BigDecimal(price)));
    return new ModelPrice(
        Provider.ANTHROPIC,
        model,
        ModelPrice.Use.CHAT,
        from == null ? LocalDate.MIN : LocalDate.parse(from),
        null,
        null,
        Rates.ofUsdPerMillion(usd),
        null,
        Map.of(),
        List.of());
  }

  private static void on(TestDatabase.Kind kind, BiConsumer<Books, Calls> test) {
    try (TestDatabase database = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                database.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls = Calls.of(database.database(), "space-1").at(NOW, ZoneOffset.UTC);
      PriceStore prices = new PriceStore(database.database(), PriceList.shipped());
      test.accept(new Books(database, ledger, calls, prices), calls);
      LedgerBooks.balance(database.database());
    }
  }

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
          PriceStore.Preview preview = books.prices.preview(right, books.repricer(), 100);
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
          books.prices.reprice(added.prices(), books.repricer());
          assertThat(books.prices.done(added.number())).isEqualTo(added.done());
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

  /** 100,000 tokens in, and of 20,000 out the half. */
  private static final ModelUsage ESTIMATE = used(MODEL, 100_000, 0, 10_000);

  /** What stays in doubt of it at the right price: 10,000 tokens out. */
  private static final long DOUBT = 150_000_000;

  /**
   * A running call that holds 100,000 tokens in and 20,000 out, at prices of so many cents a
   * million.
   */
  private static Admission running(
      Books books, Calls calls, String model, long inCents, long outCents) {
    // A cent is 10⁷ nano-dollars, and a million tokens are ten times what it holds of input.
    Bounded bounded =
        new Bounded(Calls.worst(inCents * 1_000_000, 20_000, outCents * 10), 20_000, false);
    Admission call = as(calls.admission(bounded), model, books.prices.read().version());
    assertThat(books.ledger.admit(call).join()).isInstanceOf(Decision.Admitted.class);
    return call;
  }

  private static void settle(Books books, Admission call, UsageSource source, PriceList prices) {
    Usage usage = new Usage(List.of(ESTIMATE), "standard", false, null);
    books
        .ledger
        .settle(Calls.settlement(call, source, usage, prices.price(Provider.ANTHROPIC, usage, NOW)))
        .join();
  }

  private static long doubt(Books books) {
    return books.number("SELECT SUM(doubt_nanos) FROM entries");
  }

  /** Another process takes the ledger's own for dead, and ends its calls. */
  private static void interrupt(Books books, PriceKeeper prices) {
    books.test.database().write(handle -> handle.execute("UPDATE processes SET lease_until = 1"));
    try (Ledger next =
        Ledger.start(
            books.test.openAnother(),
            LedgerConfiguration.DEFAULT,
            InstantSource.system(),
            prices)) {
      assertThat(next.health().ready()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noMoneyOfTheWrongPriceStaysInDoubt(TestDatabase.Kind kind) {
    on(
        kind,
        (books, calls) -> {
          books.add(MODEL, "300", "1500", null);
          Admission call = running(books, calls, MODEL, 30_000, 150_000);
          settle(books, call, UsageSource.ESTIMATED, books.prices.read());
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
          settle(books, call, UsageSource.ESTIMATED, books.prices.read());
          for (int times : new int[] {1, 2, 100, 10, 1}) {
            books.add(MODEL, String.valueOf(3 * times), String.valueOf(15 * times), null);
            assertThat(books.cost(call)).isEqualTo(times * RIGHT);
            assertThat(doubt(books)).isEqualTo(times * DOUBT);
            LedgerBooks.balance(books.test.database());
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
          settle(books, dear, UsageSource.ESTIMATED, books.prices.read());
          assertThat(books.cost(dear)).isEqualTo(RIGHT);
          assertThat(doubt(books)).as("by the old hold").isGreaterThan(100 * DOUBT);

          books.prices.reprice(added.prices(), books.repricer());
          assertThat(books.cost(dear)).isEqualTo(RIGHT);
          assertThat(doubt(books)).isEqualTo(DOUBT);
          assertThat(calls.state(dear.entryId())).isEqualTo("settled");
          LedgerBooks.balance(books.test.database());

          Admission cheap = running(books, calls, MODEL, 300, 1_500);
          added = books.add(MODEL, "300", "1500", null);
          settle(books, cheap, UsageSource.ESTIMATED, books.prices.read());
          assertThat(
                  books.number("SELECT COUNT(*) FROM months WHERE stopped_limit_nanos IS NOT NULL"))
              .as("its cost says nothing of its hold")
              .isZero();
          books.prices.reprice(added.prices(), books.repricer());
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

          books.prices.reprice(added.prices(), books.repricer());
          assertThat(books.cost(call)).isEqualTo(RIGHT + DOUBT);
          assertThat(books.prices.done(added.number()))
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
          PriceList old = books.prices.read();
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
          books.prices.reprice(added.prices(), books.repricer());
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
          settle(books, call, UsageSource.ESTIMATED, books.prices.read());
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
          settle(books, call, UsageSource.ESTIMATED, books.prices.read());
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
          settle(books, call, UsageSource.ESTIMATED, books.prices.read());
          Releases releases = new Releases(books.test.database(), InstantSource.fixed(NOW));
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
          Admission call = as(calls.admission(), MODEL, books.prices.read().version());
          assertThat(books.ledger.admit(call).join()).isInstanceOf(Decision.Admitted.class);
          interrupt(books, (_, model) -> model);
          assertThat(calls.state(call.entryId())).isEqualTo("interrupted");
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos());

          PriceStore.Added added = books.add(MODEL, "3", "15", null);
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos() / 100);
          assertThat(calls.spent("")).isEqualTo(new Money(Calls.HOLD.nanos() / 100));
          assertThat(added.done())
              .isEqualTo(Repriced.repriced(Calls.HOLD, new Money(Calls.HOLD.nanos() / 100)));
          LedgerBooks.balance(books.test.database());

          books.add(MODEL, "6", "30", null);
          assertThat(books.cost(call)).isEqualTo(Calls.HOLD.nanos() / 50);
          LedgerBooks.balance(books.test.database());

          // What the process that admitted it knows better comes late, and replaces the charge.
          settle(books, call, UsageSource.REPORTED, books.prices.read());
          assertThat(books.cost(call)).isEqualTo(2 * RIGHT);
          assertThat(calls.spent("")).isEqualTo(new Money(2 * RIGHT));
        });
  }

  private static Admission as(Admission call, String model, String version) {
    return new Admission(
        call.entryId(),
        call.spaceId(),
        call.revision(),
        call.agentId(),
        call.virtualKeyId(),
        call.provider(),
        call.dialect(),
        model,
        model,
        call.hold(),
        call.bounded(),
        version,
        call.createdAt(),
        call.zone(),
        call.spaceBudget(),
        call.agentBudget(),
        call.deadline(),
        call.fingerprint());
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
          assertThat(books.prices.preview(without, books.repricer(), 100).would())
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
              books.prices.add(
                  right,
                  NOW,
                  books.repricer(),
                  _ ->
                      left.add(
                          books.number("SELECT COUNT(*) FROM entries WHERE cost_nanos = " + WRONG)),
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
