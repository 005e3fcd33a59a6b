package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A ledger and its prices, of which a model's is added, and replaced. */
final class PricedBooks {
  private PricedBooks() {}

  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final String MODEL = "claude-brandnew-9";
  static final String SHIPPED = "claude-sonnet-4-5";

  /** Of 100,000 tokens in and 10,000 out at $3 and $15 a million. */
  static final long RIGHT = 450_000_000;

  /** At a hundred times that. */
  static final long WRONG = 45_000_000_000L;

  /** A ledger with one space, and its prices. */
  record Books(TestDatabase test, Ledger ledger, Calls calls, PriceStore prices) {
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

  static ModelUsage used(String model, long input, long cacheRead, long output) {
    return ModelUsage.none(model)
        .with(Kind.INPUT, input)
        .with(Kind.CACHE_READ, cacheRead)
        .with(Kind.OUTPUT, output);
  }

  static ModelPrice price(String model, @Nullable String from, Map<Kind, String> usdPerMillion) {
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

  static void on(TestDatabase.Kind kind, BiConsumer<Books, Calls> test) {
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

  /** 100,000 tokens in, and of 20,000 out the half. */
  static final ModelUsage ESTIMATE = used(MODEL, 100_000, 0, 10_000);

  /** What stays in doubt of it at the right price: 10,000 tokens out. */
  static final long DOUBT = 150_000_000;

  /**
   * A running call that holds 100,000 tokens in and 20,000 out, at prices of so many cents a
   * million.
   */
  static Admission running(Books books, Calls calls, String model, long inCents, long outCents) {
    // A cent is 10⁷ nano-dollars, and a million tokens are ten times what it holds of input.
    Bounded bounded =
        new Bounded(Calls.worst(inCents * 1_000_000, 20_000, outCents * 10), 20_000, false);
    Admission call = as(calls.admission(bounded), model, books.prices.read().version());
    assertThat(books.ledger.admit(call).join()).isInstanceOf(Decision.Admitted.class);
    return call;
  }

  static void settle(Books books, Admission call, UsageSource source, PriceList prices) {
    Usage usage = new Usage(List.of(ESTIMATE), "standard", false, null);
    books
        .ledger
        .settle(Calls.settlement(call, source, usage, prices.price(Provider.ANTHROPIC, usage, NOW)))
        .join();
  }

  static long doubt(Books books) {
    return books.number("SELECT SUM(doubt_nanos) FROM entries");
  }

  /** Another process takes the ledger's own for dead, and ends its calls. */
  static void interrupt(Books books, PriceKeeper prices) {
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

  static Admission as(Admission call, String model, String version) {
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
}
