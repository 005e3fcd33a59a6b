package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Keyboard;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.running.Statements;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Setting up, signing in and out, the password and access tokens, as a visitor has them. */
class AccountInBrowserTest {
  private static final String WRONG = "not the right password";
  private static final String NEXT = "another long password";

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  static List<Look> withAndWithoutScripts() {
    return List.of(Look.LIGHT, Look.LIGHT.withoutScripts());
  }

  private static Locator button(Window window, String name) {
    return window
        .page()
        .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator link(Window window, String name) {
    return window
        .page()
        .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator heading(Window window, String name) {
    return window
        .page()
        .getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  private static Locator field(Window window, String label) {
    return window.page().getByLabel(label, new Page.GetByLabelOptions().setExact(true));
  }

  private static void fill(Window window, String label, String text) {
    field(window, label).fill(text);
  }

  private static void signIn(Window window, String email, String password) {
    fill(window, "E-mail", email);
    fill(window, "Password", password);
    button(window, "Sign in").click();
  }

  private static void change(Window window, String present, String next, String again) {
    fill(window, "Present password", present);
    fill(window, "New password", next);
    fill(window, "The new password again", again);
    button(window, "Change password").click();
  }

  private static Window setUp(RunningPurser purser, Look look) {
    URI link = purser.app().setupLink();
    Window window = browsing.window(URI.create(purser.url()), look);
    window.go(link.getRawPath() + "?" + link.getRawQuery());
    fill(window, "E-mail", "ada@example.org");
    fill(window, "Password", Person.PASSWORD);
    fill(window, "The same password again", Person.PASSWORD);
    return window;
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void theSetupLinkLeadsToTheFirstUserAndToTheirPages(Look look) {
    RunningPurser purser = browsing.emptyPurser();
    Window window = setUp(purser, look);
    fill(window, "Password", "short");
    window.expectStatus(422);
    button(window, "Make this user and sign in").click();
    Locator password = field(window, "Password");
    assertThat(password).hasAccessibleDescription(Pattern.compile("12 to 200 characters"));
    assertThat(password).hasValue("");
    assertThat(field(window, "E-mail")).hasValue("ada@example.org");
    if (look.scripts()) {
      assertThat(password).isFocused();
    }

    fill(window, "Password", Person.PASSWORD);
    fill(window, "The same password again", Person.PASSWORD);
    button(window, "Make this user and sign in").click();

    assertThat(window.page().getByLabel("Menu of ada@example.org")).isVisible();
    window.go(purser.app().setupLink().toString().replace(purser.url(), ""));
    assertThat(window.page().getByLabel("Menu of ada@example.org")).isVisible();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void aWrongPasswordIsToldAndTheRightOneLeadsToThePageThatWasAskedFor(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.signedOut(look).go("/access-tokens");
    window.expectStatus(422);
    signIn(window, person.email(), WRONG);
    assertThat(field(window, "Password"))
        .hasAccessibleDescription("This e-mail and this password do not belong together.");
    assertThat(field(window, "Password")).hasValue("");
    assertThat(field(window, "E-mail")).hasValue(person.email());

    signIn(window, person.email(), Person.PASSWORD);

    assertThat(heading(window, "Access tokens")).isVisible();
    assertThat(window.path()).isEqualTo("/access-tokens");
  }

  @Test
  void signingInAndOutNeedsNoMouse() {
    Person person = browsing.newPerson();
    Window window = browsing.signedOut(Look.LIGHT).go("/sign-in?to=/password");
    Keyboard keyboard = window.page().keyboard();
    // The browser gives the focus when it first draws the page: on a busy machine after its load.
    assertThat(field(window, "E-mail")).isFocused();
    keyboard.type(person.email());
    keyboard.press("Tab");
    keyboard.type(Person.PASSWORD);
    keyboard.press("Enter");
    assertThat(heading(window, "Password")).isVisible();

    window.page().getByLabel("Menu of " + person.email()).focus();
    keyboard.press("Enter");
    for (int i = 0; i < 3; i++) {
      keyboard.press("Tab");
    }
    assertThat(button(window, "Sign out")).isFocused();
    keyboard.press("Enter");
    assertThat(window.page().getByText("You are signed out.")).isVisible();
    window.go("/password");
    assertThat(heading(window, "Sign in to Purser")).isVisible();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void aNewPasswordSignsOutEveryOtherBrowser(Look look) {
    Person person = browsing.newPerson();
    Window other = browsing.window(person, look).go("/password");
    Window window = browsing.window(person, look).go("/password");
    window.expectStatus(422);
    change(window, WRONG, NEXT, NEXT);
    assertThat(field(window, "Present password"))
        .hasAccessibleDescription("This is not your present password.");
    change(window, Person.PASSWORD, NEXT, NEXT);
    assertThat(window.page().getByText("Your password is changed.")).isVisible();

    change(other, NEXT, Person.PASSWORD, Person.PASSWORD);
    assertThat(heading(other, "Sign in to Purser")).isVisible();
    signIn(other, person.email(), NEXT);
    assertThat(heading(other, "Password")).isVisible();
    button(window, "Sign out everywhere").click();
    assertThat(window.page().getByText("You are signed out in every browser.")).isVisible();
    other.go("/password");
    assertThat(heading(other, "Sign in to Purser")).isVisible();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void anAccessTokenIsShownOnceAndRevokedAfterAQuestion(Look look) {
    Window window = browsing.window(browsing.newPerson(), look).go("/access-tokens");
    fill(window, "Name", "nightly report");
    window.page().getByLabel("Manage.").check();
    button(window, "Make token").click();
    String token = window.page().locator("#made-token").textContent();
    assertThat(new Http(browsing.purser().url(), token).get("/api/me").status()).isEqualTo(200);
    if (look.scripts()) {
      button(window, "Copy").click();
      assertThat(button(window, "Copied")).isVisible();
      assertThat(window.page().evaluate("navigator.clipboard.readText()")).isEqualTo(token);
    }

    window.go("/access-tokens");
    assertThat(window.page().content()).doesNotContain(token);
    link(window, "Revoke nightly report").click();
    assertThat(link(window, "Keep it")).isFocused();
    link(window, "Keep it").click();
    assertThat(new Http(browsing.purser().url(), token).get("/api/me").status()).isEqualTo(200);
    link(window, "Revoke nightly report").click();
    button(window, "Revoke").click();
    assertThat(window.page().getByText("The access token “nightly report” is revoked."))
        .isVisible();
    assertThat(new Http(browsing.purser().url(), token).get("/api/me").status()).isEqualTo(401);
  }

  @Test
  void aDoubleClickMakesOneTokenAndShowsIt() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/access-tokens");
    fill(window, "Name", "twice");
    button(window, "Make token").dblclick();

    assertThat(window.page().locator("#made-token")).isVisible();
    window.go("/access-tokens");
    assertThat(window.page().locator("h3", new Page.LocatorOptions().setHasText("twice")))
        .hasCount(1);
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadTheseInEveryState(Look look) {
    RunningPurser purser = browsing.emptyPurser();
    Window window = browsing.window(URI.create(purser.url()), look).go("/sign-in");
    accessible(window);
    window.close();

    window = setUp(purser, look);
    accessible(window);
    fill(window, "Password", "short");
    window.expectStatus(422);
    button(window, "Make this user and sign in").click();
    accessible(window);
    fill(window, "Password", Person.PASSWORD);
    fill(window, "The same password again", Person.PASSWORD);
    button(window, "Make this user and sign in").click();

    accessible(window.go("/access-tokens"));
    fill(window, "Name", "nightly report");
    button(window, "Make token").click();
    accessible(window);
    window.go("/access-tokens");
    link(window, "Revoke nightly report").click();
    accessible(window);
    button(window, "Revoke").click();
    accessible(window);

    accessible(window.go("/password"));
    window.expectStatus(422);
    change(window, WRONG, NEXT, "yet another password");
    accessible(window);
    window.page().getByLabel("Menu of ada@example.org").click();
    accessible(window);
    button(window, "Sign out").click();
    accessible(window);
    window.expectStatus(422);
    signIn(window, "ada@example.org", WRONG);
    accessible(window);
  }

  private static void accessible(Window window) {
    window.assertAccessible();
    window.assertFits();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/password", "/access-tokens"})
  void theFirstLoadIsSmallAndAsksTheDatabaseFewTimes(String path) {
    Window window = browsing.window(browsing.newPerson());
    assertThat(Statements.ofPages(() -> window.go(path)))
        .hasSizeBetween(1, Statements.MAX_PAGE_SIZE);
    assertThat(window.transferredBytes()).isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }

  @Test
  void theFirstLoadIsSmallForWhoeverIsNotSignedIn() {
    assertThat(browsing.signedOut(Look.LIGHT).go("/sign-in").transferredBytes())
        .isBetween(1_000L, Window.MAX_INITIAL_BYTES);
    RunningPurser empty = browsing.emptyPurser();
    URI link = empty.app().setupLink();
    Window setup = browsing.window(URI.create(empty.url()), Look.LIGHT);
    assertThat(setup.go(link.getRawPath() + "?" + link.getRawQuery()).transferredBytes())
        .isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }
}
