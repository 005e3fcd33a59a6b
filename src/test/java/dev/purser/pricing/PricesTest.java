package dev.purser.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Money;
import dev.purser.running.Await;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PricesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Duration SELDOM = Duration.ofDays(1);
  private static final Usage USAGE =
      new Usage(
          List.of(ModelUsage.none("gpt-7").with(Kind.INPUT, 1000).with(Kind.OUTPUT, 1000)),
          null,
          false,
          null);

  private final List<String> repriced = new ArrayList<>();

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anAddedPriceHoldsAtOnceAndEveryOlderListCanStillBeHad(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Prices prices = open(test.database(), SELDOM)) {
      PriceList before = prices.current();
      assertThat(before.version()).isEqualTo("2026-11-30");
      assertThat(before.price(Provider.OPENAI, USAGE, NOW).cost()).isNull();

      prices.add(price("gpt-7", "3", "9"), NOW);
      prices.add(price("gpt-7", "4", "9"), NOW);

      assertThat(prices.current().version()).isEqualTo("2026-11-30+2");
      assertThat(cost(prices.current())).isEqualTo(13_000_000);
      assertThat(cost(prices.current().at("2026-11-30+1").orElseThrow())).isEqualTo(12_000_000);
      assertThat(
              prices
                  .current()
                  .at("2026-11-30")
                  .orElseThrow()
                  .price(Provider.OPENAI, USAGE, NOW)
                  .cost())
          .isNull();
      assertThat(prices.current().at("2026-11-30+3")).isEmpty();
      assertThat(prices.current().at("2025-01-01")).isEmpty();
      assertThat(before.version()).isEqualTo("2026-11-30");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatHadNoPriceIsPricedInTheTransactionThatAddsOneAndAtTheStart(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      try (Prices prices = open(test.database(), SELDOM)) {
        prices.add(price("gpt-7", "3", "9"), NOW);
        assertThat(repriced).containsExactly("2026-11-30", "2026-11-30+1");
      }
      try (Prices prices = open(test.database(), SELDOM)) {
        assertThat(cost(prices.current())).isEqualTo(12_000_000);
        assertThat(repriced).containsExactly("2026-11-30", "2026-11-30+1", "2026-11-30+1");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPriceIsNotAddedIfWhatHadNoneCannotBePriced(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      PriceStore store = new PriceStore(test.database(), PriceList.shipped());
      assertThatThrownBy(() ->
              store.add(
                  price("gpt-7", "3", "9"),
                  NOW,
                  one((_, _) -> {
                    throw new IllegalStateException("made to fail");
                  }),
                  _ -> {},
                  /* mostCalls= */ 1))
          .hasMessageContaining("made to fail");
      assertThat(store.addedCount()).isZero();
      assertThat(store.read().version()).isEqualTo("2026-11-30");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPriceThatAnotherProcessAddedHoldsHereSoon(TestDatabase.Kind kind) throws Exception {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Prices here = open(test.database(), Duration.ofMillis(20));
        Prices there = open(test.openAnother(), SELDOM)) {
      there.add(price("gpt-7", "3", "9"), NOW);
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (here.current().added().isEmpty() && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(here.current().version()).isEqualTo("2026-11-30+1");
      assertThat(cost(here.current())).isEqualTo(12_000_000);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatIsBookedByAnOlderListIsLookedForAgain(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Prices prices = open(test.database(), Duration.ofMillis(20))) {
      PriceList before = prices.current();
      prices.add(price("gpt-7", "3", "9"), NOW);
      // With the price, and once more after the list with it is in force.
      awaitRepriced("2026-11-30", "2026-11-30+1", "2026-11-30+1");

      prices.booked(prices.current());
      prices.booked(before);
      awaitRepriced("2026-11-30", "2026-11-30+1", "2026-11-30+1", "2026-11-30+1");
    }
  }

  private void awaitRepriced(String... versions) {
    Await.until(
        "priced by " + List.of(versions),
        Duration.ofSeconds(10),
        () -> {
          synchronized (repriced) {
            return repriced.equals(List.of(versions));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPriceThatIsNotWholePicosOnSomeTermsIsRefused(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Prices prices = open(test.database(), SELDOM)) {
      assertThatThrownBy(() -> prices.add(price("gpt-7", "0.000001", "9"), NOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pico-dollars");
      assertThat(prices.current().version()).isEqualTo("2026-11-30");
    }
  }

  private Prices open(Database database, Duration refreshEvery) {
    return Prices.open(
        new PriceStore(database, PriceList.shipped()),
        one((transaction, prices) -> {
          // What is priced sees the added price: it is in the same transaction.
          int added =
              transaction.select("SELECT price_number FROM added_prices").mapToMap().list().size();
          assertThat(added).isEqualTo(prices.added().size());
          synchronized (repriced) {
            repriced.add(prices.version());
          }
        }),
        refreshEvery);
  }

  /** Always finds one call, and does that to it. */
  private static Repricing one(BiConsumer<Handle, PriceList> doing) {
    return new Repricing() {
      @Override
      public Iterator<Batch> find(Database database, PriceList prices) {
        return List.of(new Batch(List.of(new EntryName("space", "entry")), Map.of())).iterator();
      }

      @Override
      public Map<Integer, Repriced> book(Handle transaction, PriceList prices, Batch batch) {
        doing.accept(transaction, prices);
        return Map.of();
      }
    };
  }

  private static ModelPrice price(String model, String inputUsd, String outputUsd) {
    return new ModelPrice(
        Provider.OPENAI,
        model,
        ModelPrice.Use.CHAT,
        LocalDate.MIN,
        null,
        null,
        Rates.ofUsdPerMillion(
            Map.of(Kind.INPUT, new BigDecimal(inputUsd), Kind.OUTPUT, new BigDecimal(outputUsd))),
        null,
        Map.of(Condition.FLEX, new Factor(1, 2)),
        List.of());
  }

  private static long cost(PriceList prices) {
    Money cost = prices.price(Provider.OPENAI, USAGE, NOW).cost();
    return cost == null ? -1 : cost.nanos();
  }
}
