package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
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

  private static Admission unpriced(Ledger ledger, Calls calls, UsageSource source) {
    Admission call = calls.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    ledger.settle(Calls.settlement(call, source, MODEL, null)).join();
    return call;
  }
}
