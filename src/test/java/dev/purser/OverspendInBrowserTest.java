package dev.purser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.purser.running.Statements;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** "Try to overspend", in a browser. */
class OverspendInBrowserTest {
  private static final int A_WHOLE_TRY_MILLIS = 120_000;

  @RegisterExtension static final Browsing browsing = new Browsing();

  @TempDir private Path folder;

  private static Window window(Demo demo, Look look) {
    URI link = demo.app().signInLink(demo.user().id());
    return browsing
        .window(demo.app().address().url(), look)
        .go(link.getRawPath() + "?" + link.getRawQuery())
        .go("/overspend");
  }

  private static void assertReadable(List<Window> windows) {
    for (Window window : windows) {
      window.assertAccessible();
      window.assertFits();
    }
  }

  @Test
  void theTryIsSeenFromItsButtonToItsVerdictByEverybody() {
    try (Demo demo =
        Demo.start(
            Map.of("PURSER_PORT", "0"),
            folder.resolve("demo-data"),
            SandboxOptions.instant(),
            InstantSource.system())) {
      List<Window> windows = new ArrayList<>();
      for (Look look : List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone())) {
        windows.add(window(demo, look));
      }
      assertReadable(windows);
      Window first = windows.getFirst();
      first
          .page()
          .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Try to overspend"))
          .click();
      // Somebody looks at it meanwhile.
      Window dark = windows.get(1).go("/overspend");
      assertThat(dark.page().locator("#overspend[data-live]")).hasCount(1);
      assertReadable(List.of(dark));
      dark.expectConsole("net::ERR_FAILED").page().route("**/overspend/now", Route::abort);
      Locator unreached = dark.page().locator("#overspend.is-unreached > .unreached");
      assertThat(unreached).containsText("Not reached.");
      assertReadable(List.of(dark));
      dark.page().unroute("**/overspend/now");
      assertThat(unreached).hasCount(0);
      Locator verdict = first.page().locator("#overspend .verdict");
      assertThat(verdict)
          .containsText(
              "of $5.00 spent; never above",
              new LocatorAssertions.ContainsTextOptions().setTimeout(A_WHOLE_TRY_MILLIS));
      // It has come about without a reload, and was said aloud.
      assertThat(first.page().locator("#said")).containsText("never above");
      assertThat(first.page().locator("#overspend[data-live]")).hasCount(0);
      windows.forEach(window -> window.go("/overspend"));
      assertReadable(windows);
      first.page().locator("#overspend tbody a").first().click();
      assertThat(first.path()).startsWith("/calls/");
      assertThat(Statements.ofPages(() -> first.go("/overspend")))
          .hasSizeBetween(1, Statements.MAX_PAGE_SIZE);

      // The sample month has calls that a process took with it when it ended.
      first.go("/calls?state=interrupted");
      first.page().locator("tbody a[href^='/calls/']").first().click();
      assertThat(first.page().locator("main")).containsText("nterrupted");
      String interrupted = first.path();
      windows.forEach(window -> window.go(interrupted));
      assertReadable(windows);
      windows.forEach(Window::close);
    }
  }
}
