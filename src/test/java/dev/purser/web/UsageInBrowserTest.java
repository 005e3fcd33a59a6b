package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import dev.purser.api.TestApi;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.Statements;
import dev.purser.storage.TestDatabase;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.awt.Color;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The page of usage in a browser. */
class UsageInBrowserTest {
  private static final Locator.FilterOptions VISIBLE = new Locator.FilterOptions().setVisible(true);

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  private static Person somebodyWithCalls() {
    Person person = browsing.newPerson().withProviderKeys();
    person.settings("{\"monthlyBudgetCents\":100}");
    Http caller = person.caller("support-bot");
    for (String model : List.of("claude-haiku-5-5", "claude-model-of-tomorrow")) {
      Http.Answer answer =
          caller.post(
              "/v1/messages",
              "{\"model\":\""
                  + model
                  + "\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
      if (answer.status() == 200) {
        person.settledCall(answer.header("x-purser-call-id"));
      }
    }
    return person;
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadIt(Look look) {
    Window window = browsing.window(somebodyWithCalls(), look).go("/usage");
    assertThat(window.page().getByRole(com.microsoft.playwright.options.AriaRole.METER))
        .isVisible();
    window.page().getByText("Days as a table").click();
    window.assertAccessible();
    window.assertFits();
    for (String by : List.of("provider", "agent")) {
      window.go("/usage?by=" + by);
      window.assertAccessible();
    }
  }

  @ParameterizedTest
  @MethodSource("looks")
  void aMonthWithoutCallsSaysWhatToDo(Look look) {
    Window window = browsing.window(browsing.newPerson(), look).go("/usage");
    assertThat(window.page().getByText("No calls this month")).isVisible();
    assertThat(window.page().getByText("Connect a program")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }

  @Test
  void daysAsATableFitAlsoWithLongNamesInANarrowWindow() {
    Person person = browsing.newPerson().withProviderKeys();
    for (int number = 1; number <= 7; number++) {
      Http caller = person.caller("the-program-with-the-very-long-name-of-number-" + number);
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    }
    Window window = browsing.window(person).go("/usage?by=agent");
    window.page().getByText("Days as a table").click();
    window.page().setViewportSize(901, 900);
    assertThat(window.page().locator(".days tbody td").filter(VISIBLE)).hasCount(9);
    window.assertFits();
    window.page().setViewportSize(660, 900);
    assertThat(window.page().locator(".days tbody td").filter(VISIBLE)).hasCount(2);
    assertThat(window.page().locator(".days .parts")).isVisible();
    window.assertFits();
  }

  @Test
  void theTableIsWhatTheApiSaysAndWhatItsCallsAndItsFileAddUpTo() throws IOException {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    for (int tokens = 10; tokens <= 30; tokens += 10) {
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "sandbox:tokens=" + tokens));
    }
    Story.ended(person, Story.message(caller, "claude-opus-5-5", "hello"));
    Story.ended(person, Story.message(caller, Story.UNPRICED_MODEL, "hello"));
    Window window = browsing.window(person).go("/usage");
    JsonNode summary = person.summary();
    Locator rows = window.page().locator("section[aria-labelledby=models] tbody tr");
    assertThat(rows).hasCount(3);
    for (JsonNode model : summary.path("breakdown")) {
      String name = ModelRows.name(model.path("model").asString());
      Locator row = rows.filter(new Locator.FilterOptions().setHasText(name));
      assertThat(row.locator("td:nth-of-type(-n+3) > a"))
          .hasText(
              new String[] {
                Figures.count(model.path("requestCount").asLong()),
                Figures.count(model.path("totalInput").asLong()),
                Figures.count(model.path("totalOutput").asLong())
              });
      if (name.equals(model.path("model").asString())) {
        assertThat(row.locator("data"))
            .hasAttribute("value", dollars(model.path("totalCostCents")).toPlainString());
      } else {
        assertThat(row.locator("td").last()).hasText("unpriced");
      }
    }

    Locator cost =
        rows.filter(new Locator.FilterOptions().setHasText(Story.PRICED_MODEL)).locator("data");
    BigDecimal sum = new BigDecimal(cost.getAttribute("value"));
    cost.click();
    Locator costs = window.page().locator("#log-rows data");
    assertThat(costs).hasCount(3);
    assertThat(
            costs.all().stream()
                .map(each -> new BigDecimal(each.getAttribute("value")))
                .reduce(BigDecimal.ZERO, BigDecimal::add))
        .isEqualByComparingTo(sum);

    window.go("/usage");
    Download file =
        window.page().waitForDownload(() -> window.page().locator(".actions .btn").last().click());
    List<String> lines = Files.readAllLines(file.path());
    assertThat(
            lines.stream()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf(',') + 1))
                .filter(cell -> !cell.isEmpty())
                .map(BigDecimal::new)
                .reduce(BigDecimal.ZERO, BigDecimal::add))
        .isEqualByComparingTo(dollars(summary.path("totalCostCents")));
  }

  private static BigDecimal dollars(JsonNode cents) {
    return cents.asDecimal().movePointLeft(2).stripTrailingZeros();
  }

  /** How many parts that begin a line have their dot in sight. */
  private static final String DOTS_AT_LINE_BEGINNINGS =
      """
      lines => lines.flatMap(line => [...line.querySelectorAll('.dotted > span')]
        .filter((part, i, parts) => i === 0
          || part.getBoundingClientRect().top > parts[i - 1].getBoundingClientRect().top)
        .filter(part => part.getBoundingClientRect().left >= line.getBoundingClientRect().left))
        .length
      """;

  @Test
  void onAPhoneARowsSecondLineIsMutedAndNoLineOfItBeginsWithADot() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Story.ended(person, Story.message(caller, "claude-opus-5-5", "many words ".repeat(40_000)));
    for (Look look : List.of(Look.LIGHT.sized(330, 800), Look.DARK.sized(330, 800))) {
      Window window = browsing.window(person, look).go("/usage");
      Locator second = window.page().locator("section[aria-labelledby=models] a.sub");
      assertThat(second).hasCount(3);
      assertThat(second.evaluateAll(DOTS_AT_LINE_BEGINNINGS)).isEqualTo(0);
      window.page().getByText("Days as a table").click();
      assertThat(window.page().locator(".days .parts").evaluateAll(DOTS_AT_LINE_BEGINNINGS))
          .isEqualTo(0);
      for (Locator line : second.all()) {
        assertThat(line.evaluate("line => getComputedStyle(line).color"))
            .isEqualTo(
                window
                    .page()
                    .locator(".card-say")
                    .first()
                    .evaluate("say => getComputedStyle(say).color"));
      }
      assertThat(second.first().boundingBox().height)
          .as("the first breaks, the second does not")
          .isGreaterThan(second.nth(1).boundingBox().height);
    }
  }

  @Test
  void withoutScriptsItIsTheSamePage() {
    Window window = browsing.window(somebodyWithCalls(), Look.LIGHT.withoutScripts()).go("/usage");
    window
        .page()
        .getByText("Agent", new com.microsoft.playwright.Page.GetByTextOptions().setExact(true))
        .first()
        .click();
    assertThat(window.page().locator(".key")).containsText("support-bot");
  }

  /** $8 for a million tokens of input, so that a token is an 8 millionth of a budget of $8. */
  private static void spend(TestApi api, TestApi.Person person, TestApi.Caller caller, long input) {
    api.call(
        person,
        caller,
        Provider.ANTHROPIC,
        UsageSource.REPORTED,
        ModelUsage.none("claude-fable-5-2").with(Kind.INPUT, input));
  }

  private static String fill(Window window, String path) {
    return (String)
        window
            .go(path)
            .page()
            .locator("svg.gauge rect")
            .first()
            .evaluate("bar => getComputedStyle(bar).fill");
  }

  /** Its place on the circle of colours, 0 to 359: red, at 120 green. */
  private static double hue(String path, Window window) {
    Matcher rgb = Pattern.compile("rgb\\((\\d+), (\\d+), (\\d+)\\)").matcher(fill(window, path));
    assertThat(rgb.matches()).isTrue();
    float[] hsb =
        Color.RGBtoHSB(
            Integer.parseInt(rgb.group(1)),
            Integer.parseInt(rgb.group(2)),
            Integer.parseInt(rgb.group(3)),
            null);
    assertThat(hsb[1]).as("grey has no hue").isGreaterThan(0.3f);
    return hsb[0] * 360;
  }

  private static void assertGreen(double hue) {
    assertThat(hue).as("green").isBetween(90.0, 170.0);
  }

  private static void assertYellow(double hue) {
    assertThat(hue).as("yellow").isBetween(30.0, 55.0);
  }

  private static void assertRed(double hue) {
    assertThat((hue + 20) % 360).as("red").isBetween(0.0, 35.0);
  }

  @Test
  void theBarIsGreenUnder75PercentYellowTo90AndRedAbove() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person person = api.newPerson("ada@example.org");
      TestApi.Caller caller = api.newCaller(person, "support-bot");
      person.manage().patch("/api/settings", "{\"monthlyBudgetCents\":800}").ok(200);
      List<Window> windows =
          Stream.of(Look.LIGHT, Look.DARK)
              .map(look -> browsing.window(URI.create(api.url()), look))
              .toList();
      windows.forEach(window -> window.go(api.signInLinks().make(person.user().id())));
      spend(api, person, caller, 749_000);
      windows.forEach(window -> assertGreen(hue("/usage", window)));
      windows.forEach(window -> assertGreen(hue("/settings", window)));
      spend(api, person, caller, 1_000);
      windows.forEach(window -> assertYellow(hue("/usage", window)));
      spend(api, person, caller, 150_000);
      windows.forEach(window -> assertYellow(hue("/usage", window)));
      spend(api, person, caller, 1_000);
      windows.forEach(window -> assertRed(hue("/usage", window)));
      windows.forEach(window -> assertRed(hue("/settings", window)));
    }
  }

  @Test
  void itIsSmallAndAsksTheDatabaseFewTimes() {
    Window window = browsing.window(somebodyWithCalls());
    assertThat(Statements.ofPages(() -> window.go("/usage")))
        .hasSizeBetween(2, Statements.MAX_PAGE_SIZE)
        .anyMatch(statement -> statement.contains("FROM sessions"));
    assertThat(window.transferredBytes()).isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }
}
