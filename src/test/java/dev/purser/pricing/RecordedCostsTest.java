package dev.purser.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** The cost of recorded real calls, as somebody else worked it out from the same usage. */
@EnabledIf(
    value = "recordingsAreHere",
    disabledReason = "the recorded exchanges are not part of this repository (../shared/fixtures)")
class RecordedCostsTest {
  private static final Path EXPECTED = Path.of("../shared/fixtures/EXPECTED.tsv");
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final PriceList prices = PriceList.shipped();

  static boolean recordingsAreHere() {
    boolean here = Files.exists(EXPECTED);
    if (!here) {
      System.out.println(
          "RecordedCostsTest did not run: there are no recordings beside this clone");
    }
    return here;
  }

  @TestFactory
  List<DynamicTest> everyRecordedCallCostsWhatWasWorkedOutByHand() throws IOException {
    List<String> lines = Files.readAllLines(EXPECTED);
    String[] columns = lines.getFirst().split("\t", -1);
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < columns.length; i++) {
        row.put(columns[i], cells[i]);
      }
      if (!row.getOrDefault("cost_nanos", "").isEmpty()) {
        tests.add(DynamicTest.dynamicTest(row.getOrDefault("name", ""), () -> check(row)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(80);
    return tests;
  }

  private void check(Map<String, String> row) {
    Provider provider =
        row.getOrDefault("name", "").startsWith("anthropic/")
            ? Provider.ANTHROPIC
            : Provider.OPENAI;
    // OpenAI's writes are those of 30 minutes; EXPECTED has one column for both.
    boolean anthropic = provider == Provider.ANTHROPIC;
    ModelUsage part =
        ModelUsage.none(row.getOrDefault("model", ""))
            .with(Kind.INPUT, number(row, "input"))
            .with(Kind.CACHE_READ, number(row, "cache_read"))
            .with(Kind.CACHE_WRITE_5M, anthropic ? number(row, "w5m") : 0)
            .with(Kind.CACHE_WRITE_1H, number(row, "w1h"))
            .with(Kind.CACHE_WRITE_30M, anthropic ? 0 : number(row, "w5m"))
            .with(Kind.OUTPUT, number(row, "output"))
            .withReasoning(number(row, "reasoning"))
            .with(Kind.WEB_SEARCH, number(row, "searches"));
    String tier = row.getOrDefault("tier", "");
    Usage usage = new Usage(List.of(part), tier.isEmpty() ? null : tier, false, null);
    Priced priced = prices.price(provider, usage, NOW);
    assertThat(priced.cost()).isEqualTo(new Money(number(row, "cost_nanos")));
    assertThat(priced.counted()).isEqualTo(priced.cost());
  }

  private static long number(Map<String, String> row, String column) {
    return Long.parseLong(row.getOrDefault(column, ""));
  }
}
