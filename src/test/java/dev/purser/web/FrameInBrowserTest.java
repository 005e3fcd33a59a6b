package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands around every page, and the pages that say one sentence, in a browser. */
class FrameInBrowserTest {
  @RegisterExtension static final Browsing browsing = new Browsing();

  /** Notes the theme when the first part of a page is there to be drawn. */
  private static final String NOTE_FIRST_THEME =
      """
      new MutationObserver((changes, observer) => {
        if (!document.body) return;
        observer.disconnect();
        window.firstTheme = document.documentElement.dataset.bsTheme;
      }).observe(document, {childList: true, subtree: true});
      """;

  /**
   * What has the focus, and the line around it. The parts of a date's field have the browser's own.
   */
  private static final String FOCUS =
      """
      () => {
        const focused = document.activeElement;
        const style = getComputedStyle(focused);
        if (focused.type === "date" && !focused.matches(":focus-visible")) return "a part of a date";
        return `${focused.tagName} ${focused.type ?? ""} ${focused.id || focused.textContent.trim()}: ${style.outlineStyle} ${style.outlineWidth}`;
      }
      """;

  static List<Look> lightAndDark() {
    return List.of(Look.LIGHT, Look.DARK);
  }

  private static Object theme(Window window) {
    return window.page().evaluate("() => document.documentElement.dataset.bsTheme");
  }

  private static Object ground(Window window) {
    return window.page().evaluate("() => getComputedStyle(document.body).backgroundColor");
  }

  @Test
  void theSwitchOfThemesWorksAtOnceStaysAndLosesNothing() {
    Window window = browsing.window(browsing.newPerson());
    window.page().addInitScript(NOTE_FIRST_THEME);
    window.go("/usage?month=2026-10&by=agent");
    assertThat(theme(window)).isEqualTo("light");
    Object light = ground(window);

    press(window, "Switch to the dark theme");
    assertThat(window.page().locator("html[data-bs-theme=dark]")).hasCount(1);
    assertThat(window.path()).isEqualTo("/usage?month=2026-10&by=agent");
    assertThat(ground(window)).isNotEqualTo(light);
    assertThat(window.page().context().cookies())
        .anyMatch(cookie -> cookie.name.equals("purser_theme") && cookie.value.equals("dark"));

    window.page().reload();
    assertThat(window.page().evaluate("() => window.firstTheme")).isEqualTo("dark");
    assertThat(theme(window)).isEqualTo("dark");

    press(window, "Switch to the light theme");
    assertThat(window.page().locator("html[data-bs-theme=light]")).hasCount(1);
    assertThat(ground(window)).isEqualTo(light);
  }

  private static void press(Window window, String button) {
    window.page().getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button)).click();
  }

  @ParameterizedTest
  @MethodSource("lightAndDark")
  void whatIsSaidInOneSentenceCanBeReadAndLeadsBack(Look look) {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person, look).expectStatus(404).go("/agents/none");
    window.assertAccessible();

    window.go("/agents?from=here");
    window
        .page()
        .locator("#new input[name=form_token]")
        .evaluate("field => { field.value = 'of an earlier session'; }");
    window.expectStatus(403).page().getByLabel("Name").fill("support-bot");
    press(window, "Make agent");
    assertThat(window.page().getByText("This form is out of date")).isVisible();
    window.assertAccessible();
    window.page().getByText("Back to where you were").click();
    assertThat(window.path()).isEqualTo("/agents?from=here");

    window.page().getByLabel("Name").fill("support-bot");
    press(window, "Make agent");
    window.page().getByPlaceholder("Name, such as laptop or ci").fill("laptop");
    press(window, "New virtual key");
    assertThat(window.page().locator("#new-key")).isVisible();
    String agent = window.path().replace("/keys", "");
    window.assertAccessible();
    window.expectStatus(409).page().reload();
    assertThat(window.page().getByText("Sent already")).isVisible();
    window.assertAccessible();
    window.page().getByText("Back to where you were").click();
    assertThat(window.path()).isEqualTo(agent);

    // What a form has shown at its own address is read again at the page's.
    window.go(agent + "/keys");
    assertThat(window.path()).isEqualTo(agent);
    window.go("/start/agent");
    assertThat(window.path()).isEqualTo("/start");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/calls", "/agents", "/prices", "/settings"})
  void nothingIsCutOffInAWindowOfAnyWidth(String path) {
    Person person = browsing.newPerson().withProviderKeys();
    String agent = person.agent("a-rather-long-name-of-an-agent");
    Http caller = new Http(person.url(), person.virtualKey(agent).secret());
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Window window = browsing.window(person).go(path);
    for (int width : List.of(380, 641, 700, 768, 801, 820, 901, 981, 1024)) {
      window.page().setViewportSize(width, 900);
      window.assertFits();
    }
  }

  @Test
  void aLongNameWithoutASpaceFits() {
    Person person = browsing.newPerson().withProviderKeys();
    String agent = person.agent("x".repeat(100));
    Window window = browsing.window(person, Look.LIGHT.phone()).go("/agents/" + agent);
    window.assertFits();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usage", "/calls", "/agents", "/prices", "/settings", "/access-tokens"})
  void whateverHasTheFocusOfTheKeyboardHasALineAroundIt(String path) {
    Window window = browsing.window(browsing.newPerson().withProviderKeys()).go(path);
    String first = "";
    for (int stop = 0; stop < 80; stop++) {
      window.page().keyboard().press("Tab");
      String focus = (String) window.page().evaluate(FOCUS);
      if (focus.equals(first) || focus.startsWith("BODY")) {
        break;
      }
      first = first.isEmpty() ? focus : first;
      assertThat(focus).as("%s, stop %s", path, stop).doesNotEndWith("0px").doesNotContain("none");
    }
    assertThat(first).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("lightAndDark")
  void agentsThatAreGoneAndQuestionsCanBeRead(Look look) {
    Person person = browsing.newPerson().withProviderKeys();
    String agent = person.agent("support-bot");
    String key = person.virtualKey(agent).id();
    Window window = browsing.window(person, look);
    window.go("/agents/" + agent + "?revoke=" + key);
    assertThat(window.page().getByText("Revoke virtual key")).isVisible();
    window.assertAccessible();
    window.go("/agents/" + agent + "?archive=yes");
    press(window, "Archive agent");
    window.page().getByText("1 archived agent").click();
    assertThat(window.page().getByText("support-bot")).isVisible();
    window.assertAccessible();
    window.go("/agents/" + agent);
    assertThat(window.page().getByText("Its virtual keys are revoked")).isVisible();
    window.assertAccessible();
  }

  @Test
  void whoHasNoVirtualKeyYetIsToldToMakeOneFirst() {
    Person person = browsing.newPerson();
    String agent = person.agent("support-bot");
    Window window = browsing.window(person).go("/agents/" + agent);
    assertThat(window.page().locator("main h2").first()).hasText("Virtual keys");
    assertThat(window.page().getByText("Make a virtual key first.")).isVisible();
    window.page().getByPlaceholder("Name, such as laptop or ci").fill("laptop");
    press(window, "New virtual key");
    assertThat(window.page().getByText("Make a virtual key first.")).hasCount(0);
    assertThat(window.page().locator("main h2").nth(1)).hasText("Connect");
  }
}
