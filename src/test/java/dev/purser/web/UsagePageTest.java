package dev.purser.web;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The page of usage, and its files. */
class UsagePageTest {
  private static final Pattern ROW =
      Pattern.compile("<tr>\\s*<th scope=\"row\">.*?</tr>", Pattern.DOTALL);

  /** Somebody's month. */
  private record Month(TestApi api, TestApi.Person person, Visit visit) {
    static Month of(TestApi api) {
      TestApi.Person person = api.newPerson("ada@example.org");
      TestApi.Caller bot = api.newCaller(person, "support-bot <b>");
      TestApi.Caller index = api.newCaller(person, "search-index");
      call(
          api,
          person,
          bot,
          Provider.ANTHROPIC,
          UsageSource.REPORTED,
          ModelUsage.none("claude-fable-5-2")
              .with(Kind.INPUT, 100_000)
              .with(Kind.CACHE_READ, 700_000)
              .with(Kind.CACHE_WRITE_5M, 200_000)
              .with(Kind.OUTPUT, 40_000)
              .withReasoning(10_000));
      call(
          api,
          person,
          bot,
          Provider.ANTHROPIC,
          UsageSource.ESTIMATED,
          ModelUsage.none("claude-haiku-5-5")
              .with(Kind.INPUT, 1_000)
              .with(Kind.OUTPUT, 300)
              .with(Kind.WEB_SEARCH, 2));
      call(
          api,
          person,
          index,
          Provider.OPENAI,
          UsageSource.REPORTED,
          ModelUsage.none("gpt-6.1-sol")
              .with(Kind.INPUT, 5_000)
              .with(Kind.CACHE_READ, 5_000)
              .with(Kind.OUTPUT, 777));
      call(
          api,
          person,
          index,
          Provider.OPENAI,
          UsageSource.REPORTED,
          ModelUsage.none("gpt-of-tomorrow").with(Kind.INPUT, 10).with(Kind.OUTPUT, 20));
      Visit visit = new Visit(api.url());
      visit.get(api.signInLinks().make(person.user().id()));
      return new Month(api, person, visit);
    }

    private static void call(
        TestApi api,
        TestApi.Person person,
        TestApi.Caller caller,
        Provider provider,
        UsageSource source,
        ModelUsage usage) {
      api.call(person, caller, provider, source, usage);
    }

    String page(String path) {
      Http.Answer answer = visit.get(path);
      assertThat(answer.status()).isEqualTo(200);
      return answer.text();
    }

    JsonNode summary() {
      return person.manage().get("/api/usage/summary").ok(200);
    }
  }

  private static BigDecimal dollars(JsonNode cents) {
    return cents.asDecimal().movePointLeft(2).stripTrailingZeros();
  }

  /** What stands in a row's cells of whole numbers, in their order. */
  private static List<String> numbers(String row) {
    Matcher number = Pattern.compile(">([0-9,]+)</a>").matcher(row);
    List<String> numbers = new ArrayList<>();
    while (number.find()) {
      numbers.add(number.group(1));
    }
    return numbers;
  }

