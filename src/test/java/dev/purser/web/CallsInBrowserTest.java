package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages of calls as a visitor has them. */
class CallsInBrowserTest {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** How many cards are narrower than what stands in them: they hide the rest. */
  static final String CUT_OFF =
      """
      [...document.querySelectorAll(".card")]
        .filter(card => card.scrollWidth > card.clientWidth).length
      """;

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  private static void hide(Page page, boolean hidden) {
    page.evaluate(
        """
        hidden => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }
        """,
        hidden);
  }

  private static List<String> shown(Page page) {
    return page.locator(".log-row").all().stream()
        .map(row -> row.getAttribute("data-call"))
        .toList();
  }

  private static void signIn(Page page, Person person) {
    page.getByLabel("E-mail").fill(person.email());
    page.getByLabel("Password").fill(Person.PASSWORD);
    page.keyboard().press("Enter");
  }

  /** Makes calls; the newest comes last. */
  private static List<String> calls(Http caller, int count) {
    return Stream.generate(() -> Story.id(Story.message(caller, Story.PRICED_MODEL, "hello")))
        .limit(count)
        .toList();
  }

  private static Locator row(Page page, String callId) {
    return page.locator("#call-" + callId);
  }

  /** A call that the provider never answers: it runs until its program goes away. */
  private static CompletableFuture<?> endlessCall(Person person) {
    return endlessCall(person, person.virtualKey(person.agent("patient")).secret());
  }

  private static CompletableFuture<?> endlessCall(Person person, String secret) {
    return HTTP.sendAsync(
        HttpRequest.newBuilder(URI.create(person.url() + "/v1/messages"))
            .header("x-api-key", secret)
            .header("anthropic-version", "2023-06-01")
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    Story.body("claude-haiku-5-5", "sandbox:hang", true)))
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadThem(Look look) {
    Story story = Story.of(browsing.newPerson());
    Window window = browsing.window(story.person(), look);
    for (String path :
        List.of(
            "/calls",
            "/calls?source=estimated&priced=yes",
            "/calls?to=2020-01-01",
            "/calls/" + story.settled(),
            "/calls/" + story.cut(),
            "/calls/" + story.unpriced(),
            "/calls/" + story.failed(),
            "/calls/" + story.otherModel(),
            "/calls/" + story.overBudget())) {
      window.go(path);
      window.assertAccessible();
      window.assertFits();
      assertThat(window.page().evaluate(CUT_OFF)).as("cut off in %s", path).isEqualTo(0);
    }
  }

  @Test
  void theirFirstLoadIsSmall() {
    Story story = Story.of(browsing.newPerson());
    assertThat(browsing.window(story.person()).go("/calls").transferredBytes())
        .isBetween(1_000L, Window.MAX_INITIAL_BYTES);
    assertThat(browsing.window(story.person()).go("/calls/" + story.settled()).transferredBytes())
        .isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }

  @Test
  void callsAppearWhileTheyAreMade() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    String first = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Page page = browsing.window(person).go("/calls").page();
    assertThat(row(page, first)).isVisible();
    page.evaluate("document.body.dataset.same = 'yes'");
    String second = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    String third = Story.ended(person, Story.message(caller, "no-such-model", "hello"));
    assertThat(row(page, third)).isVisible();
    assertThat(page.locator(".log-row")).hasCount(3);
    assertThat(page.locator(".log-row").nth(0)).hasAttribute("data-call", third);
    assertThat(page.locator(".log-row").nth(1)).hasAttribute("data-call", second);
    assertThat(page.evaluate("[...document.querySelectorAll('.log-day')].map(day => day.id)"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .doesNotHaveDuplicates();
    assertThat(page.locator("body")).hasAttribute("data-same", "yes");
  }

  @Test
  void theFirstCallFillsAnEmptyList() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    Window window = browsing.window(person).go("/calls");
    assertThat(window.page().getByText("No calls yet")).isVisible();
    window.assertAccessibleLightAndDark();
    String call = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    assertThat(row(window.page(), call)).isVisible();
  }

