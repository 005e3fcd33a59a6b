package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.purser.api.TestApi;
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
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of usage in a browser. */
class UsageInBrowserTest {
  private static final Locator.FilterOptions VISIBLE = new Locator.FilterOptions().setVisible(true);

  private static final long MOST_BYTES = 300 * 1024;
  private static final int MOST_STATEMENTS = 6;

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
        new ModelUsage("claude-fable-5-2", input, 0, 0, 0, 0, 0, 0, 0, 0));
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

  private static String token(Window window, String name) {
    return (String)
        window
            .page()
            .evaluate(
                """
                name => {
                  const probe = document.createElementNS("http://www.w3.org/2000/svg", "rect");
                  probe.setAttribute("class", "fill-" + name);
                  document.querySelector("svg.gauge").append(probe);
                  const fill = getComputedStyle(probe).fill;
                  probe.remove();
                  return fill;
                }
                """,
                name);
  }

  @Test
  void theBarIsGreenUnder75PercentYellowTo90AndRedAbove() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person person = api.newPerson("ada@example.org");
      TestApi.Caller caller = api.newCaller(person, "support-bot");
      person.manage().patch("/api/settings", "{\"monthlyBudgetCents\":800}").ok(200);
      Window window = browsing.window(URI.create(api.url()), Look.LIGHT);
      window.go(api.signInLinks().make(person.user().id()));
      spend(api, person, caller, 749_000);
      String green = fill(window, "/usage");
      assertThat(List.of(green, token(window, "warn"), token(window, "danger")))
          .doesNotHaveDuplicates();
      assertThat(green).isEqualTo(token(window, "ok"));
      assertThat(fill(window, "/settings")).isEqualTo(green);
      spend(api, person, caller, 1_000);
      assertThat(fill(window, "/usage")).as("at 75 %").isEqualTo(token(window, "warn"));
      spend(api, person, caller, 150_000);
      assertThat(fill(window, "/usage")).as("at 90 %").isEqualTo(token(window, "warn"));
      spend(api, person, caller, 1_000);
      assertThat(fill(window, "/usage")).as("at 90.1 %").isEqualTo(token(window, "danger"));
      assertThat(fill(window, "/settings")).isEqualTo(token(window, "danger"));
    }
  }

  @Test
  void itIsSmallAndAsksTheDatabaseFewTimes() {
    Window window = browsing.window(somebodyWithCalls());
    assertThat(Statements.ofPages(() -> window.go("/usage")))
        .hasSizeBetween(2, MOST_STATEMENTS)
        .anyMatch(statement -> statement.contains("FROM sessions"));
    assertThat(window.transferredBytes()).isBetween(1_000L, MOST_BYTES);
  }
}
