package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What caches save is booked with each call, by the rates that the call itself had. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class CacheSavingsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String SAVED = "SELECT SUM(cache_saved_nanos) FROM totals";

  @Parameter TestDatabase.Kind kind = TestDatabase.Kind.SQLITE;

  private final PriceList prices = PriceList.shipped();
  private TestDatabase test;
  private Ledger ledger;
  private Calls calls;

  @BeforeEach
  void start() {
    test = TestDatabase.fresh(kind);
    ledger =
        Ledger.start(
            test.database(),
            LedgerConfiguration.DEFAULT,
            InstantSource.system(),
            (provider, model) -> prices.knows(provider, model) ? model : Ledger.UNKNOWN_MODEL);
    calls = Calls.of(test.database(), "space-1").at(NOW, ZoneOffset.UTC);
  }

  @AfterEach
  void stop() {
    ledger.close();
    test.close();
  }

  @ParameterizedTest
  @CsvSource({
    // model, tier, fast, geography, input, read, written for 5 minutes, saved nano-dollars
    // 8 USD a million uncached, 0.20 read, 10 written
    "claude-fable-5-2, standard, false, ,   10, 1000,   100, 7600000",
    "claude-fable-5-2, batch,    false, ,   10, 1000,   100, 3800000",
    "claude-fable-5-2, standard, false, us, 10, 1000,   100, 8360000",
    // 4 USD and 0.20
    "claude-opus-5-5,  standard, true,  ,   10, 1000,   0,   7600000",
    // 0.10 USD, 0.01 and 0.125, all five times as much for a prompt of more than 100,000 tokens
    "claude-haiku-5-5, standard, false, ,   0,  100000, 0,   9000000",
    "claude-haiku-5-5, standard, false, ,   1,  100000, 0,   45000000",
    "claude-haiku-5-5, batch,    false, ,   1,  100000, 0,   22500000",
  })
  void aCallSavesByItsOwnTierModeRegionAndLongPrompt(
      String model,
      String tier,
      boolean fast,
      @Nullable String geography,
      long input,
      long read,
      long written,
      long saved) {
    settle(new Usage(List.of(used(model, input, read, written)), tier, fast, geography));

    assertThat(calls.number(SAVED)).isEqualTo(saved);
    LedgerBooks.balance(test.database());
  }

  @ParameterizedTest
  @CsvSource({
    "claude-fable-5-2, standard, 100, -200000",
    // 12.5 nano-dollars dearer each, half up
    "claude-haiku-5-5, batch,    1,   -12",
    "claude-haiku-5-5, batch,    3,   -37",
  })
  void whatIsWrittenAndNeverReadCostsMoreThanItSaves(
      String model, String tier, long written, long saved) {
    settle(new Usage(List.of(used(model, 10, 0, written)), tier, false, null));

    assertThat(calls.number(SAVED)).isEqualTo(saved);
    LedgerBooks.balance(test.database());
  }

  @Test
  void anUnpricedCallSavesNothingAsItCostsNothing() {
    settle(
        new Usage(
            List.of(used("claude-fable-5-2", 10, 1_000, 0), used("claude-novella-7", 10, 1_000, 0)),
            "standard",
            false,
            null));

    assertThat(calls.number("SELECT SUM(unpriced_count) FROM totals")).isEqualTo(1);
    assertThat(calls.number(SAVED)).isZero();
    LedgerBooks.balance(test.database());
  }

  @Test
  void anUnpricedCallThatIsPricedLaterHasItsSavingsBookedThenOnce() {
    // 3 USD a million uncached, 0.30 read, 3.75 written, of which batches pay half
    Usage usage = new Usage(List.of(used("claude-sonnet-4-5", 0, 1_000, 10)), "batch", false, null);
    Priced priced = prices.price(Provider.ANTHROPIC, usage, NOW);
    List<Line> unpriced =
        priced.lines().stream()
            .map(line -> new Line(line.model(), line.kind(), line.quantity(), null, null, null))
            .toList();
    settle(usage, new Priced(unpriced, null, Money.ofCents(7), "test-1"));
    assertThat(calls.number(SAVED)).isZero();
    LedgerBooks.balance(test.database());

    Repricer repricer = new Repricer(InstantSource.fixed(NOW));
    for (int i = 0; i < 2; i++) {
      new PriceStore(test.database(), PriceList.shipped()).reprice(prices, repricer);
    }

    assertThat(calls.number(SAVED)).isEqualTo((2_700_000 - 7_500) / 2);
    LedgerBooks.balance(test.database());
  }

  private static ModelUsage used(String model, long input, long read, long written) {
    return ModelUsage.none(model)
        .with(Kind.INPUT, input)
        .with(Kind.CACHE_READ, read)
        .with(Kind.CACHE_WRITE_5M, written);
  }

  private void settle(Usage usage) {
    settle(usage, prices.price(Provider.ANTHROPIC, usage, NOW));
  }

  private void settle(Usage usage, Priced priced) {
    Admission call = calls.admission();
    assertThat(ledger.admit(call).join()).isEqualTo(new Decision.Admitted());
    ledger.settle(Calls.settlement(call, UsageSource.REPORTED, usage, priced)).join();
  }
}
