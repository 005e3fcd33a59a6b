package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.purser.web.SettingsParts.BAD_KEY;
import static dev.purser.web.SettingsParts.budget;
import static dev.purser.web.SettingsParts.button;
import static dev.purser.web.SettingsParts.keyField;
import static dev.purser.web.SettingsParts.keys;
import static dev.purser.web.SettingsParts.link;
import static dev.purser.web.SettingsParts.model;
import static dev.purser.web.SettingsParts.pasteKey;
import static dev.purser.web.SettingsParts.provider;
import static dev.purser.web.SettingsParts.row;
import static dev.purser.web.SettingsParts.saveChanges;
import static dev.purser.web.SettingsParts.settings;
import static dev.purser.web.SettingsParts.trouble;
import static dev.purser.web.SettingsParts.withACall;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.pricing.Provider;
import dev.purser.running.Person;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The page of settings, as a visitor has it. */
class SettingsInBrowserTest {
  /** Has the same date as UTC all year, so that the month of a call is this month there, too. */
  private static final String ALWAYS_UTC = "Africa/Abidjan";

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  static List<Look> lightAndDark() {
    return List.of(Look.LIGHT, Look.DARK);
  }

  static List<Look> withAndWithoutScripts() {
    return List.of(Look.LIGHT, Look.LIGHT.withoutScripts());
  }

  @Test
  void withoutAKeyThePricedModelsAreListedAndCannotBeChosen() {
    Window window = browsing.window(browsing.newPerson()).go("/settings");
    assertThat(model(window).locator("optgroup")).hasCount(2);
    assertThat(model(window).locator("optgroup").first())
        .hasAttribute("label", "Anthropic: Save an API key to use these");
    assertThat(model(window).locator("option:not([disabled])")).hasCount(1);
    assertThat(model(window).locator("option[disabled]").first())
        .hasText(Pattern.compile("claude-.* · \\$.* in / \\$.* out per M"));

    pasteKey(window, "anthropic", Person.ANTHROPIC_KEY);
    assertThat(row(window, "anthropic").getByText("Saved and valid")).isVisible();
    provider(window).selectOption("");
    assertThat(model(window).locator("optgroup").last())
        .hasAttribute("label", "OpenAI: Save an API key to use these");
    assertThat(model(window)).hasValue("");
    model(window).selectOption("anthropic/claude-sonnet-5-5");
    assertThat(provider(window)).hasValue("anthropic");
    assertThat(model(window)).hasValue("anthropic/claude-sonnet-5-5");
    assertThat(model(window).locator("option[disabled]")).hasCount(0);
    assertThat(model(window).locator("optgroup")).hasCount(1);
  }

  @Test
  void theFirstKeyChoosesTheDefaultModelAndTheFormBelowCanBeSavedAsItStands() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/settings");
    budget(window).fill("12.50");

    pasteKey(window, "anthropic", Person.ANTHROPIC_KEY);

