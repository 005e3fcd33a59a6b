package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.Statements;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** From nothing to the first call, in a browser. */
class StartInBrowserTest {
  private static final String HELLO =
      """
      {"model":"claude-haiku-5-5","max_tokens":50,"messages":[{"role":"user","content":"hello"}]}\
      """;

  private static final String SLOW =
      HELLO
          .replace("hello", "sandbox:slow=500 sandbox:tokens=30")
          .replace("{\"model", "{\"stream\":true,\"model");

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  private static void makeAgent(Window window, String name) {
    window.page().getByLabel("Name").fill(name);
    window
        .page()
        .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Make agent"))
        .click();
  }

  @Test
  void waitingForTheFirstCallTurnsIntoTheCallByItself() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/");
    makeAgent(window, "support-bot");
    assertThat(window.page().getByText("Waiting for the first call…")).isVisible();
    String lines = window.page().locator("#code-curl").textContent();
    String virtualKey = lines.replaceAll("(?s).*x-api-key: (psr_[0-9A-Za-z]+)\".*", "$1");

    Http.Answer answer = new Http(browsing.purser().url(), virtualKey).post("/v1/messages", HELLO);
    assertThat(answer.status()).isEqualTo(200);
    person.settledCall(answer.header("x-purser-call-id"));

    assertThat(window.page().getByText("The first call is on the books.")).isVisible();
    assertThat(window.page().locator("#first-call"))
        .containsText(Pattern.compile("claude-haiku-5-5 · \\d+ in · \\d+ out · "));
    assertThat(window.page().locator("#first-call")).containsText("$0.");
    assertThat(window.page().getByText("Waiting for the first call…")).isHidden();
    window.go("/");
    assertThat(window.path()).isEqualTo("/usage");
  }

  @Test
  void theLinesAreThoseOfTheAgentThatWasMadeWhateverElseThereIs() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/start");
    person.agent("alpha");
    makeAgent(window, "beta");
    assertThat(window.page().getByText("The virtual key of beta is already in it.")).isVisible();
    assertThat(window.page().getByText("Open beta")).isVisible();
  }

  @ParameterizedTest
  @EnumSource(Provider.class)
  void theLinesWorkAsTheyStandAlsoWhereNoModelIsChosen(Provider provider, @TempDir Path directory)
      throws IOException {
    Person person = browsing.newPerson().withProviderKey(provider).withoutDefaultModel();
    Window window = browsing.window(person).go("/");
    makeAgent(window, "pasted-bot");
    Page page = window.page();

    assertThat(printed("bash", "-c", page.locator("#code-curl").textContent())).contains("usage");
    assertThat(page.getByText("The first call is on the books.")).isVisible();

    Path source = directory.resolve("Hello.java");
    String lines = page.locator("#code-" + provider.id() + "-java").textContent();
    Files.writeString(source, lines);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    assertThat(printed(java, "-cp", classPath, source.toString()))
        .contains("made up by the sandbox");
    window.go("/start");
    assertThat(page.getByText("The latest call is on the books.")).isVisible();
  }

  /** What a command prints, which goes well. */
  private static String printed(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.onExit().join().exitValue()).as(printed).isZero();
    return printed;
  }

  /** By the browser's clock, which the test turns: nothing here waits for it. */
  @Test
  void aPartThatIsNotReachedSaysSoAndIsUpToDateFiveSecondsAfterPurserIsBack() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person);
    window.page().clock().install();
    window.go("/start");
    makeAgent(window, "support-bot");
    String lines = window.page().locator("#code-curl").textContent();
    String virtualKey = lines.replaceAll("(?s).*x-api-key: (psr_[0-9A-Za-z]+)\".*", "$1");
    String address = "**/start/first-call";
    window.expectConsole("net::ERR_FAILED");
    window.page().route(address, Route::abort);
    for (int i = 0; i < 6; i++) {
      window.page().waitForRequest(address, () -> window.page().clock().runFor(60_000));
    }
    Locator part = window.page().locator("#first-call");
    assertThat(part).containsText("Not reached.");
    assertThat(part).hasClass(Pattern.compile("\\bis-unreached\\b"));
    window.assertAccessible();
    Http caller = new Http(browsing.purser().url(), virtualKey);
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));

    window.page().unroute(address);
    window.page().waitForRequest(address, () -> window.page().clock().runFor(5_000));

    assertThat(part).containsText("The first call is on the books.");
    assertThat(part).not().containsText("Not reached.");
  }

  @Test
  void onceThereAreMoreItIsTheLatestCallThatIsShown() {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = new Http(person.url(), person.virtualKey(person.agent("busy-bot")).secret());
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Window window = browsing.window(person).go("/start");
    assertThat(window.page().getByText("The first call is on the books.")).isVisible();
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    window.go("/start");
    assertThat(window.page().getByText("The latest call is on the books.")).isVisible();
  }

  @Test
  void aFirstCallThatIsSeenRunningIsShownWhenItHasEnded() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/");
    makeAgent(window, "slow-bot");
    String lines = window.page().locator("#code-curl").textContent();
    String virtualKey = lines.replaceAll("(?s).*x-api-key: (psr_[0-9A-Za-z]+)\".*", "$1");
    Http caller = new Http(browsing.purser().url(), virtualKey);

    CompletableFuture<Http.Answer> running =
        CompletableFuture.supplyAsync(
            () -> caller.post("/v1/messages", SLOW), Thread::startVirtualThread);
    assertThat(window.page().getByText("The first call is running")).isVisible();
    window.assertAccessibleLightAndDark();

    assertThat(window.page().getByText("The first call is on the books.")).isVisible();
    assertThat(running.join().status()).isEqualTo(200);
  }

  @Test
  void aFirstCallThatFailsSaysSoAndGivesWayToTheNext() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/");
    makeAgent(window, "failing-bot");
    String lines = window.page().locator("#code-curl").textContent();
    String virtualKey = lines.replaceAll("(?s).*x-api-key: (psr_[0-9A-Za-z]+)\".*", "$1");
    Http caller = new Http(browsing.purser().url(), virtualKey);

    String failing = HELLO.replace("hello", "sandbox:529");
    assertThat(caller.post("/v1/messages", failing).status()).isEqualTo(529);
    assertThat(window.page().getByText("The first call failed: overloaded_error.")).isVisible();
    window.assertAccessibleLightAndDark();

    assertThat(caller.post("/v1/messages", HELLO).status()).isEqualTo(200);
    assertThat(window.page().getByText("The latest call is on the books.")).isVisible();
  }

  @Test
  void whatIsShownOnceCanBeCopiedWhereTheBrowserHasNoClipboardForThePage() {
    Window window = browsing.window(browsing.newPerson().withProviderKeys()).go("/");
    makeAgent(window, "plain-bot");
    window
        .page()
        .evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})");
    window.page().locator("button[data-copy]:visible").click();

    assertThat(window.page().locator("button[data-copy]:visible")).containsText("Copied");
    String lines = window.page().locator("[id^=code-]:visible").first().textContent();
    assertThat(window.page().evaluate("() => String(getSelection())").toString().strip())
        .isEqualTo(lines.strip());
  }

  @Test
  void itIsSmallAndAsksTheDatabaseFewTimes() {
    Person person = browsing.newPerson().withProviderKeys();
    person.agent("support-bot");
    Window window = browsing.window(person);
    assertThat(Statements.ofPages(() -> window.go("/start")))
        .hasSizeBetween(2, Statements.MAX_PAGE_SIZE);
    assertThat(window.transferredBytes()).isBetween(1_000L, Window.MAX_INITIAL_BYTES);
  }

  @Test
  void theKeyboardIsEnough() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/start");
    assertThat(window.page().locator(".ways a[aria-current=page]")).hasText("Start");
    window.page().getByLabel("Name").focus();
    window.page().keyboard().type("typed");
    window.page().keyboard().press("Tab");
    window.page().keyboard().press("Enter");
    assertThat(window.page().getByText("Waiting for the first call…")).isVisible();
    assertThat(window.page().locator(".ways a[aria-current=page]")).hasText("Start");
    // The ways to connect are one stop, and the arrows choose among them.
    window.page().locator("#connect-curl").focus();
    window.page().keyboard().press("ArrowRight");
    assertThat(window.page().locator("#code-curl")).isHidden();
    window.page().keyboard().press("Tab");
    assertThat(window.page().locator("button[data-copy]:visible")).isFocused();
    window.page().keyboard().press("Enter");
    assertThat(window.page().locator("button[data-copy]:visible")).containsText("Copied");
  }

  @ParameterizedTest
  @MethodSource("looks")
  void theFirstCallCanBeReadWhereItWasWaitedFor(Look look) {
    Person person = browsing.newPerson().withProviderKeys();
    Http caller = person.caller("support-bot");
    Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    Window window = browsing.window(person, look).go("/start");
    assertThat(window.page().getByText("The first call is on the books.")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }

  @Test
  void withoutScriptsTheStepsAreTheSameAndOneLooksAgain() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person, Look.LIGHT.withoutScripts()).go("/start");
    makeAgent(window, "support-bot");
    assertThat(window.page().getByText("Waiting for the first call…")).isVisible();
    assertThat(window.page().getByText("Copy", new Page.GetByTextOptions().setExact(true)).first())
        .isHidden();
    window.page().getByText("Look again").click();
    assertThat(window.page().getByText("Waiting for the first call…")).isVisible();
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadEveryStep(Look look) {
    Person person = browsing.newPerson();
    Window window = browsing.window(person, look).go("/");
    window.assertAccessible();
    window.assertFits();
    person.withProviderKeys();
    window.go("/").expectStatus(422);
    makeAgent(window, " ");
    assertThat(window.page().getByText("A name has 1 to 100 characters.")).isInViewport();
    assertThat(window.page().getByLabel("Name")).isFocused();
    window.assertAccessible();
    window.assertFits();
    makeAgent(window, "support-bot");
    assertThat(window.page().getByText("Waiting for the first call…")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }
}
