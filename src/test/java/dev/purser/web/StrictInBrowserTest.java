package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Strict budgets, doubt and notices, as a visitor has them. */
class StrictInBrowserTest {
  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
  }

  static List<Look> withAndWithoutScripts() {
    return List.of(Look.LIGHT, Look.LIGHT.withoutScripts());
  }

  /** Three quarters are used, a call has broken off. */
  private static StrictStory crossed() {
    StrictStory story = StrictStory.of(browsing.newPerson());
    for (int i = 0; i < 6; i++) {
      story.spend();
    }
    story.breakOff();
    return story.budget(64, "strict").agentBudget(64, "strict");
  }

  private static Locator button(Window window, String name) {
    return window
        .page()
        .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(false));
  }

  private static Locator budget(Window window) {
    return window.page().getByLabel("Monthly Budget", new Page.GetByLabelOptions().setExact(true));
  }

  private static BoundingBox box(Window window, String part) {
    BoundingBox box = window.page().locator("#budget-bar .gauge " + part).boundingBox();
    assertThat(box).as(part).isNotNull();
    return box;
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanTellWhatIsSpentHeldAndInDoubt(Look look) {
    StrictStory story = StrictStory.of(browsing.newPerson());
    for (int i = 0; i < 6; i++) {
      story.spend();
    }
    story.breakOff();
    try (StrictStory.Running _ = story.run()) {
      story.budget(64, "strict").agentBudget(64, "strict");
      for (String path : List.of("/usage", "/settings", "/agents/" + story.agentId())) {
        Window window = browsing.window(story.person(), look).go(path);
        BoundingBox spent = box(window, ".fill-warn");
        BoundingBox held = box(window, ".fill-held");
        BoundingBox doubt = box(window, ".fill-doubt");
        // One after the other, each wide enough to be seen.
        assertThat(spent.width).isGreaterThan(100);
        assertThat(held.width).isGreaterThan(10);
        assertThat(doubt.width).isGreaterThan(10);
        assertThat(held.x).isBetween(spent.x + spent.width - 1, spent.x + spent.width + 1);
        assertThat(doubt.x).isBetween(held.x + held.width - 1, held.x + held.width + 1);
        assertThat(window.page().locator("#budget-bar .gauge-words .swatch")).hasCount(3);
        assertThat(button(window, "Release what is in doubt")).isVisible();
        if (!path.startsWith("/agents")) {
          assertThat(window.page().locator("#notices")).containsText("75 % of the");
        }
        window.assertAccessible();
        window.assertFits();
        window.close();
      }
      Window agents = browsing.window(story.person(), look).go("/agents");
      agents.assertAccessible();
      agents.assertFits();
    }
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void whatIsInDoubtIsReleasedByOneClick(Look look) {
    StrictStory story = crossed();
    Window window = browsing.window(story.person(), look).go("/settings");
    if (look.scripts()) {
      budget(window).fill("12.34");
    }
    button(window, "Release what is in doubt").click();
    assertThat(window.page().locator("#budget-remarks")).containsText("of 1 call.");
    assertThat(window.page().locator("#budget-remarks").getByText("Released")).isVisible();
    assertThat(window.page().locator("#budget-bar .gauge-words .swatch")).hasCount(1);
    assertThat(button(window, "Release what is in doubt")).hasCount(0);
    if (look.scripts()) {
      assertThat(window.page().locator("#said")).containsText("Released");
      // What was being typed elsewhere is still there.
      assertThat(budget(window)).hasValue("12.34");
    }
    assertThat(story.person().summary().path("doubtCents").asDecimal()).isZero();
  }

  @ParameterizedTest
  @MethodSource("withAndWithoutScripts")
  void aNoticeIsToldOnceAndPutAwayByOneClick(Look look) {
    StrictStory story = crossed();
    Window window = browsing.window(story.person(), look).go("/usage");
    assertThat(window.page().getByText("75 % of the")).isVisible();
    button(window, "Put away:").click();
    assertThat(button(window, "Put away:")).hasCount(0);
    assertThat(window.page().locator("#notices")).isHidden();
    window.go("/settings");
    assertThat(window.page().locator("#notices")).isHidden();
  }

  @Test
  void aSmallerBudgetIsNewsAtOnce() {
    StrictStory story = StrictStory.of(browsing.newPerson());
    story.spend();
    Window window = browsing.window(story.person()).go("/settings");
    assertThat(window.page().locator("#notices")).isHidden();
    budget(window).fill("0.09");
    window.page().locator("#llm-save").click();
    assertThat(window.page().locator("#notices").getByText("budget is used:")).isVisible();
    assertThat(window.page().locator("#llm")).containsText("Saved");
  }

  @Test
  void aStoppedBudgetAdmitsCallsAgainByOneClick() {
    StrictStory story = StrictStory.of(browsing.newPerson()).budget(500, "strict");
    story.costTooMuch();
    Window window = browsing.window(story.person()).go("/usage");
    assertThat(window.page().getByText("Stopped: a call has cost more")).isVisible();
    window.assertAccessible();
    button(window, "Admit calls again").click();
    assertThat(window.page().locator("#budget-remarks").getByText("Calls are admitted again."))
        .isVisible();
    assertThat(button(window, "Admit calls again")).hasCount(0);
    assertThat(story.post(10, "hi").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("looks")
  void aRefusedCallCanBeReadByEverybody(Look look) {
    StrictStory story = StrictStory.of(browsing.newPerson()).budget(20, "strict");
    story.spend();
    story.breakOff();
    Window window = browsing.window(story.person(), look);
    window.go("/calls/" + Story.id(story.post(32_000, "hi")));
    assertThat(window.page().getByText("Longest answer that was affordable")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }
}
