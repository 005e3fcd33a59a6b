package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.Statements;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents in a browser. */
class AgentsInBrowserTest {

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  private static void press(Window window, String button) {
    window
        .page()
        .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button).setExact(true))
        .click();
  }

  @Test
  void anAgentGetsItsModelAndAVirtualKeyThatAnSdkCanUseAtOnce() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/agents");
    assertThat(window.page().getByText("No agents yet")).isVisible();
    window.page().getByLabel("Name").fill("support-bot");
    press(window, "Make agent");

    window.page().getByLabel("Preferred model").selectOption("anthropic/claude-haiku-5-5");
    press(window, "Save changes");
    assertThat(window.page().locator("#edit .saved")).hasText("Saved");

    window.page().getByPlaceholder("Name, such as laptop or ci").fill("laptop");
    press(window, "New virtual key");
    String secret = window.page().locator("#new-key").textContent();
    assertThat(secret).startsWith("psr_");
    assertThat(window.page().locator("#code-curl")).containsText(secret);

    AnthropicClient client =
        AnthropicOkHttpClient.builder().baseUrl(browsing.purser().url()).apiKey(secret).build();
    try {
      Message message =
          client
              .messages()
              .create(
                  MessageCreateParams.builder()
                      .model("auto")
                      .maxTokens(50)
                      .addUserMessage("hello")
                      .build());
      assertThat(message.model().asString()).startsWith("claude-haiku-5-5");
    } finally {
      client.close();
    }

    window.expectStatus(409).page().reload();
    assertThat(window.page().getByText("Sent already")).isVisible();
    assertThat(window.page().locator("body")).not().containsText(secret);
    window.go("/agents");
    assertThat(window.page().locator("body")).not().containsText(secret);
  }

  @Test
  void afterRevokingAndArchivingTheFocusIsWhereOneCarriesOn() {
    Person person = browsing.newPerson();
    String agent = person.agent("support-bot");
    person.virtualKey(agent);
    person.virtualKey(agent);
    Window window = browsing.window(person).go("/agents/" + agent);
    Locator revoke = window.page().locator("#virtual-keys a.btn-harm").first();
    revoke.press("Enter");
    assertThat(focused(window)).hasText("Keep it");
    focused(window).press("Enter");
    assertThat(focused(window)).containsText("Revoke");
    focused(window).press("Enter");
    press(window, "Revoke virtual key");
    assertThat(focused(window)).hasText("test is revoked");
    assertThat(window.page().locator("#said")).hasText("is revoked");
    assertThat(window.page().locator("#virtual-keys .item-gone")).hasCount(1);
    window.assertAccessible();

    window.page().locator("#ask-archive").press("Enter");
    assertThat(focused(window)).hasText("Keep it");
    focused(window).press("Enter");
    assertThat(focused(window)).hasText("Archive");
    focused(window).press("Enter");
    press(window, "Archive agent");
    assertThat(focused(window))
        .hasText("support-bot is archived, and its virtual keys are revoked.");
    window.assertAccessible();
  }

  private static Locator focused(Window window) {
    return window.page().locator("main *:focus");
  }

  @Test
  void whoLoadsAPageWithANewKeyAgainIsLedToWhereAnotherIsMade() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/start");
    window.page().getByLabel("Name").fill("support-bot");
    press(window, "Make agent");
    assertThat(window.page().getByText("is already in it")).isVisible();

    window.expectStatus(409).page().reload();

    window.page().locator("main a").click();
    assertThat(window.page().locator("h1")).hasText("support-bot");
    window.page().getByPlaceholder("Name, such as laptop or ci").fill("laptop");
    press(window, "New virtual key");
    assertThat(window.page().locator("#new-key")).containsText("psr_");
  }

  @Test
  void everyWayToConnectShowsItsLinesAndNoOthers() {
    Person person = browsing.newPerson();
    Window window = browsing.window(person).go("/agents/" + person.agent("support-bot"));
    Locator ways = window.page().locator(".snippet .tab");
    assertThat(ways).hasCount(11);
    for (Locator way : ways.all()) {
      way.click();
      String id = way.getAttribute("for").replaceFirst("connect-", "code-");
      assertThat(window.page().locator(".snippet code:visible")).hasCount(1);
      assertThat(window.page().locator("#" + id)).isVisible();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoeverSavesSecondIsToldAndCanSeeWhatTheFirstHasSaved(boolean scripts) {
    Person person = browsing.newPerson().withProviderKeys();
    String page = "/agents/" + person.agent("shared");
    Look look = scripts ? Look.LIGHT : Look.LIGHT.withoutScripts();
    Window first = browsing.window(person, look).go(page);
    Window second = browsing.window(person, look).go(page);
    save(first, "by the first");
    assertThat(first.page().locator("#edit .saved")).hasText("Saved");

    second.expectStatus(409);
    save(second, "by the second");
    assertThat(second.page().getByRole(AriaRole.ALERT).getByText("changed elsewhere")).isVisible();
    if (scripts) {
      second.assertAccessibleLightAndDark();
    }
    assertThat(second.page().locator(".differences li"))
        .hasText("Name: yours is by the second, saved by now is by the first");
    assertThat(second.page().locator("#edit-save")).containsText("Replace with mine");
    Locator name = second.page().locator("#edit #name");
    assertThat(name).hasValue("by the second");
    second.page().getByText("Show the other values").click();
    assertThat(name).hasValue("by the first");
    save(second, "by the second");
    assertThat(second.page().locator("#edit .saved")).hasText("Saved");
  }

  @Test
  void aNewNameStandsEverywhereAtOnce() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/agents/" + person.agent("old-name"));
    save(window, "new-name");
    assertThat(window.page().locator("#edit .saved")).hasText("Saved");
    assertThat(window.page().locator("h1")).hasText("new-name");
    assertThat(window.page().getByLabel("Breadcrumb")).containsText("new-name");
    assertThat(window.page()).hasTitle(Pattern.compile("new-name"));
  }

  @Test
  void whoeverEditsWhatWasArchivedMeanwhileIsTold() {
    Person person = browsing.newPerson().withProviderKeys();
    String agentId = person.agent("old-bot");
    Window window = browsing.window(person).go("/agents/" + agentId);
    person.api().delete("/api/agents/" + agentId).ok(204);
    window.expectStatus(409);
    save(window, "typed");
    assertThat(window.page().getByRole(AriaRole.ALERT).getByText("was archived")).isVisible();
    assertThat(window.page().locator("#edit")).containsText("typed");
    window.assertAccessible();
  }

  private static void save(Window window, String name) {
    window.page().locator("#edit #name").fill(name);
    window.page().locator("#edit button[type=submit]").click();
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadAndUseThem(Look look) {
    Person person = browsing.newPerson().withProviderKeys();
    String agentId = person.agent("support-bot");
    person.virtualKey(agentId);
    Window window = browsing.window(person, look).go("/agents");
    assertThat(window.page().getByText("support-bot")).isVisible();
    window.assertAccessible();
    window.assertFits();
    window.go("/agents/" + agentId);
    window.assertAccessible();
    window.assertFits();
    window.go("/agents/" + agentId + "?archive=yes");
    window.assertAccessible();
  }

  @Test
  void whatTheySayWhileSomethingIsDoneCanBeReadLightAndDarkAndOnAPhone() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person).go("/agents");
    Page page = window.page();
    assertThat(page.getByText("No agents yet")).isVisible();
    readable(window);
    page.getByLabel("Name").fill("support-bot");
    press(window, "Make agent");
    page.getByPlaceholder("Name, such as laptop or ci").fill("laptop");
    press(window, "New virtual key");
    assertThat(page.locator("#new-key")).isVisible();
    for (Locator way : page.locator(".tab").all()) {
      way.click();
      assertThat(page.locator(".snippet .code:visible")).hasCount(1);
      readable(window);
    }
    page.getByLabel("Monthly Budget of this agent").fill("99999999999");
    window.expectStatus(422);
    press(window, "Save changes");
    assertThat(page.locator("#budget-problem")).isVisible();
    assertThat(page.getByLabel("Monthly Budget of this agent")).hasValue("99999999999");
    readable(window);
    page.getByText("Revoke laptop").click();
    assertThat(page.getByText("Revoke “laptop”?")).isVisible();
    readable(window);
  }

  private static void readable(Window window) {
    window.assertAccessibleLightAndDark();
    window.assertFitsPhone();
  }

  @Test
  void aNameThatWillNotDoIsSaidInSightHoweverLongThePageIs() {
    Person person = browsing.newPerson();
    String agentId = person.agent("taken");
    for (int i = 0; i < 12; i++) {
      person.agent("bot-" + i);
      person.virtualKey(agentId);
    }
    Window window = browsing.window(person).go("/agents");
    Page page = window.page();
    assertThat(page.getByLabel("Name")).isHidden();
    Locator newAgent =
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("New agent"));
    newAgent.click();
    Locator name = page.getByLabel("Name");
    assertThat(name).isFocused();
    assertThat(newAgent).isHidden();
    name.fill("taken");
    window.expectStatus(422);
    press(window, "Make agent");
    assertThat(page.getByText("Another agent has this name already.")).isInViewport();
    assertThat(name).isFocused();
    assertThat(name).hasValue("taken");
    assertThat(name)
        .hasAccessibleDescription("Another agent has this name already. Choose another.");
    readable(window);

    window.go("/agents/" + agentId);
    page.getByPlaceholder("Name, such as laptop or ci").fill(" ");
    press(window, "New virtual key");
    assertThat(page.getByText("A name has 1 to 100 characters.")).isInViewport();
    assertThat(page.getByPlaceholder("Name, such as laptop or ci")).isFocused();
    readable(window);
  }

  @Test
  void withoutScriptsAndByKeyboardAloneAnAgentIsMadeAndChanged() {
    Person person = browsing.newPerson().withProviderKeys();
    Window window = browsing.window(person, Look.LIGHT.withoutScripts()).go("/agents");
    window.page().getByLabel("Name").focus();
    window.page().keyboard().type("typed");
    window.page().keyboard().press("Enter");
    assertThat(window.page().getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
        .hasText("typed");
    window.page().getByLabel("Monthly Budget of this agent").focus();
    window.page().keyboard().type("20.50");
    window.page().keyboard().press("Enter");
    assertThat(window.page().locator("#edit .saved")).hasText("Saved");
    assertThat(window.page().getByLabel("Monthly Budget of this agent")).hasValue("20.50");
  }

  @Test
  void theyAreSmallAndAskTheDatabaseFewTimes() {
    Person person = browsing.newPerson().withProviderKeys();
    // Of somebody new, for whom every page asks whether there was a call.
    String agentId = person.agent("support-bot");
    theyAreSmall(person, List.of("/agents", "/agents/" + agentId));

    for (String name : List.of("reports", "nightly", "research")) {
      agentId = agentWithBudget(person, name);
      Http caller = new Http(browsing.purser().url(), person.virtualKey(agentId).secret());
      person.virtualKey(agentId);
      Story.ended(person, Story.message(caller, Story.PRICED_MODEL, "hello"));
    }
    theyAreSmall(person, List.of("/agents", "/agents/" + agentId));
  }

  private static void theyAreSmall(Person person, List<String> paths) {
    for (String path : paths) {
      Window window = browsing.window(person);
      List<String> statements = Statements.ofPages(() -> window.go(path));
      assertThat(statements).as(path).hasSizeBetween(2, Statements.MAX_PAGE_SIZE);
      assertThat(window.transferredBytes()).as(path).isBetween(1_000L, Window.MAX_INITIAL_BYTES);
    }
  }

  private static String agentWithBudget(Person person, String name) {
    String json = "{\"name\":\"" + name + "\",\"monthlyBudgetCents\":500,\"budgetMode\":\"warn\"}";
    return person.api().post("/api/agents", json).ok(201).path("id").asString();
  }
}
