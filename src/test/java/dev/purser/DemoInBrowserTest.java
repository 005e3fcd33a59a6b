package dev.purser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.purser.running.RunningPurser;
import dev.purser.running.Statements;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page with the demo's month on it: the fullest that they are seen by most people. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoInBrowserTest {

  /** With what a page folds away in sight, too. */
  private static final String UNFOLD =
      "() => document.querySelectorAll('main details').forEach(each => { each.open = true })";

  @RegisterExtension static final Browsing browsing = new Browsing();

  private Demo demo;
  private List<String> pages;

  @BeforeAll
  void start(@TempDir Path folder) {
    demo =
        Demo.start(
            Map.of("PURSER_PORT", "0"),
            folder.resolve("demo-data"),
            SandboxOptions.instant(),
            InstantSource.system());
    String spaceId = demo.user().spaceId();
    YearMonth month = YearMonth.from(Instant.now().atZone(ZoneOffset.UTC));
    pages = new ArrayList<>();
    pages.addAll(
        List.of(
            "/usage",
            "/usage?by=agent&sort=-requests",
            "/usage?month=" + month.minusMonths(1),
            "/calls",
            "/calls?state=refused",
            "/agents",
            "/prices",
            "/settings",
            "/start",
            "/overspend",
            "/access-tokens",
            "/password"));
    pages.add("/agents/" + demo.app().rooms().agents().list(spaceId, false).getFirst().id());
  }

  @AfterAll
  void stop() {
    demo.close();
  }

  /** Of the demo's user, still empty. */
  private Window window(Look look) {
    return browsing
        .window(demo.app().address().url(), look)
        .withCookie(RunningPurser.sessionCookie(demo.app(), demo.user().id()));
  }

  static Stream<Look> looks() {
    return Stream.of(Look.LIGHT, Look.DARK.phone());
  }

  @ParameterizedTest
  @MethodSource("looks")
  void everybodyCanReadEveryPageOfAFullMonth(Look look) {
    Window window = window(look);
    assertAll(
        pages.stream()
            .map(page ->
                () -> {
                  window.go(page);
                  window.page().evaluate(UNFOLD);
                  window.assertFits();
                  window.assertAccessible();
                }));
  }

  @Test
  void everyPageOfAFullMonthIsSmallAndAsksTheDatabaseLittle() {
    for (String page : pages) {
      Window window = window(Look.LIGHT);
      List<String> statements = Statements.ofPages(() -> window.go(page));
      assertThat(statements).as(page).hasSizeBetween(1, Statements.MAX_PAGE_SIZE);
      assertThat(window.transferredBytes()).as(page).isBetween(1L, Window.MAX_INITIAL_BYTES);
      window.close();
    }
  }
}
