package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.config.Settings.InvalidSetting;
import dev.purser.people.OneTimeLinks;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who tries passwords in vain locks out nobody else. */
class LockedOutTest {
  private static final String WRONG = "not the right password";
  private static final String STRANGER = "203.0.113.9";
  private static final String ADA = "198.51.100.7";

  private static RunningPurser behindProxy() {
    return RunningPurser.start(
        TestDatabase.Kind.SQLITE, Map.of("PURSER_TRUSTED_PROXIES", "127.0.0.1, ::1"));
  }

  /** Signs in by way of a proxy that says whom it forwards for. */
  private static int signIn(Visit visit, String from, String email, String password) {
    Map<String, String> form =
        Visit.filled(
            visit.get("/sign-in").text(), "/sign-in", "email", email, "password", password);
    return visit.send("/sign-in", form, "x-forwarded-for", from).status();
  }

  @Test
  void aStrangerBehindTheSameProxyLocksNobodyOut() {
    try (RunningPurser purser = behindProxy()) {
      String ada = purser.newPerson().email();
      String bob = purser.newPerson().email();
      Visit stranger = new Visit(purser.url());
      for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
        // Whatever the stranger puts before it, the proxy adds where it was called from.
        signIn(stranger, "192.0.2." + i + ", " + STRANGER, ada, WRONG);
      }
      assertThat(signIn(new Visit(purser.url()), STRANGER, bob, Person.PASSWORD)).isEqualTo(429);
      assertThat(signIn(new Visit(purser.url()), ADA, ada, Person.PASSWORD)).isEqualTo(303);
      assertThat(signIn(new Visit(purser.url()), ADA, bob, Person.PASSWORD)).isEqualTo(303);
    }
  }

  @Test
  void aBrowserThatHasSignedInBeforeIsNotLockedOutByOthers() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      String ada = purser.newPerson().email();
      String bob = purser.newPerson().email();
      Visit known = new Visit(purser.url());
      assertThat(known.signIn(ada, Person.PASSWORD).status()).isEqualTo(303);
      known.submit("/password", "/sign-out");
      Visit bobs = new Visit(purser.url());
      assertThat(bobs.signIn(bob, Person.PASSWORD).status()).isEqualTo(303);
      bobs.submit("/password", "/sign-out");

      Visit stranger = new Visit(purser.url());
      for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
        stranger.signIn(ada, WRONG);
      }

      assertThat(new Visit(purser.url()).signIn(ada, Person.PASSWORD).status()).isEqualTo(429);
      assertThat(bobs.signIn(ada, Person.PASSWORD).status())
          .as("in a browser that is known for somebody else")
          .isEqualTo(429);
      assertThat(known.signIn(ada, WRONG).status()).isEqualTo(422);
      assertThat(known.signIn(ada, Person.PASSWORD).status()).isEqualTo(303);
    }
  }

  @Test
  void aKnownBrowserHasItsOwnLimit() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      String ada = purser.newPerson().email();
      Visit stolen = new Visit(purser.url());
      assertThat(stolen.signIn(ada, Person.PASSWORD).status()).isEqualTo(303);
      stolen.submit("/password", "/sign-out");
      for (int i = 0; i < PasswordAttempts.MAX_FROM_BROWSER; i++) {
        assertThat(stolen.signIn(ada, WRONG).status()).isEqualTo(422);
      }
      assertThat(stolen.signIn(ada, Person.PASSWORD).status()).isEqualTo(429);
      assertThat(new Visit(purser.url()).signIn(ada, Person.PASSWORD).status()).isEqualTo(303);
    }
  }

  @Test
  void whoIsLockedOutGetsInByALinkOfTheOperatorsAndIsKnownFromThenOn() {
    try (RunningPurser purser = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      Person ada = purser.newPerson();
      Visit stranger = new Visit(purser.url());
      for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
        stranger.signIn(ada.email(), WRONG);
      }
      Visit visit = new Visit(purser.url());
      assertThat(visit.signIn(ada.email(), Person.PASSWORD).status()).isEqualTo(429);
      // As the command makes it, beside the server and not in it.
      String link =
          new OneTimeLinks(purser.database().database(), InstantSource.system(), new SecureRandom())
              .make(ada.userId());
      assertThat(visit.get(link).status()).isEqualTo(303);
      assertThat(visit.get("/password").status()).isEqualTo(200);
      assertThat(stranger.get(link).status()).isEqualTo(403);
      visit.submit("/password", "/sign-out");
      assertThat(visit.signIn(ada.email(), Person.PASSWORD).status()).isEqualTo(303);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy.example.org", "10.0.0.0/40", "10.0.0.1;10.0.0.2"})
  void aMistakenListOfProxiesStopsTheStart(String proxies) {
    assertThatThrownBy(() ->
            RunningPurser.start(
                TestDatabase.Kind.SQLITE, Map.of("PURSER_TRUSTED_PROXIES", proxies)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining("PURSER_TRUSTED_PROXIES must be addresses or networks");
  }
}
