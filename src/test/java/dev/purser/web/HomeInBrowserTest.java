package dev.purser.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.Statements;
import dev.purser.web.browsing.Browsing;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first page, as a visitor has it. */
class HomeInBrowserTest {
  private static final long MOST_BYTES = 300 * 1024;
  private static final int MOST_STATEMENTS = 6;

  @RegisterExtension static final Browsing browsing = new Browsing();

  static List<Look> looks() {
    return List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());
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
  @MethodSource("looks")
  void everybodyCanReadIt(Look look) {
    Window window = browsing.window(somebodyWithACall(), look).go("/");
    assertThat(window.page().getByText("support-bot")).isVisible();
    window.assertAccessible();
    window.assertFits();
  }

  @Test
  void itsFirstLoadIsSmall() {
    Window window = browsing.window(browsing.newPerson()).go("/");
    assertThat(window.transferredBytes()).isBetween(1_000L, MOST_BYTES);
  }

  @Test
  void itAsksTheDatabaseFewTimes() {
    Window window = browsing.window(somebodyWithACall());
    assertThat(Statements.ofPages(() -> window.go("/")))
        .hasSizeBetween(2, MOST_STATEMENTS)
        .anyMatch(statement -> statement.contains("FROM sessions"));
  }
}