  @Test
  void aRunningCallEndsWhereItStands() {
    Person person = browsing.newPerson().withProviderKeys();
    Window list = browsing.window(person).go("/calls");
    CompletableFuture<?> running = endlessCall(person);
    Locator row = list.page().locator(".log-row");
    assertThat(row).hasCount(1);
    assertThat(row.locator("td").nth(1)).containsText("Running");
    assertThat(row.locator("td").last()).containsText("held");
    list.assertAccessibleLightAndDark();
    String id = row.getAttribute("data-call");
    Window one = browsing.window(person).go("/calls/" + id);
    assertThat(one.page().locator("h1")).hasText("Running");
    assertThat(one.page().getByText("is set aside for it meanwhile")).isVisible();
    one.assertAccessibleLightAndDark();
    assertThat(nextRequest(one, "/calls/" + id).headerValue("x-purser-poll")).isEqualTo("1");
    assertThat(nextRequest(list, "/calls/newer").headerValue("x-purser-poll")).isEqualTo("1");
    row.evaluate("row => { row.dataset.same = 'yes'; }");
    running.cancel(true);
    assertThat(row.locator("td").nth(1)).containsText("Left early");
    assertThat(row.locator("td").last()).containsText("≈");
    assertThat(row).hasAttribute("data-same", "yes");
    assertThat(list.page().locator("tr[data-open]")).hasCount(0);
    assertThat(one.page().locator(".state-pill")).containsText("Left early");
    assertThat(one.page().locator("h1")).containsText("≈");
    assertThat(one.page().locator("#call")).not().hasAttribute("data-live", "/calls/" + id);
    assertThat(one.page().locator("#said")).containsText("Left early");
  }

  private static Request nextRequest(Window window, String path) {
    return window.page().waitForRequest(request -> request.url().contains(path), () -> {});
  }