  /** The row of a table that begins with this. */
  private static String row(String page, String begins) {
    Matcher rows = ROW.matcher(page);
    while (rows.find()) {
      if (rows.group().contains(begins)) {
        return rows.group();
      }
    }
    throw new AssertionError("no row with " + begins);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theTableEqualsTheApisNumbers(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Month month = Month.of(api);
      String page = month.page("/usage");
      JsonNode summary = month.summary();
      assertThat(summary.path("breakdown")).hasSize(4);
      for (JsonNode model : summary.path("breakdown")) {
        String row = row(page, ">" + model.path("model").asString() + "<");
        assertThat(numbers(row))
            .containsExactly(
                Figures.count(model.path("requestCount").asLong()),
                Figures.count(model.path("totalInput").asLong()),
                Figures.count(model.path("totalOutput").asLong()));
        if (model.path("model").asString().equals("gpt-of-tomorrow")) {
          assertThat(row).contains("unpriced", "/prices?q=gpt-of-tomorrow").doesNotContain("$0");
        } else {
          assertThat(row)
              .contains(
                  "<data value=\"" + dollars(model.path("totalCostCents")).toPlainString() + "\">");
        }
      }
      assertThat(page)
          .contains(
              "<data value=\"" + dollars(summary.path("totalCostCents")).toPlainString() + "\">")
          .contains("4 calls</a>", "3 reported</a>", "1 estimated (≈ ", "1 unpriced, not in the")
          .contains("support-bot &lt;b&gt;")
          .doesNotContain("support-bot <b>");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void thePageSaysWhatCachesSavedOnceOneWasUsed(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      // 700,000 read at 0.20 and 200,000 written at 10 instead of 8 USD a million; 5,000 read at
      // 0.10 instead of 2.
      String page = Month.of(api).page("/usage");
      assertThat(page)
          .containsPattern("Cache savings</h2>\\s*<p class=\"number\"><data value=\"5.0695\">");
      Visit other = new Visit(api.url());
      other.get(api.signInLinks().make(api.newPerson("new@example.org").user().id()));
      assertThat(other.get("/usage").text()).contains("no prompt cache was used");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theFilesAddUpToWhatThePageShows(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Month month = Month.of(api);
      BigDecimal total = dollars(month.summary().path("totalCostCents"));
      for (String by : List.of("model", "agent", "day")) {
        Http.Answer file = month.visit().get("/usage.csv?by=" + by);
        assertThat(file.header("content-type")).startsWith("text/csv");
        assertThat(file.header("content-disposition")).contains("-by-" + by + ".csv");
        assertThat(file.text()).as("Excel reads it as UTF-8").startsWith("\ufeff");
        List<String> lines = file.text().lines().toList();
        List<String> head = List.of(lines.getFirst().split(",", -1));
        List<Map<String, String>> rows =
            lines.stream()
                .skip(1)
                .map(line -> Arrays.asList(line.split(",", -1)))
                .map(cells ->
                    head.stream()
                        .collect(toMap(name -> name, name -> cells.get(head.indexOf(name)))))
                .toList();
        assertThat(sum(rows, "cost_usd")).as(by).isEqualByComparingTo(total);
        assertThat(sum(rows, "requests")).isEqualByComparingTo("4");
        assertThat(sum(rows, "cache_read_tokens")).isEqualByComparingTo("705000");
        assertThat(sum(rows, "unpriced_requests")).isEqualByComparingTo("1");
        if (by.equals("model")) {
          assertThat(lines)
              .filteredOn(line -> line.contains("gpt-of-tomorrow"))
              .singleElement()
              .satisfies(line -> assertThat(line).as("a cost that is not known").endsWith(","));
        }
      }
    }
  }

  private static BigDecimal sum(List<Map<String, String>> rows, String column) {
    return rows.stream()
        .map(row -> row.getOrDefault(column, ""))
        .filter(cell -> !cell.isEmpty())
        .map(BigDecimal::new)
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void noNameInAFileIsAFormulaWhereverASpreadsheetSplitsIt() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person person = api.newPerson("ada@example.org");
      Map<String, String> written =
          Map.ofEntries(
              Map.entry("=1+1", ",'=1+1,"),
              Map.entry("x;=cmd|' /C calc'!A0", ",x;'=cmd|' /C calc'!A0,"),
              Map.entry("y;\"=1", ",\"y;\"\"'=1\","),
              Map.entry("z; +1", ",z; '+1,"),
              Map.entry("a;b - c", ",a;b - c,"),
              Map.entry("\uff1d1+1", ",'\uff1d1+1,"),
              Map.entry("\uff0b1", ",'\uff0b1,"),
              Map.entry("\uff0d1", ",'\uff0d1,"),
              Map.entry("\uff20SUM(A1)", ",'\uff20SUM(A1),"),
              Map.entry("w;\uff1d1", ",w;'\uff1d1,"),
              Map.entry("\ufe66small", ",'\ufe66small,"),
              Map.entry("\u207asuper", ",'\u207asuper,"),
              Map.entry("\u6570\u636e\uff1d", ",\u6570\u636e\uff1d,"));
      for (String name : written.keySet()) {
        api.call(
            person,
            api.newCaller(person, name),
            Provider.ANTHROPIC,
            UsageSource.REPORTED,
            ModelUsage.none("claude-haiku-5-5")
                .with(Kind.INPUT, 1_000)
                .with(Kind.OUTPUT, 300)
                .with(Kind.WEB_SEARCH, 2));
      }
      Visit visit = new Visit(api.url());
      visit.get(api.signInLinks().make(person.user().id()));
      assertThat(visit.get("/usage.csv?by=agent").text()).contains(written.values());
      assertThat(visit.get("/calls.csv").text()).contains(written.values());
    }
  }

  @Test
  void aProviderHasTheSameColourWhicheverIsDearer() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      for (int dear = 0; dear <= 1; dear++) {
        TestApi.Person person = api.newPerson("person" + dear + "@example.org");
        TestApi.Caller bot = api.newCaller(person, "support-bot");
        api.call(
            person,
            bot,
            Provider.ANTHROPIC,
            UsageSource.REPORTED,
            ModelUsage.none("claude-haiku-5-5").with(Kind.INPUT, 1_000 + 90_000 * dear));
        api.call(
            person,
            bot,
            Provider.OPENAI,
            UsageSource.REPORTED,
            ModelUsage.none("gpt-6-luna").with(Kind.INPUT, 91_000 - 90_000 * dear));
        Visit visit = new Visit(api.url());
        visit.get(api.signInLinks().make(person.user().id()));
        String page = visit.get("/usage?by=provider").text();
        String key = page.substring(page.indexOf("<figcaption"), page.indexOf("</figcaption>"));
        assertThat(key)
            .containsPattern("series-1\"[^>]*/></svg>Anthropic")
            .containsPattern("series-2\"[^>]*/></svg>OpenAI");
        assertThat(key.indexOf("Anthropic") < key.indexOf("OpenAI"))
            .as("the dearest first")
            .isEqualTo(dear == 1);
      }
    }
  }

  @Test
  void underEveryTotalStandsHowFarItCanBeTrustedAndUnderEveryTableWhatItIsNot() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      String page = Month.of(api).page("/usage");
      String[] tables = page.split("<table ", -1);
      assertThat(tables).hasSize(5);
      for (int i = 1; i < tables.length; i++) {
        assertThat(tables[i]).contains("Tokens as reported × list price of the day.");
        if (tables[i].contains("<tfoot>")) {
          assertThat(tables[i]).contains("class=\"trust\"");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatHasNoPriceIsNeverShownAsNothing(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person person = api.newPerson("ada@example.org");
      TestApi.Caller bot = api.newCaller(person, "support-bot");
      ModelUsage usage =
          ModelUsage.none("gpt-of-tomorrow").with(Kind.INPUT, 10).with(Kind.OUTPUT, 20);
      api.call(person, bot, Provider.OPENAI, UsageSource.REPORTED, usage);
      Visit visit = new Visit(api.url());
      visit.get(api.signInLinks().make(person.user().id()));
      for (String path :
          List.of(
              "/usage",
              "/usage?by=provider",
              "/usage?by=agent",
              "/settings",
              "/agents",
              "/agents/" + bot.agentId(),
              "/start")) {
        assertThat(visit.get(path).text())
            .as(path)
            .containsPattern("<a class=\"unpriced( above-link)?\" href=\"/prices[^\"]+\">unpriced")
            .doesNotContain("$0.00</data>", "$0.00</a>", "<data value=\"0\">");
      }
      visit.submit(
          "/agents/" + bot.agentId() + "?archive=yes", "/agents/" + bot.agentId() + "/archive");
      assertThat(visit.get("/agents").text())
          .contains("No agents any more", "1 archived agent", ">1 call</a>")
          .doesNotContain("$0.00</data>");
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aPartsCostsOnADayAddUpToTheDays(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Month month = Month.of(api);
      for (String by : List.of("model", "provider", "agent")) {
        String page = month.page("/usage?by=" + by);
        String table = page.substring(page.indexOf("Days as a table"), page.indexOf("Days as CSV"));
        Matcher rows = ROW.matcher(table);
        assertThat(rows.find()).isTrue();
        List<BigDecimal> costs =
            Pattern.compile("<data value=\"([0-9.]+)\">")
                .matcher(rows.group())
                .results()
                .map(cost -> new BigDecimal(cost.group(1)))
                .toList();
        assertThat(costs).as(by).hasSize(by.equals("model") ? 4 : 3);
        assertThat(costs.stream().limit(costs.size() - 1).reduce(BigDecimal.ZERO, BigDecimal::add))
            .isEqualByComparingTo(costs.getLast());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void nothingOfAnotherSpaceIsShown(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Month.of(api);
      TestApi.Person stranger = api.newPerson("bob@example.org");
      Visit other = new Visit(api.url());
      other.get(api.signInLinks().make(stranger.user().id()));
      assertThat(other.get("/usage").text())
          .contains("No calls this month")
          .doesNotContain("claude-fable", "search-index");
      assertThat(other.get("/usage.csv").text().lines()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aColumnSortsBothWaysAndSaysSo(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Month month = Month.of(api);
      String up = month.page("/usage?sort=model");
      assertThat(up).contains("aria-sort=\"ascending\"");
      assertThat(up.indexOf(">claude-fable-5-2<")).isLessThan(up.indexOf(">gpt-of-tomorrow<"));
      String down = month.page("/usage?sort=-model");
      assertThat(down).contains("aria-sort=\"descending\"");
      String table = down.substring(down.indexOf("id=\"models\""));
      assertThat(table.indexOf(">gpt-of-tomorrow<"))
          .isLessThan(table.indexOf(">claude-fable-5-2<"));
      assertThat(down)
          .as("stacking keeps the order, sorting keeps the stacks, and both keep the place")
          .contains(
              "&amp;by=agent&amp;sort=-model#days\"", "&amp;by=model&amp;sort=model#models\"");
      assertThat(month.page("/usage?sort=nonsense&by=nonsense&month=nonsense"))
          .contains("By model");
    }
  }
}