    assertThat(row(window, "anthropic").getByText("claude-sonnet-5-5 is now your default model"))
        .isVisible();
    assertThat(provider(window)).hasValue("anthropic");
    assertThat(model(window)).hasValue("anthropic/claude-sonnet-5-5");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(settings(person).path("defaultModel").asString()).isEqualTo("claude-sonnet-5-5");
    assertThat(settings(person).path("monthlyBudgetCents").asInt()).isEqualTo(1250);
  }

  @Test
  void theModelsAreThoseOfTheProvider() {
    Person person = browsing.newPerson().withProviderKeys().withoutDefaultModel();
    Window window = browsing.window(person).go("/settings");
    assertThat(model(window)).hasValue("");
    assertThat(model(window).locator("optgroup")).hasCount(2);
    provider(window).selectOption("openai");
    assertThat(model(window)).hasValue(Pattern.compile("openai/.*"));
    assertThat(model(window).locator("optgroup")).hasCount(1);
    provider(window).selectOption("anthropic");
    model(window).selectOption("anthropic/claude-sonnet-5-5");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(model(window)).hasValue("anthropic/claude-sonnet-5-5");
    assertThat(settings(person).path("defaultModel").asString()).isEqualTo("claude-sonnet-5-5");
    window.go("/settings");
    assertThat(model(window)).hasValue("anthropic/claude-sonnet-5-5");
    provider(window).selectOption("");
    assertThat(model(window)).hasValue("");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(settings(person).path("defaultModel").isNull()).isTrue();
  }

  @Test
  void theOtherProviderAloneDoesNotLoseTheSavedDefault() {
    Person person = browsing.newPerson().withProviderKey(Provider.ANTHROPIC);
    person.settings("{\"defaultModel\":\"claude-sonnet-5-5\"}");
    Window window = browsing.window(person).go("/settings");
    provider(window).selectOption("openai");
    assertThat(model(window)).hasValue("");
    provider(window).selectOption("anthropic");
    assertThat(model(window)).hasValue("anthropic/claude-sonnet-5-5");

    provider(window).selectOption("openai");
    budget(window).fill("30");
    window.expectStatus(422);
    saveChanges(window).click();
    assertThat(window.page().locator("#model-problem"))
        .hasText("Choose one of OpenAI's models too, or leave the provider.");
    assertThat(provider(window)).hasValue("openai");
    assertThat(budget(window)).hasValue("30");
    assertThat(settings(person).path("defaultModel").asString()).isEqualTo("claude-sonnet-5-5");
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void dollarsAreStoredAsCentsAndShownAsDollarsAgain(Look look) {
    Person person = withACall(browsing.newPerson());
    Window window = browsing.window(person, look).go("/settings");
    budget(window).fill("20.50");
    window.page().getByText("Warn me.").click();
    window.page().getByLabel("Time zone").selectOption(ALWAYS_UTC);
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(window.page().locator("#usage")).containsText("of $20.50");
    assertThat(window.page().locator("#usage")).containsText(ALWAYS_UTC);
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(2050);
    assertThat(settings(person).path("budgetMode").asString()).isEqualTo("warn");

    window.go("/settings");
    assertThat(budget(window)).hasValue("20.50");
    assertThat(window.page().getByLabel("Warn me.")).isChecked();
    assertThat(window.page().getByLabel("Time zone")).hasValue(ALWAYS_UTC);
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void aBudgetThatWillNotDoIsToldBesideItsField(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, look).go("/settings");
    budget(window).fill("1000000.01");
    window.expectStatus(422);
    saveChanges(window).click();
    assertThat(budget(window)).hasAttribute("aria-invalid", "true");
    assertThat(budget(window)).hasValue("1000000.01");
    assertThat(budget(window))
        .hasAccessibleDescription(Pattern.compile("A budget is at most \\$1,000,000 a month.*"));
    assertThat(settings(person).path("monthlyBudgetCents").isNull()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void theSecondOfTwoTabsIsTold(Look look) {
    Person person = browsing.newPerson();
    Window first = browsing.window(person, look).go("/settings");
    Window second = browsing.window(person, look).go("/settings");
    budget(first).fill("30");
    saveChanges(first).click();
    assertThat(first.page().locator("#llm .saved")).hasText("Saved");

    budget(second).fill("40");
    second.expectStatus(409);
    saveChanges(second).click();
    assertThat(second.page().getByRole(AriaRole.ALERT).getByText("changed in another tab"))
        .isVisible();
    assertThat(budget(second)).hasValue("40");
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(3000);
    second.page().getByText("Show the other values").click();
    assertThat(budget(second)).hasValue("30.00");

    budget(second).fill("40");
    saveChanges(second).click();
    assertThat(second.page().locator("#llm .saved")).hasText("Saved");
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(4000);
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void whatBothHaveChangedStandsBesideTheButtonWithBothValues(Look look) {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person, look).go("/settings");
    person.settings(
        "{\"monthlyBudgetCents\":3000,\"defaultModel\":\"gpt-6.1-sol\",\"timeZone\":\"Europe/Berlin\"}");
    budget(window).fill("40");
    window.expectStatus(409);
    saveChanges(window).click();

    Locator told = window.page().locator("#llm").getByRole(AriaRole.ALERT);
    assertThat(told.getByRole(AriaRole.LISTITEM))
        .hasText(
            new String[] {
              "Default model: yours is claude-sonnet-5-5, saved by now is gpt-6.1-sol",
              "Monthly Budget: yours is $40.00, saved by now is $30.00",
              "Time zone: yours is UTC, saved by now is Europe/Berlin"
            });
    assertThat(saveChanges(window)).containsText("Replace with mine");
    if (look.scripts()) {
      assertThat(told).isInViewport();
      assertThat(saveChanges(window)).isFocused();
      window.assertAccessibleLightAndDark();
      window.assertFitsPhone();
    }
    double foot = told.boundingBox().y + told.boundingBox().height;
    assertThat(saveChanges(window).boundingBox().y - foot).isBetween(0.0, 60.0);

    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(4000);
    assertThat(settings(person).path("timeZone").asString()).isEqualTo("UTC");
  }

  @Test
  void aFormThatIsOutOfDateSaysSoAndKeepsWhatWasTyped() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/settings");
    keyField(window, "anthropic").fill(Person.ANTHROPIC_KEY);
    budget(window).fill("12.34");
    // Signed in again in another tab.
    window.withCookie(browsing.purser().sessionCookie(person));
    window.expectStatus(403);
    saveChanges(window).click();
    assertThat(trouble(window)).containsText("This form is out of date. Nothing was changed.");
    assertThat(trouble(window)).containsText("What you typed is still here.");
    window
        .page()
        .waitForResponse(
            "**/settings/keys/anthropic",
            () -> button(row(window, "anthropic"), "Save & Verify").click());
    assertThat(trouble(window)).containsText("This form is out of date");
    assertThat(keyField(window, "anthropic")).hasValue(Person.ANTHROPIC_KEY);
    assertThat(budget(window)).hasValue("12.34");
    assertThat(settings(person).path("version").asLong()).isEqualTo(1);
    assertThat(keys(person)).isEmpty();
    window.assertAccessible();

    link(trouble(window), "Load the page again").click();
    assertThat(trouble(window)).isHidden();
    budget(window).fill("12.34");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(trouble(window)).isHidden();
  }

  @Test
  void whoseSessionEndedBeforeSavingSignsInAndComesBack() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/settings");
    budget(window).fill("30");
    window.page().context().clearCookies();
    saveChanges(window).click();
    assertThat(window.page().getByText("Your session had ended, so nothing was changed."))
        .isVisible();
    window.page().getByLabel("E-mail").fill(person.email());
    window.page().getByLabel("Password").fill(Person.PASSWORD);
    window.page().getByLabel("Password").press("Enter");
    assertThat(budget(window)).hasValue("");
    assertThat(window.path()).isEqualTo("/settings");
    assertThat(settings(person).path("version").asLong()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("lightAndDark")
  void whatDoesNotArriveIsSaidAndCanBeSentAgain(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, look).go("/settings");
    window.expectConsole("net::ERR_FAILED").expectConsole("htmx:");
    window.page().route("**/settings", Route::abort);
    budget(window).fill("30");
    saveChanges(window).click();
    assertThat(trouble(window)).containsText("Purser could not be reached. Try again in a moment.");
    assertThat(link(trouble(window), "Load the page again")).hasCount(0);
    assertThat(budget(window)).hasValue("30");
    window.assertAccessible();

    window.page().unroute("**/settings");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(trouble(window)).isHidden();
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(3000);
    window.assertAccessible();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void aDoubleClickSavesOnce(Look look) {
    Person person = browsing.newPerson();
    long before = settings(person).path("version").asLong();
    Window window = browsing.window(person, look).go("/settings");
    budget(window).fill("30");
    saveChanges(window).dblclick();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(settings(person).path("version").asLong()).isEqualTo(before + 1);
  }

  @Test
  void everythingIsReachedByKeyboardAlone() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/settings");
    keyField(window, "anthropic").focus();
    window.page().keyboard().type(Person.ANTHROPIC_KEY);
    window.page().keyboard().press("Enter");
    assertThat(button(row(window, "anthropic"), "Verify")).isFocused();
    tab(window, 2);
    assertThat(link(row(window, "anthropic"), "Delete")).isFocused();
    tab(window, 4);
    assertThat(provider(window)).isFocused();
    window.page().keyboard().type("Anth");
    tab(window, 1);
    assertThat(model(window)).isFocused();
    window.page().keyboard().type("claude-sonnet-5-5");
    tab(window, 2);
    assertThat(budget(window)).isFocused();
    window.page().keyboard().type("25");
    tab(window, 1);
    window.page().keyboard().type("Berlin");
    tab(window, 1);
    window.page().keyboard().press("ArrowUp");
    tab(window, 1);
    assertThat(saveChanges(window)).isFocused();
    window.page().keyboard().press("Enter");
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(saveChanges(window)).isFocused();

    JsonNode settings = settings(person);
    assertThat(settings.path("defaultModel").asString()).isEqualTo("claude-sonnet-5-5");
    assertThat(settings.path("monthlyBudgetCents").asLong()).isEqualTo(2500);
    assertThat(settings.path("budgetMode").asString()).isEqualTo("warn");
    assertThat(settings.path("timeZone").asString()).isEqualTo("Europe/Berlin");
  }

  private static void tab(Window window, int times) {
    for (int i = 0; i < times; i++) {
      window.page().keyboard().press("Tab");
    }
  }

  @Test
  void whileUsageIsRefreshedItKeepsItsHeight() {
    Window window = browsing.window(withACall(browsing.newPerson())).go("/settings");
    Locator usage = window.page().locator("#usage");
    double before = usage.boundingBox().height;
    List<Route> held = new ArrayList<>();
    window.page().route("**/settings", held::add);
    button(usage, "Refresh this month's usage").click();
    assertThat(usage).hasClass(Pattern.compile("htmx-request"));
    assertThat(usage.boundingBox().height).isEqualTo(before);
    assertThat(usage.locator(".sum data").first()).hasCSS("color", "rgba(0, 0, 0, 0)");

    held.getFirst().resume();
    assertThat(usage).not().hasClass(Pattern.compile("htmx-request"));
    assertThat(usage.boundingBox().height).isEqualTo(before);
    assertThat(button(usage, "Refresh this month's usage")).isFocused();

    budget(window).fill("20");
    saveChanges(window).click();
    assertThat(usage).hasClass(Pattern.compile("htmx-request"));
    assertThat(window.page().getByText("Saving…")).isVisible();
    window.page().waitForCondition(() -> held.size() == 2);
    held.getLast().resume();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(usage).not().hasClass(Pattern.compile("htmx-request"));
    assertThat(usage).containsText("of $20.00");
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadIt(Look look) {
    Person person = withACall(browsing.newPerson());
    person.settings("{\"monthlyBudgetCents\":2000,\"defaultModel\":\"claude-sonnet-5-5\"}");
    Window window = browsing.window(person, look);
    for (String path :
        List.of("/settings", "/settings?replace=openai", "/settings?delete=anthropic")) {
      window.go(path);
      window.assertAccessible();
      window.assertFits();
    }
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadWhatWentWrong(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, look).go("/settings");
    window.assertAccessible();
    window.expectStatus(422);
    pasteKey(window, "anthropic", BAD_KEY);
    assertThat(row(window, "anthropic").locator(".error")).isVisible();
    budget(window).fill("1000000.01");
    saveChanges(window).click();
    assertThat(window.page().locator("#budget-problem")).isVisible();
    window.assertAccessible();
    window.assertFits();

    person.settings("{\"monthlyBudgetCents\":100}");
    budget(window).fill("2");
    window.expectStatus(409);
    saveChanges(window).click();
    assertThat(window.page().getByText("changed in another tab")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }

  @Test
  void itsFirstLoadIsSmall() {
    Window window = browsing.window(withACall(browsing.newPerson())).go("/settings");
    assertThat(window.transferredBytes()).isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }
}
