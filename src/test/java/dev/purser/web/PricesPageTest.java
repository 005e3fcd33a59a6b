package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.purser.api.TestApi;
import dev.purser.people.UserAdded;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.secret.Secret;
import dev.purser.storage.TestDatabase;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of prices, in a browser. */
class PricesPageTest {
  private static final String PASSWORD = "a long enough password";

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  /** A window of an administrator of a Purser of its own. */
  private static Window administrator(RunningPurser purser, Look look) {
    if (!(purser.app().users().add("root@example.com", Secret.of(PASSWORD), true)
        instanceof UserAdded.Added)) {
      throw new AssertionError("no administrator");
    }
    Window window = browsing.window(URI.create(purser.url()), look).go("/sign-in");
    window.page().getByLabel("E-mail").fill("root@example.com");
    window.page().getByLabel("Password").fill(PASSWORD);
    window.page().locator("form[action='/sign-in'] button[type=submit]").click();
    return window;
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadIt(Look look) {
    Story story = Story.of(browsing.newPerson());
    Window window = browsing.window(story.person(), look).go("/prices");
    assertThat(window.page().locator("#unpriced")).isVisible();
    window.page().locator("details.price-more > summary").first().click();
    window.page().locator("details.price-others > summary").first().click();
    assertThat(window.page().locator("details.price-others[open] tbody tr").last()).isVisible();
    window.assertAccessible();
    window.assertFits();
    assertThat(window.page().evaluate(CallsInBrowserTest.CUT_OFF)).isEqualTo(0);
    window.go("/prices?q=nothing-is-called-so");
    window.assertAccessible();
    window.assertFits();
  }

  @Test
  void itsFirstLoadIsSmall() {
    assertThat(browsing.window(browsing.newPerson()).go("/prices").transferredBytes())
        .isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }

  @Test
  void theKeyboardIsEnough() {
    Person person = browsing.newPerson().withProviderKeys();
    Page page = browsing.window(person).go("/prices").page();
    page.getByLabel("Search models").focus();
    page.keyboard().type("haiku-5-5");
    page.keyboard().press("Enter");
    assertThat(page.locator(".price-list tbody > tr").first()).containsText("claude-haiku-5-5");
    page.locator(".price-more > summary").first().focus();
    page.keyboard().press("Enter");
    assertThat(page.locator(".price-cards").first()).isVisible();
  }

  @Test
  void aModelIsFoundByAnyOfItsNames() {
    Person person = browsing.newPerson().withProviderKeys();
    Page page = browsing.window(person).go("/prices?q=claude-haiku-5-5-20261001").page();
    assertThat(page.locator(".price-list tbody > tr")).hasCount(1);
    assertThat(page.locator(".price-list tbody > tr").first()).containsText("claude-haiku-5-5");
    assertThat(page.locator(".price-list tbody > tr").first()).containsText("Usable");
    page.getByLabel("Search models").fill("OPUS");
    page.keyboard().press("Enter");
    for (var row : page.locator(".price-list tbody > tr").all()) {
      assertThat(row).containsText("opus");
    }
  }

  @Test
  void whoeverIsNoAdministratorSeesHowAPriceIsAddedAndCannotAddOne() {
    Story story = Story.of(browsing.newPerson());
    Page page = browsing.window(story.person()).go("/prices").page();
    assertThat(page.getByText("./run prices add anthropic 'claude-mythos-5-2'")).isVisible();
    assertThat(page.locator("#add")).hasCount(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x;touch /tmp/y", "it's $(touch /tmp/y)"})
  void theCommandThatAddsAPriceTakesTheModelAsOneWordWhateverItIsCalled(
      String model, @TempDir Path directory) throws IOException {
    String html;
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person person = api.newPerson("ada@example.org");
      api.call(
          person,
          api.newCaller(person, "odd-bot"),
          Provider.ANTHROPIC,
          UsageSource.REPORTED,
          ModelUsage.none(model).with(Kind.INPUT, 100));
      Visit visit = new Visit(api.url());
      visit.signIn("ada@example.org", TestApi.PASSWORD);
      html = visit.get("/prices").text();
    }
    Matcher command = Pattern.compile("<code>(\\./run prices add .*?)</code>").matcher(html);
    assertThat(command.find()).isTrue();
    Path run = Files.writeString(directory.resolve("run"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(run.toFile().setExecutable(true)).isTrue();
    String line = command.group(1).replace("&#39;", "'").replace("&amp;", "&");
    Process pasted =
        new ProcessBuilder("bash", "-c", line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(pasted.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .containsExactly("prices", "add", "anthropic", model, "--input", "USD", "--output", "USD");
  }

  @Test
  void anAdministratorAddsAPriceAndIsToldWhatIsWrongWithIt() {
    RunningPurser purser = browsing.emptyPurser();
    Window window = administrator(purser, Look.LIGHT);
    Page page = window.go("/prices?add=anthropic/claude-mythos-5-2#add").page();
    window.assertAccessible();
    assertThat(page.locator("#price-model")).hasValue("claude-mythos-5-2");
    page.locator("#price-input").fill("three");
    page.locator("#price-output").fill("15");
    window.expectStatus(422);
    page.getByText("Add price").last().click();
    assertThat(page.locator("#price-input-error")).containsText("an amount in dollars");
    assertThat(page.locator("#price-input")).hasValue("three");
    assertThat(page.locator("#price-input")).hasAttribute("aria-invalid", "true");
    window.assertAccessible();
    page.locator("#price-input").fill("3");
    page.getByText("Add price").last().click();
    assertThat(page.getByText("No call of this month changes its cost.")).isVisible();
    assertThat(page.locator("#sure-form .notice")).hasCount(0);
    window.assertAccessible();
    page.getByText("Save price").click();
    assertThat(page.getByText("The price of claude-mythos-5-2 is saved.")).isInViewport();
    window.assertAccessibleLightAndDark();
    assertThat(page.locator(".price-list tbody > tr").first()).containsText("added here");
    assertThat(page.locator(".price-list tbody > tr").first()).containsText("$15.00");
    assertThat(page.getByText("+1, as in force on")).isVisible();
  }

  @Test
  void anAddedPriceGivesTheCallsOfThisMonthTheirCost() {
    RunningPurser purser = browsing.emptyPurser();
    Story story = Story.of(purser.newPerson());
    Window window = administrator(purser, Look.LIGHT.withoutScripts());
    Page page = window.go("/prices").page();
    // The administrator sees no call of another space, and can price its model nevertheless.
    assertThat(page.locator("#unpriced")).hasCount(0);
    page.locator("#add > summary").click();
    page.locator("#price-provider").selectOption("anthropic");
    page.locator("#price-model").fill("claude-mythos-5-2");
    page.locator("#price-input").fill("3");
    page.locator("#price-output").fill("15");
    page.getByText("Add price").last().click();
    assertThat(page.getByText("1 call without a price would be booked at $")).isVisible();
    page.getByText("Save price").click();
    assertThat(page.getByText("1 call that had no price is booked at $")).isVisible();
    Page owners =
        browsing
            .window(URI.create(purser.url()), Look.LIGHT)
            .withCookie(purser.sessionCookie(story.person()))
            .go("/calls/" + story.unpriced())
            .page();
    assertThat(owners.locator("h1")).containsText("$");
    assertThat(owners.getByText("A price was added")).isVisible();
    owners.navigate(purser.url() + "/prices");
    assertThat(owners.locator("#unpriced")).hasCount(0);
  }

  @Test
  void aWrongPriceIsAskedAboutBeforeItIsSavedAndPutRightByAnother() {
    RunningPurser purser = browsing.emptyPurser();
    Story story = Story.of(purser.newPerson());
    Window window = administrator(purser, Look.LIGHT);
    Page page = window.go("/prices?add=anthropic/claude-mythos-5-2#add").page();
    page.locator("#price-input").fill("30000");
    page.locator("#price-output").fill("15000");
    page.getByText("Add price").last().click();
    assertThat(page.locator("#sure-form .notice"))
        .containsText("times the highest list price of Anthropic");
    assertThat(page.locator("#sure-form")).containsText("1 call without a price would be booked");
    window.assertAccessibleLightAndDark();
    window.assertFits();
    // What is typed stays while it is changed, and the question can be loaded again.
    page.getByText("Change it").click();
    assertThat(page.locator("#price-input")).hasValue("30000");
    page.locator("#price-input").fill("300");
    page.locator("#price-output").fill("1500");
    page.getByText("Add price").last().click();
    page.reload();
    page.getByText("Save price").click();
    assertThat(page.getByText("1 call that had no price is booked at $")).isVisible();
    String wrong = cost(purser, story);

    window.go("/prices?add=anthropic/claude-mythos-5-2#add");
    page.locator("#price-input").fill("3");
    page.locator("#price-output").fill("15");
    page.getByText("Add price").last().click();
    assertThat(page.locator("#sure-form")).containsText("1 call would cost $");
    page.getByText("Save price").click();
    assertThat(page.locator(".notice.tone-ok")).containsText("1 call costs $");
    assertThat(page.locator(".notice.tone-ok")).containsText("in place of $");
    window.assertAccessible();
    Assertions.assertThat(cost(purser, story)).isNotEqualTo(wrong);
    // An address that somebody makes up says nothing of another price.
    window.go("/prices?q=claude-haiku-5-5&added=2");
    assertThat(page.locator(".notice.tone-ok")).hasCount(0);
  }

  private static String cost(RunningPurser purser, Story story) {
    Page owners =
        browsing
            .window(URI.create(purser.url()), Look.LIGHT)
            .withCookie(purser.sessionCookie(story.person()))
            .go("/calls/" + story.unpriced())
            .page();
    return owners.locator("h1").innerText();
  }
}
