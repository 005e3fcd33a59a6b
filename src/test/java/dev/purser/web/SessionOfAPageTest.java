package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.people.Sessions;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.running.Statements;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What pages do with the session of whoever reads them, at a time that the test sets. */
class SessionOfAPageTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-22T14:05:00Z"));

  private RunningPurser start(TestDatabase.Kind kind) {
    return RunningPurser.start(kind, Map.of(), now::get);
  }

  private void after(Duration time) {
    now.updateAndGet(then -> then.plus(time));
  }

  @ParameterizedTest
  @EnumSource
  void aPageOfASpaceWithoutCallsAsksTheDatabaseAtMostSixTimesTheFirstTimeAndLater(
      TestDatabase.Kind kind) {
    try (RunningPurser purser = start(kind)) {
      Person person = purser.newPerson();
      List<String> paths =
          List.of(
              "/usage",
              "/agents/" + person.agent("support-bot"),
              "/agents",
              "/calls",
              "/prices",
              "/settings",
              "/start");
      String cookie = purser.sessionCookie(person);
      Http http = new Http(purser.url(), null);
      for (int i = 0; i < 2; i++) {
        for (String path : paths) {
          after(Duration.ofMinutes(11));
          assertThat(
                  Statements.ofPages(
                      () -> assertThat(http.get(path, "cookie", cookie).status()).isEqualTo(200)))
              .as(path)
              .hasSizeBetween(1, Statements.MAX_PAGE_SIZE);
        }
      }
    }
  }

  @Test
  void whatAPageAsksByItselfKeepsNoSessionAlive() {
    try (RunningPurser purser = start(TestDatabase.Kind.SQLITE)) {
      Person person = purser.newPerson();
      String polled = purser.sessionCookie(person);
      String used = purser.sessionCookie(person);
      Http http = new Http(purser.url(), null);
      after(Sessions.IDLE.minusMinutes(1));
      for (String path : List.of("/calls/newer", "/start/first-call", "/overspend/now")) {
        assertThat(http.get(path, "cookie", polled, "x-purser-poll", "1").status())
            .as(path)
            .isIn(200, 204, 404);
      }
      assertThat(http.get("/calls", "cookie", polled, "x-purser-poll", "1").status())
          .isEqualTo(200);
      assertThat(http.get("/calls", "cookie", used).status()).isEqualTo(200);
      // The use is written before what is written next.
      purser.sessionCookie(person);

      after(Duration.ofMinutes(1));
      assertThat(http.get("/calls", "cookie", polled).status()).isEqualTo(303);
      assertThat(http.get("/calls", "cookie", used).status()).isEqualTo(200);
    }
  }
}
