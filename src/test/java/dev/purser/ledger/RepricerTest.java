package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Condition;
import dev.purser.pricing.Factor;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RepricerTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String MODEL = "claude-sonnet-4-5";

  /** Of 1,000 tokens in and 100 out, at $3 and $15 a million. */
  private static final Money PRICE = new Money(4_500_000);

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aNewPricePricesTheOpenMonthOnce(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model.equals(Calls.MODEL) ? model : Ledger.UNKNOWN_MODEL)) {
      Calls calls = Calls.of(test.database(), "space-1").at(NOW, ZoneOffset.UTC);
      Calls earlier = calls.at(NOW.minus(Duration.ofDays(30)), ZoneOffset.UTC);
      unpriced(ledger, earlier, UsageSource.REPORTED);
      Admission open = unpriced(ledger, calls, UsageSource.REPORTED);
      unpriced(ledger, calls, UsageSource.ESTIMATED);
      assertThat(calls.spent("")).isEqualTo(Money.ofCents(21));
      LedgerBooks.balance(test.database());

      Repricer repricer = new Repricer(InstantSource.fixed(NOW));
      for (int i = 0; i < 2; i++) {
        new PriceStore(test.database(), PriceList.shipped()).reprice(PriceList.shipped(), repricer);
      }

      // The earlier month is as it was.
      assertThat(calls.spent("")).isEqualTo(PRICE.plus(PRICE).plus(Money.ofCents(7)));
      assertThat(calls.number("SELECT COUNT(*) FROM adjustments")).isEqualTo(2);
      assertThat(calls.number("SELECT SUM(unpriced_count) FROM totals")).isEqualTo(1);
      assertThat(calls.number("SELECT SUM(cost_nanos) FROM totals WHERE model = '" + MODEL + "'"))
          .isEqualTo(2 * PRICE.nanos());
      assertThat(
              calls.number(
                  "SELECT cost_nanos FROM entries WHERE entry_id = '" + open.entryId() + "'"))
          .isEqualTo(PRICE.nanos());
      LedgerBooks.balance(test.database());
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aNewPriceIsThatOfTheRegionTheSearchAndWhatIsBilled(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT,
                InstantSource.system(),
                (provider, model) -> model)) {
      Calls calls = Calls.of(test.database(), "space-1").at(NOW, ZoneOffset.UTC);
      Admission call = openAi(calls.admission());
      assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
      ModelUsage used =
          ModelUsage.none("gpt-tomorrow")
              .with(Kind.INPUT, 1_000)
              .with(Kind.OUTPUT, 100)
              .with(Kind.WEB_SEARCH, 1);
      Usage usage =
          new Usage(List.of(used, used.notBilled()), null, false, "eu", SearchContext.HIGH);
      Priced unpriced = PriceList.shipped().price(Provider.OPENAI, usage, NOW);
      assertThat(unpriced.cost()).isNull();
      ledger.settle(Calls.settlement(call, UsageSource.REPORTED, usage, unpriced)).join();

      PriceList prices = PriceList.shipped().withAdded(List.of(tomorrow()));
      new PriceStore(test.database(), PriceList.shipped())
          .reprice(prices, new Repricer(InstantSource.fixed(NOW)));

      // 1,000 in at $3.30, 100 out at $16.50 a million, and one search at $50 a thousand.
      assertThat(calls.number("SELECT cost_nanos FROM entries")).isEqualTo(54_950_000);
      assertThat(calls.number("SELECT SUM(cost_nanos) FROM entry_lines WHERE billed = 1"))
          .isEqualTo(54_950_000);
      assertThat(
              calls.number("SELECT COUNT(*) FROM entry_lines WHERE billed = 0 AND cost_nanos = 0"))
          .isEqualTo(3);
      LedgerBooks.balance(test.database());
    }
  }

  private static Admission openAi(Admission call) {
    return new Admission(
        call.entryId(),
        call.spaceId(),
        call.revision(),
        call.agentId(),
        call.virtualKeyId(),
        Provider.OPENAI,
        "openai_chat",
        call.requestedModel(),
        call.sentModel(),
        call.hold(),
        call.bounded(),
        call.priceVersion(),
        call.createdAt(),
        call.zone(),
        call.spaceBudget(),
        call.agentBudget(),
        call.deadline(),
        call.fingerprint());
  }

  private static ModelPrice tomorrow() {
    Rates list =
        Rates.ofUsdPerMillion(
            Map.of(Kind.INPUT, new BigDecimal(3), Kind.OUTPUT, new BigDecimal(15)));
    return new ModelPrice(
        Provider.OPENAI,
        "gpt-tomorrow",
        ModelPrice.Use.CHAT,
        LocalDate.MIN,
        null,
        null,
        list,
        Map.of(SearchContext.HIGH, 50_000_000_000L),
        null,
        Map.of(Condition.REGIONAL, new Factor(11, 10)),
        List.of());
  }

  private static Admission unpriced(Ledger ledger, Calls calls, UsageSource source) {
    Admission call = calls.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    ledger.settle(Calls.settlement(call, source, MODEL, null)).join();
    return call;
  }
}
