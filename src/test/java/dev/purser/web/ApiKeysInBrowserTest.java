package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.purser.web.SettingsParts.BAD_KEY;
import static dev.purser.web.SettingsParts.OTHER_KEY;
import static dev.purser.web.SettingsParts.SAVED_KEY;
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
import static dev.purser.web.SettingsParts.withACall;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.api.TestApi;
import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.storage.TestDatabase;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** API keys on the page of settings, as a visitor has them. */
class ApiKeysInBrowserTest {
  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> lightAndDark() {
    return List.of(Look.LIGHT, Look.DARK);
  }

  static List<Look> onAPhoneAndInTheDark() {
    return List.of(Look.LIGHT.phone(), Look.DARK);
  }

  @Test
  void aRejectedKeyIsToldOnEveryPageAndNoLongerOnceItIsReplaced() {
    Person person = browsing.newPerson().withProviderKeys();
    Http.Answer failed =
        Story.message(person.caller("support-bot"), Story.PRICED_MODEL, "sandbox:401");
    Await.until(
        "the key is rejected",
        Duration.ofSeconds(10),
        () -> keys(person).toString().contains("rejected"));
    Window window = browsing.window(person);
    for (String page : List.of("/calls/" + Story.ended(person, failed), "/usage", "/agents")) {
      window.go(page);
      assertThat(notice(window)).containsText("Anthropic rejects your API key.");
      window.assertAccessibleLightAndDark();
      window.assertFits();
      window.assertFitsPhone();
    }

    link(notice(window), "Replace API key from Anthropic").click();
    pasteKey(window, "anthropic", SAVED_KEY);

    assertThat(row(window, "anthropic").getByText("Saved and valid")).isVisible();
    assertThat(notice(window)).isHidden();
    button(row(window, "anthropic"), "Verify the Anthropic API key").click();
    assertThat(row(window, "anthropic").getByText("Checked and valid")).isVisible();
  }

  private static Locator notice(Window window) {
    return window.page().locator("#rejected-keys");
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
    Person person = withACall(browsing.newPerson());
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
}
