package dev.purser.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceListTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final PriceList prices = PriceList.shipped();

  /** Of a thousand tokens of each kind, so that a nano-dollar figure reads as USD per million. */
  @ParameterizedTest
  @CsvSource({
    // model, input, read, write 5m, write 1h, output
    "claude-sonnet-5-5,        2,    0.1,  2.5,  4,   10",
    "claude-opus-5-5,          4,    0.2,  5,    8,   20",
    "claude-fable-5-2,         8,    0.2,  10,   16,  40",
    "claude-mythos-5-1,        10,   0.25, 12.5, 20,  50",
    "claude-haiku-5-5,         0.1,  0.01, 0.125, 0.2, 0.5",
    "claude-haiku-4-5-20251001, 1,   0.1,  1.25, 2,   5",
    "claude-3-haiku-20240307,  0.25, 0.03, 0.3,  0.5, 1.25",
  })
  void anthropicKindsCostTheirListPrice(
      String model, String input, String read, String write5m, String write1h, String output) {
    ModelUsage usage =
        ModelUsage.none(model)
            .with(Kind.INPUT, 1000)
            .with(Kind.CACHE_READ, 1000)
            .with(Kind.CACHE_WRITE_5M, 1000)
            .with(Kind.CACHE_WRITE_1H, 1000)
            .with(Kind.OUTPUT, 1000)
            .withReasoning(10);
    Priced priced = anthropic(usage);
    assertThat(priced.lines())
        .extracting(Line::kind)
        .containsExactly(
            Kind.INPUT, Kind.CACHE_READ, Kind.CACHE_WRITE_5M, Kind.CACHE_WRITE_1H, Kind.OUTPUT);
    assertThat(costs(priced)).containsExactly(usd(input, read, write5m, write1h, output));
    assertThat(priced.counted()).isEqualTo(priced.cost());
  }

  @ParameterizedTest
  @CsvSource({
    // model, input, read, write 30m, output
    "gpt-6-astra,        10,   1,     12.5,  50",
    "gpt-6.1-sol,        2,    0.1,   2.5,   10",
    "gpt-5.6-sol,        4,    0.4,   5,     20",
    "gpt-5.6-cyber,      12.5, 1.25,  15.625, 75",
    // no price for written tokens: they are ordinary input
    "gpt-5-2025-08-07,   1.25, 0.125, 1.25,  10",
    "gpt-4.1-mini,       0.4,  0.1,   0.4,   1.6",
    // no price for tokens from the cache either
    "gpt-5-pro,          15,   15,    15,    120",
  })
  void openAiKindsCostTheirListPrice(
      String model, String input, String read, String write, String output) {
    Priced priced =
        openAi(
            ModelUsage.none(model)
                .with(Kind.INPUT, 1000)
                .with(Kind.CACHE_READ, 1000)
                .with(Kind.CACHE_WRITE_30M, 1000)
                .with(Kind.OUTPUT, 1000),
            null);
    assertThat(costs(priced)).containsExactly(usd(input, read, write, output));
  }

  @Test
  void writesOfTwelveHoursAreDearerAndUnpricedWhereNobodyKnows() {
    assertThat(costs(openAi(written12h("gpt-6.2-sol"), null))).containsExactly(usd("2", "5"));
    assertThat(openAi(written12h("gpt-6-sol"), null).cost()).isNull();
    assertThat(costs(openAi(written12h("gpt-5.4"), null))).containsExactly(usd("2.5", "2.5"));
  }

  @ParameterizedTest
  @CsvSource({
    // model, tier, input, output
    "gpt-6-luna,       ,          0.1,  0.5",
    "gpt-6-luna,       default,   0.1,  0.5",
    "gpt-6-luna,       auto,      0.1,  0.5",
    "gpt-6-luna,       scale,     0.1,  0.5",
    "gpt-6-luna,       flex,      0.05, 0.25",
    "gpt-6-luna,       batch,     0.05, 0.25",
    "gpt-6-luna,       priority,  0.2,  1",
    "gpt-6-luna,       fast,      0.2,  1",
    "gpt-5.5,          priority,  12.5, 75",
    "gpt-5-mini,       priority,  0.45, 3.6",
    "gpt-4o,           priority,  4.25, 17",
    "gpt-4o-mini,      priority,  0.25, 1",
    "o4-mini,          priority,  2,    8",
    "o3,               priority,  3.5,  14",
    "gpt-6.2-sol,      ultrafast, 6,    30",
    "gpt-6-astra,      ultrafast, 60,   300",
  })
  void openAiTiersCostTheirFactor(
      String model, @Nullable String tier, String input, String output) {
    assertThat(costs(openAi(thousand(model), tier))).containsExactly(usd(input, output));
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-6.2-sol, flex",
    "gpt-5-nano, priority",
    "gpt-6-luna, ultrafast",
    "gpt-6-luna, warp",
  })
  void aTierWhoseFactorNobodyKnowsMakesTheCallUnpriced(String model, String tier) {
    Priced priced = openAi(thousand(model), tier);
    assertThat(priced.cost()).isNull();
    assertThat(priced.lines()).allSatisfy(line -> assertThat(line.unitPicos()).isNull());
    assertThat(priced.counted()).isEqualTo(openAi(thousand("never-heard-of"), null).counted());
  }

  @ParameterizedTest
  @CsvSource({
    // model, tier, fast, geography, input, output
    "claude-opus-5-5,  standard, false, global,        4,    20",
    "claude-opus-5-5,  priority, false, not_available, 4,    20",
    "claude-opus-5-5,  batch,    false, ,              2,    10",
    "claude-opus-5-5,  standard, true,  ,              8,    40",
    "claude-opus-4-8,  standard, true,  ,              10,   50",
    "claude-opus-5,    standard, false, us,            5.5,  27.5",
    "claude-sonnet-4-6, standard, false, us,           3.3,  16.5",
    "claude-opus-5,    standard, true,  us,            11,   55",
    "claude-haiku-5-5, batch,    false, us,            0.055, 0.275",
  })
  void anthropicTermsCostTheirFactors(
      String model,
      @Nullable String tier,
      boolean fast,
      @Nullable String geography,
      String input,
      String output) {
    Usage usage = new Usage(List.of(thousand(model)), tier, fast, geography);
    assertThat(costs(prices.price(Provider.ANTHROPIC, usage, NOW)))
        .containsExactly(usd(input, output));
  }

  @ParameterizedTest
  @CsvSource({
    "claude-fable-5-2, standard, true,  ",
    "claude-haiku-4-5, standard, false, us",
    "claude-opus-5,    standard, false, eu",
    "claude-opus-5,    flex,     false, ",
  })
  void anthropicTermsWithoutAFactorMakeTheCallUnpriced(
      String model, String tier, boolean fast, @Nullable String geography) {
    Usage usage = new Usage(List.of(thousand(model)), tier, fast, geography);
    assertThat(prices.price(Provider.ANTHROPIC, usage, NOW).cost()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    // model, prompt tokens of three kinds, USD per million of input, read, written, output
    "claude-haiku-5-5, 90000,  9000,  1000,  0.1, 0.01, 0.125, 0.5",
    "claude-haiku-5-5, 90000,  9000,  1001,  0.5, 0.05, 0.625, 2.5",
    "gpt-6-sol,        200000, 70000, 2000,  2,   0.2,  2.5,   10",
    "gpt-6-sol,        200000, 70000, 2001,  4,   0.4,  5,     15",
    "gpt-5.5,          1,      272000, 0,    10,  1,    0,     45",
    "gpt-5.4-mini,     200000, 70000, 2001,  0.75, 0.075, 0.75, 4.5",
    "claude-opus-5,    900000, 70000, 2001,  5,   0.5,  6.25,  25",
  })
  void aPromptOverTheThresholdPutsTheWholeRequestOnTheDearerCard(
      String model,
      long input,
      long read,
      long written,
      BigDecimal inputUsd,
      BigDecimal readUsd,
      BigDecimal writtenUsd,
      BigDecimal outputUsd) {
    boolean anthropic = model.startsWith("claude");
    ModelUsage part =
        ModelUsage.none(model)
            .with(Kind.INPUT, input)
            .with(Kind.CACHE_READ, read)
            .with(Kind.CACHE_WRITE_5M, anthropic ? written : 0)
            .with(Kind.CACHE_WRITE_30M, anthropic ? 0 : written)
            .with(Kind.OUTPUT, 7);
    Priced priced = anthropic ? anthropic(part) : openAi(part, null);
    BigDecimal micros =
        inputUsd
            .multiply(BigDecimal.valueOf(input))
            .add(readUsd.multiply(BigDecimal.valueOf(read)))
            .add(writtenUsd.multiply(BigDecimal.valueOf(written)))
            .add(outputUsd.multiply(BigDecimal.valueOf(7)));
    assertThat(priced.cost()).isEqualTo(new Money(micros.movePointRight(3).longValueExact()));
  }

  @Test
  void tiersMultiplyTheDearerCard() {
    ModelUsage part =
        ModelUsage.none("gpt-6-sol").with(Kind.INPUT, 300_000).with(Kind.OUTPUT, 1000);
    assertThat(openAi(part, "priority").cost())
        .isEqualTo(new Money(300_000 * 8_000L + 1000 * 30_000L));
  }

  @Test
  void thePromptIsMeasuredPerPassAndNotOverThemAll() {
    ModelUsage answer = ModelUsage.none("claude-haiku-5-5").with(Kind.INPUT, 60_000);
    Usage twoPasses = new Usage(List.of(answer, answer), null, false, null);
    assertThat(prices.price(Provider.ANTHROPIC, twoPasses, NOW).cost())
        .isEqualTo(new Money(120_000 * 100));
  }

  @Test
  void passesOfOtherModelsCostTheirOwnPrice() {
    Usage usage =
        new Usage(
            List.of(thousand("claude-haiku-4-5"), thousand("claude-opus-4-8")),
            "standard",
            false,
            null);
    Priced priced = prices.price(Provider.ANTHROPIC, usage, NOW);
    assertThat(costs(priced)).containsExactly(usd("1", "5", "5", "25"));
    assertThat(priced.lines())
        .extracting(Line::model)
        .containsExactly(
            "claude-haiku-4-5", "claude-haiku-4-5", "claude-opus-4-8", "claude-opus-4-8");
  }

  @Test
  void searchesCostACentEachWhateverTheTerms() {
    ModelUsage part = ModelUsage.none("claude-opus-5").with(Kind.WEB_SEARCH, 3);
    Usage usage = new Usage(List.of(part), "batch", true, "us");
    assertThat(prices.price(Provider.ANTHROPIC, usage, NOW).cost()).isEqualTo(Money.ofCents(3));
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, claude-sonnet-5-5, 2026-10-06T23:59:59.999Z, 0.2",
    "anthropic, claude-sonnet-5-5, 2026-10-07T00:00:00Z,     0.1",
    "openai,    gpt-5.6-luna,      2026-07-29T23:59:59.999Z, 0.1",
    "openai,    gpt-5.6-luna,      2026-07-30T00:00:00Z,     0.02",
    "openai,    gpt-5.6-terra,     2026-07-30T00:00:00Z,     0.2",
    "openai,    gpt-5.6,           2026-08-20T23:59:59.999Z, 0.5",
    "openai,    gpt-5.6,           2026-08-21T00:00:00Z,     0.4",
  })
  void aPriceHoldsFromTheFirstInstantOfItsUtcDay(
      String provider, String model, Instant at, String readUsd) {
    ModelUsage part = ModelUsage.none(model).with(Kind.CACHE_READ, 1000);
    Usage usage = new Usage(List.of(part), null, false, null);
    assertThat(costs(prices.price(Provider.ofId(provider).orElseThrow(), usage, at)))
        .containsExactly(usd(readUsd));
  }

  @Test
  void anAnnouncedPriceHoldsWhenItsDayComes() {
    Usage usage = new Usage(List.of(thousand("gpt-6.2-sol")), "ultrafast", false, null);
    Instant before = Instant.parse("2027-02-28T23:59:59Z");
    assertThat(costs(prices.price(Provider.OPENAI, usage, before))).containsExactly(usd("6", "30"));
    assertThat(costs(prices.price(Provider.OPENAI, usage, before.plusSeconds(1))))
        .containsExactly(usd("12", "60"));
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, claude-3-5-haiku-latest,    claude-3-5-haiku",
    "anthropic, claude-3-5-sonnet-20240620, claude-3-5-sonnet",
    "anthropic, claude-sonnet-4-20250514,   claude-sonnet-4-0",
    "anthropic, claude-opus-4,              claude-opus-4-0",
    "anthropic, claude-opus-4.6,            claude-opus-4-6",
    "anthropic, claude-opus-5-20260724,     claude-opus-5",
    "openai,    gpt-5.6,                    gpt-5.6-sol",
    "openai,    gpt-5.6-2026-08-01,         gpt-5.6-sol",
    "openai,    gpt-4o-2024-11-20,          gpt-4o",
    "openai,    gpt-4o-2024-05-13,          gpt-4o-2024-05-13",
    "openai,    gpt-5-chat-latest,          gpt-5-chat-latest",
    "openai,    gpt-4-0613,                 gpt-4",
    "openai,    gpt-3.5-turbo-1106,         gpt-3.5-turbo-1106",
    "openai,    text-embedding-ada-002-v2,  text-embedding-ada-002",
  })
  void aliasesAndSnapshotsHaveTheirModelsPrice(String provider, String name, String model) {
    assertThat(prices.find(Provider.ofId(provider).orElseThrow(), name, NOW))
        .map(ModelPrice::model)
        .contains(model);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-6-sol-turbo",
        "gpt-7",
        "ft:gpt-4o-2024-08-06:made-up::x",
        "gpt-6-sol-19991231",
        "latest"
      })
  void otherNamesAreUnknown(String name) {
    assertThat(prices.knows(Provider.OPENAI, name)).isFalse();
    assertThat(openAi(thousand(name), null).cost()).isNull();
  }

  @Test
  void aModelOfTheOtherProviderHasNoPriceHere() {
    assertThat(openAi(thousand("claude-opus-5"), null).cost()).isNull();
  }

  @Test
  void whatHasNoPriceCountsAtTheDearestOfItsProvider() {
    Priced anthropic =
        anthropic(
            ModelUsage.none("claude-mythos-5-2")
                .with(Kind.INPUT, 1000)
                .with(Kind.CACHE_READ, 1000)
                .with(Kind.CACHE_WRITE_5M, 1000)
                .with(Kind.CACHE_WRITE_1H, 1000)
                .with(Kind.OUTPUT, 1000)
                .with(Kind.WEB_SEARCH, 1));
    assertThat(anthropic.cost()).isNull();
    assertThat(anthropic.lines()).hasSize(6).allSatisfy(line -> assertThat(line.cost()).isNull());
    // Opus 3 to 4.1 is dearer of every kind than any newer model on any terms.
    assertThat(anthropic.counted().nanos())
        .isEqualTo(15_000_000 + 1_500_000 + 18_750_000 + 30_000_000 + 75_000_000 + 10_000_000);
    assertThat(openAi(thousand("gpt-7"), null).counted().nanos())
        .isEqualTo(150_000_000 + 600_000_000);
  }

  @Test
  void whatHasAPriceInAnUnpricedCallCountsAtThatPrice() {
    Usage usage =
        new Usage(
            List.of(thousand("claude-haiku-4-5"), thousand("claude-mythos-5-2")),
            null,
            false,
            null);
    Priced priced = prices.price(Provider.ANTHROPIC, usage, NOW);
    assertThat(priced.cost()).isNull();
    assertThat(priced.lines())
        .extracting(Line::cost)
        .contains(new Money(1_000_000), new Money(5_000_000));
    assertThat(priced.counted().nanos()).isEqualTo(6_000_000 + 15_000_000 + 75_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    // model, tier, read, written for 30 minutes, unit of what is read, uncached pico-dollars
    "gpt-6.1-sol, ,          1000,   10, 100000,  2000000",
    "gpt-6.1-sol, batch,     1000,   10, 50000,   1000000",
    "gpt-6.1-sol, flex,      1000,   10, 50000,   1000000",
    "gpt-6.1-sol, priority,  1000,   10, 200000,  4000000",
    "gpt-6.1-sol, ultrafast, 1000,   10, 600000,  12000000",
    // twice as much for a prompt of more than 272,000 tokens
    "gpt-6.1-sol, priority,  271990, 10, 200000,  4000000",
    "gpt-6.1-sol, priority,  271991, 10, 400000,  8000000",
  })
  void cachedTokensKnowWhatTheyWouldHaveCostUncachedOnTheSameCardAndTerms(
      String model, @Nullable String tier, long read, long written, long unit, long uncached) {
    Priced priced =
        openAi(
            ModelUsage.none(model)
                .with(Kind.CACHE_READ, read)
                .with(Kind.CACHE_WRITE_30M, written)
                .with(Kind.OUTPUT, 10)
                .with(Kind.WEB_SEARCH, 1),
            tier);
    assertThat(priced.lines()).extracting(Line::unitPicos).startsWith(unit, uncached * 5 / 4);
    assertThat(priced.lines())
        .extracting(Line::uncachedPicos)
        .containsExactly(uncached, uncached, null, null);
  }

  @Test
  void cachedTokensWithoutAPriceKnowNoUncachedOneEither() {
    assertThat(openAi(written12h("gpt-6-sol"), null).lines())
        .extracting(Line::uncachedPicos)
        .containsOnlyNulls();
  }

  @Test
  void noListedModelOnAnyTermsIsDearerThanTheDearest() {
    for (ModelPrice price : prices.inForce(NOW)) {
      price
          .dearest()
          .unitPicos()
          .forEach((kind, picos) ->
              assertThat(picos)
                  .isLessThanOrEqualTo(prices.dearest(price.provider()).picos(kind).orElseThrow()));
    }
  }

  @Test
  void linesAlwaysAddUpToTheExactSumRoundedOnce() {
    Random random = new Random(20261122);
    List<ModelPrice> models = prices.inForce(NOW);
    for (int i = 0; i < 20_000; i++) {
      ModelPrice model = models.get(random.nextInt(models.size()));
      boolean anthropic = model.provider() == Provider.ANTHROPIC;
      List<ModelUsage> parts =
          Stream.generate(() ->
                  ModelUsage.none(model.model())
                      .with(Kind.INPUT, random.nextInt(1_000))
                      .with(Kind.CACHE_READ, random.nextInt(400_000))
                      .with(Kind.CACHE_WRITE_5M, anthropic ? random.nextInt(10) : 0)
                      .with(Kind.CACHE_WRITE_1H, anthropic ? random.nextInt(10) : 0)
                      .with(Kind.CACHE_WRITE_30M, anthropic ? 0 : random.nextInt(10))
                      .with(Kind.OUTPUT, random.nextInt(100))
                      .with(Kind.WEB_SEARCH, random.nextInt(2)))
              .limit(1 + random.nextInt(3))
              .toList();
      String tier = random.nextBoolean() ? "batch" : null;
      Priced priced = prices.price(model.provider(), new Usage(parts, tier, false, null), NOW);
      if (priced.cost() == null) {
        continue;
      }
      BigDecimal exact = BigDecimal.ZERO;
      long sum = 0;
      for (Line line : priced.lines()) {
        Long unitPicos = line.unitPicos();
        Money cost = line.cost();
        assertThat(unitPicos).isNotNull();
        assertThat(cost).isNotNull();
        if (unitPicos != null && cost != null) {
          BigDecimal picos =
              BigDecimal.valueOf(unitPicos).multiply(BigDecimal.valueOf(line.quantity()));
          exact = exact.add(picos);
          sum += cost.nanos();
          assertThat(picos.subtract(BigDecimal.valueOf(cost.nanos(), -3)).abs())
              .isLessThan(BigDecimal.valueOf(1000));
        }
      }
      long rounded = exact.movePointLeft(3).setScale(0, RoundingMode.HALF_UP).longValueExact();
      assertThat(priced.cost()).isEqualTo(new Money(rounded));
      assertThat(sum).isEqualTo(rounded);
    }
  }

  @Test
  void theLargestUsageThatCanBeReadHasACost() {
    long most = ModelUsage.MAX;
    ModelUsage part =
        ModelUsage.none("o1-pro")
            .with(Kind.INPUT, most)
            .with(Kind.CACHE_READ, most)
            .with(Kind.CACHE_WRITE_30M, most)
            .with(Kind.CACHE_WRITE_12H, most)
            .with(Kind.OUTPUT, most)
            .with(Kind.WEB_SEARCH, most);
    // 150 USD a million for four kinds of prompt, 600 for output, 10,000 a million searches
    assertThat(openAi(part, null).cost())
        .isEqualTo(Money.ofCents((4 * 150_000L + 600_000 + 10_000_000) * 100));
  }

  @Test
  void whoseModelANameIsIsToldByTheListOrByItsForm() {
    assertThat(prices.providerOf("claude-opus-5-5")).contains(Provider.ANTHROPIC);
    assertThat(prices.providerOf("claude-novella-7")).contains(Provider.ANTHROPIC);
    for (String name :
        List.of(
            "gpt-6-sol",
            "gpt-9",
            "o1",
            "o7-mini",
            "chatgpt-4o-latest",
            "chat-latest",
            "text-embedding-4",
            "ft:gpt-4.1-mini:made-up",
            "codex-mini")) {
      assertThat(prices.providerOf(name)).as(name).contains(Provider.OPENAI);
    }
    assertThat(prices.providerOf("llama-4")).isEqualTo(Optional.empty());
    assertThat(prices.providerOf("oracle")).isEqualTo(Optional.empty());
  }

  @Test
  void embeddingModelsAreToldFromTheOthers() {
    assertThat(prices.isEmbedding("text-embedding-3-small")).isTrue();
    assertThat(prices.isEmbedding("text-embedding-ada-002-v2")).isTrue();
    assertThat(prices.isEmbedding("text-embedding-9")).isTrue();
    assertThat(prices.isEmbedding("gpt-6-sol")).isFalse();
    assertThat(prices.isEmbedding("never-heard-of")).isFalse();
  }

  @Test
  void everyLineOfTheShippedListCanBeWrittenAndReadAgain() {
    PriceFile.Contents file = PriceFile.shipped();
    assertThat(file.version()).isEqualTo("2026-11-30");
    for (ModelPrice price : file.prices()) {
      assertThat(PriceFile.parseLine(PriceFile.line(price))).isEqualTo(price);
    }
  }

  @Test
  void everyModelHasOneMeaning() {
    List<ModelPrice> all = PriceFile.shipped().prices();
    assertThat(all)
        .extracting(price -> price.provider() + " " + price.model() + " " + price.from())
        .doesNotHaveDuplicates();
    for (ModelPrice price : all) {
      for (String alias : price.aliases()) {
        assertThat(all)
            .allSatisfy(other ->
                assertThat(
                        other.model().equals(alias)
                            || (other.aliases().contains(alias)
                                && !other.model().equals(price.model())))
                    .as(alias)
                    .isFalse());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openai;m;chat;-;-;-;1;-;-;-;-;-;2;-;-;-               | 16 cells",
        "aleph;m;chat;-;-;-;1;-;-;-;-;-;2;-;-;-;-              | no provider named \"aleph\"",
        "openai;m;poems;-;-;-;1;-;-;-;-;-;2;-;-;-;-            | for chat or embeddings",
        "openai;m;chat;soon;-;-;1;-;-;-;-;-;2;-;-;-;-          | not a day",
        "openai;m;chat;-;-;-;0.0000001;-;-;-;-;-;2;-;-;-;-     | whole pico-dollars",
        "openai;m;chat;-;-;-;0.000001;-;-;-;-;-;2;-;-;flex 0.5;- | whole number of pico-dollars",
        "openai;m;chat;-;-;-;1;-;-;-;-;-;2;-;-;speedy 2;-      | no factor named \"speedy\"",
        "openai;m;chat;-;-;-;1;-;-;-;-;-;2;-;-;flex 0;-        | out of range",
        "openai;m;chat;-;-;-;-1;-;-;-;-;-;2;-;-;-;-            | out of range",
        "openai;m;chat;-;-;-;1e6;-;-;-;-;-;2;-;-;-;-           | out of range",
        "openai;m;chat;-;-;-;1;-;-;-;-;-;-;-;-;-;-             | for input and for output",
        "openai;m;chat;-;-;-;1;-;-;-;-;-;2;-;272000;-;-        | long_context reads like",
      })
  void aLineThatCannotBeUsedIsRefusedWithTheReason(String line, String reason) {
    assertThatThrownBy(() -> PriceFile.parseLine(line.replace(';', '\t')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private Priced anthropic(ModelUsage part) {
    return prices.price(
        Provider.ANTHROPIC, new Usage(List.of(part), "standard", false, "global"), NOW);
  }

  private Priced openAi(ModelUsage part, @Nullable String tier) {
    return prices.price(Provider.OPENAI, new Usage(List.of(part), tier, false, null), NOW);
  }

  private static ModelUsage thousand(String model) {
    return ModelUsage.none(model).with(Kind.INPUT, 1000).with(Kind.OUTPUT, 1000);
  }

  private static ModelUsage written12h(String model) {
    return ModelUsage.none(model).with(Kind.INPUT, 1000).with(Kind.CACHE_WRITE_12H, 1000);
  }

  private static List<@Nullable Money> costs(Priced priced) {
    return priced.lines().stream().<@Nullable Money>map(Line::cost).toList();
  }

  /** What a thousand tokens cost at so many USD per million. */
  private static Money[] usd(String... perMillion) {
    return Stream.of(perMillion)
        .map(usd -> new Money(new BigDecimal(usd).movePointRight(6).longValueExact()))
        .toArray(Money[]::new);
  }
}