  @Test
  void whatIsReadDoesNotMoveAndAButtonSaysHowManyAreNew() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    String last = "";
    for (int i = 0; i < 30; i++) {
      last = Story.id(Story.message(caller, Story.PRICED_MODEL, "hello"));
    }
    person.settledCall(last);
    Window window = browsing.window(person, Look.LIGHT.sized(1280, 400)).go("/calls");
    Page page = window.page();
    page.evaluate("window.scrollTo(0, 700)");
    Locator read = page.locator(".log-row").nth(12);
    double top = read.boundingBox().y;
    String one = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    String two = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Locator news = page.locator("#log-waiting");
    assertThat(news).hasText("2 new calls");
    assertThat(page.locator(".log-row")).hasCount(30);
    assertThat(read.boundingBox().y).isEqualTo(top);
    window.assertAccessibleLightAndDark();
    news.press("Enter");
    assertThat(page.locator(".log-row")).hasCount(32);
    assertThat(page.locator(".log-row").nth(0)).hasAttribute("data-call", two);
    assertThat(page.locator(".log-row").nth(1)).hasAttribute("data-call", one);
    assertThat(page.locator("#to-" + two)).isFocused();
    assertThat(news).isHidden();
  }

  @Test
  void pausedAndHiddenPagesAskForNothing() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Window window = browsing.window(person);
    Page page = window.page();
    AtomicInteger asked = new AtomicInteger();
    page.onRequest(request -> {
      if (request.url().contains("/calls/newer")) {
        asked.incrementAndGet();
      }
    });
    page.clock().install();
    window.go("/calls");
    page.waitForResponse("**/calls/newer**", () -> page.clock().runFor(2_100));
    Locator pause =
        page.getByRole(
            com.microsoft.playwright.options.AriaRole.BUTTON,
            new Page.GetByRoleOptions().setName("Pause"));
    pause.focus();
    pause.press("Space");
    assertThat(pause).hasAttribute("aria-pressed", "true");
    assertThat(page.getByText("Paused")).isVisible();
    window.assertAccessibleLightAndDark();
    int before = asked.get();
    String call = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    page.clock().runFor(60_000);
    assertThat(asked.get()).isEqualTo(before);
    // It stays so on this page, and ends when the visitor ends it.
    window.go("/calls?state=");
    assertThat(pause).hasAttribute("aria-pressed", "true");
    page.clock().runFor(60_000);
    assertThat(asked.get()).isEqualTo(before);
    pause.click();
    assertThat(page.getByText("Live", new Page.GetByTextOptions().setExact(true))).isVisible();
    assertThat(row(page, call)).isVisible();
    hide(page, true);
    int whenHidden = asked.get();
    page.clock().runFor(60_000);
    assertThat(asked.get()).isEqualTo(whenHidden);
    page.waitForResponse("**/calls/newer**", () -> hide(page, false));
    assertThat(asked.get()).isGreaterThan(whenHidden);
  }

  @Test
  void aCallsPageThatIsHiddenAsksForNothing() {
    Person person = browsing.newPerson().withProviderKeys();
    CompletableFuture<?> running = endlessCall(person);
    Window window = browsing.window(person).go("/calls");
    Page page = window.page();
    String path = "/calls/" + page.locator(".log-row").getAttribute("data-call");
    AtomicInteger asked = new AtomicInteger();
    page.onRequest(request -> {
      if (request.url().endsWith(path) && !request.isNavigationRequest()) {
        asked.incrementAndGet();
      }
    });
    page.clock().install();
    window.go(path);
    page.waitForResponse("**" + path, () -> page.clock().runFor(2_100));
    hide(page, true);
    int whenHidden = asked.get();
    page.clock().runFor(60_000);
    assertThat(asked.get()).isEqualTo(whenHidden);
    page.waitForResponse("**" + path, () -> hide(page, false));
    assertThat(asked.get()).isGreaterThan(whenHidden);
    running.cancel(true);
  }

  @Test
  void noneIsLostOfMoreCallsThanTheListCanEnter() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("busy");
    List<String> made = new ArrayList<>(calls(caller, 1));
    Page page = browsing.window(person).go("/calls").page();
    Locator pause = page.locator("#live-pause");
    pause.click();
    made.addAll(calls(caller, 60));
    pause.click();
    // Not by itself: somebody has just pressed a button there.
    page.getByText("50+ new calls").click();
    assertThat(row(page, made.getLast())).isVisible();
    List<String> found = new ArrayList<>(shown(page));
    page.getByText("Older calls").click();
    assertThat(row(page, made.getFirst())).isVisible();
    found.addAll(shown(page));
    assertThat(found).containsExactlyElementsOf(made.reversed());
  }

  @Test
  void rowsThatMakeRoomForNewOnesAreAmongTheOlderCalls() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("busy");
    List<String> made = new ArrayList<>(calls(caller, 1));
    Page page = browsing.window(person).go("/calls").page();
    assertThat(page.locator(".log-row")).hasCount(1);
    assertThat(page.getByText("Older calls")).isHidden();
    page.evaluate("document.body.dataset.same = 'yes'");
    while (made.size() <= 200) {
      made.addAll(calls(caller, 40));
      hide(page, false);
      assertThat(row(page, made.getLast())).isVisible();
    }
    assertThat(page.locator(".log-row")).hasCount(200);
    assertThat(page.locator("body")).hasAttribute("data-same", "yes");
    page.getByText("Older calls").click();
    assertThat(row(page, made.getFirst())).isVisible();
    assertThat(shown(page)).containsExactly(made.getFirst());
  }

  @Test
  void allOfManyRunningCallsEndWhereTheyStand() {
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    String provider = browsing.sandbox().url(Provider.ANTHROPIC).toString();
    try (RunningPurser purser =
        RunningPurser.start(
            TestDatabase.Kind.SQLITE,
            Map.of("PURSER_ANTHROPIC_URL", provider),
            () -> Instant.now().plus(ahead.get()))) {
      Person person = purser.newPerson().withProviderKey(Provider.ANTHROPIC);
      String secret = person.virtualKey(person.agent("patient")).secret();
      List<? extends CompletableFuture<?>> running =
          Stream.generate(() -> endlessCall(person, secret)).limit(45).toList();
      Window window =
          browsing
              .window(URI.create(purser.url()), Look.LIGHT)
              .withCookie(purser.sessionCookie(person));
      Page page = window.go("/calls").page();
      assertThat(page.locator("tr[data-open]")).hasCount(45);
      // They are not asked for as those that have just come.
      ahead.set(Duration.ofMinutes(1));
      running.forEach(call -> call.cancel(true));
      assertThat(page.locator("tr[data-open]")).hasCount(0);
      assertThat(page.locator(".log-row")).hasCount(45);
    }
  }

  @Test
  void rowsDoNotMoveUnderThePointer() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    String first = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Page page = browsing.window(person).go("/calls").page();
    row(page, first).hover();
    double top = row(page, first).boundingBox().y;
    String second = Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    assertThat(page.locator("#log-waiting")).hasText("1 new call");
    assertThat(page.locator(".log-row")).hasCount(1);
    assertThat(row(page, first).boundingBox().y).isEqualTo(top);
    page.locator("h1").hover();
    assertThat(row(page, second)).isVisible();
    assertThat(page.locator("#log-waiting")).isHidden();
  }

  @Test
  void whenTheSessionHasEndedOneSignsInAndIsThereAgain() {
    Person person = browsing.newPerson().withProviderKeys();
    CompletableFuture<?> running = endlessCall(person);
    Page page = browsing.window(person).go("/calls?state=open").page();
    Locator row = page.locator(".log-row");
    assertThat(row).hasCount(1);
    String one = "/calls/" + row.getAttribute("data-call");
    for (String path : List.of("/calls?state=open", one)) {
      page.navigate(person.url() + path);
      page.context().clearCookies();
      page.waitForURL("**/sign-in?to=" + URLEncoder.encode(path, StandardCharsets.UTF_8));
      signIn(page, person);
      page.waitForURL(person.url() + path);
    }
    running.cancel(true);
  }

  @Test
  void whenTheSessionHasEndedAPageThatAnswersAFormIsNotSentAgain() {
    Person person = browsing.newPerson().withProviderKeys();
    Page page = browsing.window(person).go("/start").page();
    page.getByLabel("Name").fill("support-bot");
    page.getByText("Make agent").click();
    page.waitForURL("**/start/agent");
    page.context().clearCookies();
    page.waitForURL("**/sign-in?to=%2Fstart%2Fagent");
    signIn(page, person);
    page.waitForURL(person.url() + "/start");
  }

  @Test
  void withoutScriptsTheListIsFilteredAndReloadedByHand() {
    Story story = Story.of(browsing.newPerson());
    Page page = browsing.window(story.person(), Look.LIGHT.withoutScripts()).go("/calls").page();
    assertThat(page.locator("noscript a")).isVisible();
    assertThat(page.locator("#live-pause")).isHidden();
    page.getByLabel("State").selectOption("refused");
    page.getByText("Apply").click();
    assertThat(page.locator(".log-row")).hasCount(2);
    page.locator("#to-" + story.overBudget()).click();
    assertThat(page.locator("h1")).hasText("Refused: the budget was used up");
    page.getByText("Change budget").click();
    assertThat(page).hasURL(java.util.regex.Pattern.compile(".*/settings#llm"));
  }

  @Test
  void theKeyboardIsEnough() {
    Story story = Story.of(browsing.newPerson());
    Page page = browsing.window(story.person()).go("/calls").page();
    page.locator("#state").focus();
    page.keyboard().type("Refused");
    page.keyboard().press("Tab");
    for (int i = 0; i < 20 && !page.evaluate("document.activeElement.type").equals("submit"); i++) {
      page.keyboard().press("Tab");
    }
    page.keyboard().press("Enter");
    assertThat(page.locator(".log-row")).hasCount(2);
    page.locator(".clear").focus();
    page.locator("#to-" + story.otherModel()).focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("h1")).containsText("another provider");
    page.locator("[data-copy=answer-text]").focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("[data-copy=answer-text]")).containsText("Copied");
    assertThat(
            page.evaluate(
                "navigator.clipboard.readText().then(text => JSON.parse(text).error.code)"))
        .isEqualTo("model_not_found");
    page.getByLabel("Copy the call id").focus();
    page.keyboard().press("Enter");
    assertThat(page.getByLabel("Copy the call id")).containsText("Copied");
    assertThat(page.locator("#said")).hasText("Copied");
    assertThat(page.evaluate("navigator.clipboard.readText()")).isEqualTo(story.otherModel());
  }
}
