package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.api.TestApi;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.storage.TestDatabase;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.net.URI;
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
  private static final String BAD_KEY = "sk-ant-api03-test-0123456789abcdefghijklmnop-revoked";
  private static final String SAVED_KEY =
      "sk-ant-api03-test-good-0123456789abcdefghijklmnopQRST-AA";
  private static final String OTHER_KEY = "sk-ant-api03-test-9876543210zyxwvutsrqponmlkjihgfedc";

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  static List<Look> lightAndDark() {
    return List.of(Look.LIGHT, Look.DARK);
  }

  static List<Look> onAPhoneAndInTheDark() {
    return List.of(Look.LIGHT.phone(), Look.DARK);
  }

  static List<Look> withAndWithoutScripts() {
    return List.of(Look.LIGHT, Look.LIGHT.withoutScripts());
  }

  private static Locator row(Window window, String provider) {
    return window.page().locator("#key-" + provider);
  }

  private static Locator keyField(Window window, String provider) {
    return row(window, provider).locator("input[type=password]");
  }

  private static Locator button(Locator within, String name) {
    return within.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
  }

  private static Locator link(Locator within, String name) {
    return within.getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name));
  }

  private static Locator saveChanges(Window window) {
    return window.page().locator("#llm-save");
  }

  private static Locator budget(Window window) {
    return window.page().getByLabel("Monthly Budget", new Page.GetByLabelOptions().setExact(true));
  }

  private static Locator model(Window window) {
    return window.page().getByLabel("Default model");
  }

  /** What says that something did not arrive, or came to nothing. */
  private static Locator trouble(Window window) {
    return window.page().locator("#trouble");
  }

  private static Locator provider(Window window) {
    return window.page().getByLabel("Default provider");
  }

  private static void pasteKey(Window window, String provider, String key) {
    keyField(window, provider).fill(key);
    button(row(window, provider), "Save & Verify").click();
  }

  private static JsonNode keys(Person person) {
    return person.api().get("/api/keys").ok(200).path("items");
  }

  private static JsonNode settings(Person person) {
    return person.api().get("/api/settings").ok(200);
  }

  private static Person somebodyWithACall() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    Http.Answer answer =
        caller.post(
            "/v1/messages",
            """
            {"model":"claude-haiku-5-5","max_tokens":50,
             "messages":[{"role":"user","content":"hello"}]}\
            """);
    person.settledCall(answer.header("x-purser-call-id"));
    return person;
  }

  @ParameterizedTest
  @MethodSource("onAPhoneAndInTheDark")
  void whileAKeyIsCheckedItsButtonTurnsAndThenItIsCheckedOff(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, look).go("/settings");
    List<Route> held = new ArrayList<>();
    window.page().route("**/settings/keys/anthropic", held::add);
    budget(window).fill("12.34");
    pasteKey(window, "anthropic", Person.ANTHROPIC_KEY);

    Locator row = row(window, "anthropic");
    assertThat(row.getByText("Checking…")).isVisible();
    assertThat(row.locator(".while-sent .spin")).isVisible();
    assertThat(row.getByText("Nothing is saved until it does.")).isVisible();
    assertThat(keyField(window, "anthropic")).isDisabled();
    assertThat(button(row, "Checking…")).isDisabled();
    assertThat(keys(person)).isEmpty();
    window.assertAccessible();
    window.assertFits();

    held.getFirst().resume();
    assertThat(row.getByText("Saved and valid")).isVisible();
    assertThat(window.page().locator("symbol#glyph-check")).hasCount(1);
    assertThat(row.locator(".tone-ok svg:has(use[href='#glyph-check'])")).isVisible();
    window.assertAccessible();
    window.assertFits();
    assertThat(keyField(window, "anthropic")).hasCount(0);
    assertThat(button(row, "Verify")).isFocused();
    assertThat(window.page().locator("#said")).hasText("Saved and valid");
    assertThat(keys(person)).hasSize(1);

    assertThat(budget(window)).hasValue("12.34");
    provider(window).selectOption("anthropic");
    assertThat(model(window)).hasValue(Pattern.compile("anthropic/claude-.*"));
    assertThat(model(window).locator("option[disabled]")).hasCount(0);
    assertThat(window.page().locator("body")).not().containsText(Person.ANTHROPIC_KEY);
  }

  @Test
  void aBadKeySaysWhyKeepsItsTextAndStoresNothing() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/settings");
    window.expectStatus(422);
    pasteKey(window, "anthropic", BAD_KEY);

    Locator row = row(window, "anthropic");
    assertThat(row.getByText("Anthropic refused this key. Nothing was saved.")).isVisible();
    assertThat(row.locator(".error")).containsText("Anthropic does not accept this key");
    Locator field = keyField(window, "anthropic");
    assertThat(field).hasValue(BAD_KEY);
    assertThat(field).hasAttribute("aria-invalid", "true");
    assertThat(field).hasAccessibleDescription(Pattern.compile("Anthropic refused this key.*"));
    assertThat(row.getByText("Purser sends no API key back")).not().isVisible();
    assertThat(keys(person)).isEmpty();

    field.fill(Person.ANTHROPIC_KEY);
    field.press("Enter");
    assertThat(row.getByText("Saved and valid")).isVisible();
  }

  @Test
  void aKeyIsReplacedInPlaceAndTheOldOneStaysUntilThen() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/settings");
    Locator row = row(window, "anthropic");
    link(row, "Replace the Anthropic API key").click();
    assertThat(keyField(window, "anthropic")).isFocused();
    link(row, "Cancel").click();
    assertThat(keyField(window, "anthropic")).hasCount(0);

    link(row, "Replace the Anthropic API key").click();
    window.expectStatus(422);
    pasteKey(window, "anthropic", BAD_KEY);
    assertThat(row.getByText("Anthropic refused this key.")).isVisible();
    assertThat(keys(person).get(0).path("maskedKey").asString()).isEqualTo("sk-ant-…stuv");

    pasteKey(window, "anthropic", OTHER_KEY);
    assertThat(row.getByText("Saved and valid")).isVisible();
    assertThat(row.getByText("sk-ant-…fedc")).isVisible();
    assertThat(window.path()).isEqualTo("/settings");
  }

  @Test
  void deletingAsksFirstInPlace() {
    Person person = somebodyWithACall();
    Window window = browsing.window(person).go("/settings");
    provider(window).selectOption("openai");
    String unsaved = model(window).inputValue();
    Locator row = row(window, "anthropic");
    link(row, "Delete the Anthropic API key").click();
    assertThat(row.getByText("1 agent used it this week; its calls will get 403.")).isVisible();
    assertThat(link(row, "Keep it")).isFocused();
    link(row, "Keep it").click();
    assertThat(row.getByText("Delete the Anthropic API key?")).hasCount(0);
    assertThat(keys(person)).hasSize(2);

    link(row, "Delete the Anthropic API key").click();
    button(row, "Delete API key").click();
    assertThat(keyField(window, "anthropic")).isVisible();
    assertThat(row.getByText("Deleted")).isVisible();
    assertThat(keys(person)).hasSize(1);
    assertThat(provider(window)).hasValue("openai");
    assertThat(model(window)).hasValue(unsaved);
  }

  @Test
  void theSecondOfTwoTabsIsToldThatTheKeyIsAnotherByNow() {
    Person person = browsing.newPerson().withProviderKeys();
    Window first = browsing.window(person).go("/settings?delete=anthropic");
    Window second = browsing.window(person).go("/settings?replace=anthropic");
    pasteKey(second, "anthropic", OTHER_KEY);
    assertThat(row(second, "anthropic").getByText("Saved and valid")).isVisible();

    first.expectStatus(409);
    Locator row = row(first, "anthropic");
    button(row, "Delete API key").click();
    assertThat(row.getByRole(AriaRole.ALERT)).containsText("Nothing was deleted: this API key was");
    assertThat(row.getByText("sk-ant-…fedc")).isVisible();
    assertThat(row.getByText("Delete the Anthropic API key?")).hasCount(0);
    first.assertAccessible();

    link(row(second, "anthropic"), "Replace the Anthropic API key").click();
    assertThat(keyField(second, "anthropic")).isVisible();
    person.api().delete("/api/keys/anthropic");
    second.expectStatus(409);
    pasteKey(second, "anthropic", Person.ANTHROPIC_KEY);
    assertThat(row(second, "anthropic").getByRole(AriaRole.ALERT))
        .containsText("Nothing was saved: this API key was changed elsewhere");
    assertThat(keyField(second, "anthropic")).hasValue(Person.ANTHROPIC_KEY);
    assertThat(keys(person)).hasSize(1);
    button(row(second, "anthropic"), "Save & Verify").click();
    assertThat(row(second, "anthropic").getByText("Saved and valid")).isVisible();
  }

  @Test
  void aKeyCanBeVerifiedAgain() {
    Window window = browsing.window(browsing.newPerson().withProviderKeys()).go("/settings");
    button(row(window, "openai"), "Verify the OpenAI API key").click();
    assertThat(row(window, "openai").getByText("Checked and valid")).isVisible();
    assertThat(button(row(window, "openai"), "Verify the OpenAI API key")).isFocused();
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
  void theModelsAreThoseOfTheProvider() {
    Person person = browsing.newPerson().withProviderKeys();
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
    Person person = somebodyWithACall();
    Window window = browsing.window(person, look).go("/settings");
    budget(window).fill("20.50");
    window.page().getByText("Warn me.").click();
    window.page().getByLabel("Time zone").selectOption("Europe/Berlin");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(window.page().locator("#usage")).containsText("of $20.50");
    assertThat(window.page().locator("#usage")).containsText("Europe/Berlin");
    assertThat(settings(person).path("monthlyBudgetCents").asLong()).isEqualTo(2050);
    assertThat(settings(person).path("budgetMode").asString()).isEqualTo("warn");

    window.go("/settings");
    assertThat(budget(window)).hasValue("20.50");
    assertThat(window.page().getByLabel("Warn me.")).isChecked();
    assertThat(window.page().getByLabel("Time zone")).hasValue("Europe/Berlin");
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
  void withoutScriptsKeysAreSavedReplacedAndDeletedToo() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, Look.LIGHT.withoutScripts()).go("/settings");
    window.expectStatus(422);
    pasteKey(window, "anthropic", BAD_KEY);
    assertThat(row(window, "anthropic").locator(".error"))
        .containsText("Anthropic refused this key. Nothing was saved.");
    assertThat(row(window, "anthropic").locator("noscript span")).isVisible();
    assertThat(keyField(window, "anthropic")).hasValue("");

    pasteKey(window, "anthropic", Person.ANTHROPIC_KEY);
    assertThat(row(window, "anthropic").getByText("Saved and valid")).isVisible();
    button(row(window, "anthropic"), "Verify the Anthropic API key").click();
    assertThat(row(window, "anthropic").getByText("Checked and valid")).isVisible();
    link(row(window, "anthropic"), "Replace the Anthropic API key").click();
    pasteKey(window, "anthropic", OTHER_KEY);
    assertThat(row(window, "anthropic").getByText("…fedc")).isVisible();

    model(window).selectOption("anthropic/claude-haiku-5-5");
    saveChanges(window).click();
    assertThat(window.page().locator("#llm .saved")).hasText("Saved");
    assertThat(provider(window)).hasValue("anthropic");

    link(row(window, "anthropic"), "Delete the Anthropic API key").click();
    button(row(window, "anthropic"), "Delete API key").click();
    assertThat(row(window, "anthropic").getByText("Deleted")).isVisible();
    assertThat(keys(person)).isEmpty();
    assertThat(window.page().locator("#model-caution"))
        .containsText("there is no API key from Anthropic");
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
    Window window = browsing.window(somebodyWithACall()).go("/settings");
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
    Person person = somebodyWithACall();
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

  @ParameterizedTest
  @MethodSource("lightAndDark")
  void aKeyThatWasRejectedSinceAndWhatItMeansCanBeRead(Look look) {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      TestApi.Person ada = api.newPerson("ada@example.org");
      Visit visit = new Visit(api.url());
      visit.signIn("ada@example.org", TestApi.PASSWORD);
      visit.submit("/settings", "/settings/keys/anthropic", "key", SAVED_KEY);
      visit.submit(
          "/settings",
          "/settings",
          "model",
          "anthropic/claude-fable-5-2",
          "mode",
          "stop",
          "zone",
          "UTC");
      api.rejectKey(ada, Provider.ANTHROPIC);

      Window window =
          browsing
              .window(URI.create(api.url()), look)
              .go(api.signInLinks().make(ada.user().id()))
              .go("/settings");
      assertThat(row(window, "anthropic").getByText("Rejected")).isVisible();
      assertThat(window.page().locator("#model-caution")).containsText("rejected the API key");
      window.assertAccessible();
      window.assertFits();
    }
  }

  @Test
  void itsFirstLoadIsSmall() {
    Window window = browsing.window(somebodyWithACall()).go("/settings");
    assertThat(window.transferredBytes()).isBetween(1_000L, Window.MOST_BYTES_AT_FIRST);
  }
}
