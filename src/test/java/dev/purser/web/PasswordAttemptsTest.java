package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How often a password may be tried, at a time that the test sets. */
class PasswordAttemptsTest {
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "198.51.100.7";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-22T14:05:00Z"));
  private final PasswordAttempts attempts = new PasswordAttempts(now::get);

  private void after(Duration time) {
    now.updateAndGet(then -> then.plus(time));
  }

  private void useUp(String email) {
    for (int i = 0; i < PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS; i++) {
      assertThat(attempts.begin(email, HERE, null)).isEmpty();
    }
  }

  @Test
  void theWindowBeginsWithTheFirstAttemptAndIsNotProlongedByLaterOnes() {
    useUp("ada@example.org");
    after(Duration.ofMinutes(10));
    assertThat(attempts.begin("ada@example.org", HERE, null)).contains(Duration.ofMinutes(5));
    after(Duration.ofMinutes(5));
    assertThat(attempts.begin("ada@example.org", HERE, null)).isEmpty();
  }

  @Test
  void theSameEmailInOtherLettersIsTheSameEmail() {
    useUp("ada@example.org");
    assertThat(attempts.begin(" ADA@Example.org ", HERE, null)).isPresent();
    assertThat(attempts.begin("bob@example.org", HERE, null)).isEmpty();
  }

  @Test
  void aRightPasswordForgetsTheWrongOnesOfItsEmailFromThere() {
    useUp("ada@example.org");
    attempts.succeeded("ada@example.org", HERE, null);
    useUp("ada@example.org");
  }

  @Test
  void whoGuessesFromElsewhereLocksNobodyOut() {
    useUp("ada@example.org");
    assertThat(attempts.begin("ada@example.org", HERE, null)).isPresent();
    assertThat(attempts.begin("ada@example.org", ELSEWHERE, null)).isEmpty();
  }

  @Test
  void anEmailHasItsLimitWhereverItIsTriedFrom() {
    attempts.begin("ada@example.org", ELSEWHERE, null);
    attempts.succeeded("ada@example.org", ELSEWHERE, null);
    for (int i = 0; i < PasswordAttempts.MAX_FOR_EMAIL; i++) {
      int network = i / PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS;
      assertThat(attempts.begin("ada@example.org", "203.0.113." + network, null)).isEmpty();
    }
    assertThat(attempts.begin("ada@example.org", ELSEWHERE, null))
        .contains(PasswordAttempts.WINDOW);
  }

  @Test
  void whatIsRefusedThereDoesNotCountForTheEmail() {
    for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
      attempts.begin("ada@example.org", HERE, null);
    }
    for (int i = PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS;
        i < PasswordAttempts.MAX_FOR_EMAIL;
        i++) {
      assertThat(attempts.begin("ada@example.org", "203.0.113." + i, null)).isEmpty();
    }
  }

  @Test
  void anAddressHasItsLimitWhateverEmailsItTriesAndOwningOneDoesNotHelp() {
    for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
      assertThat(attempts.begin("own@example.org", HERE, null)).isEmpty();
      attempts.succeeded("own@example.org", HERE, null);
      assertThat(attempts.begin("person" + i + "@example.org", HERE, null)).isEmpty();
    }
    assertThat(attempts.begin("own@example.org", HERE, null)).isPresent();
    assertThat(attempts.begin("ada@example.org", "192.0.2.2", null)).isEmpty();
  }

  @Test
  void aCustomersWholeIpv6NetworkIsOneAddress() {
    for (int i = 0; i < PasswordAttempts.MAX_FROM_ADDRESS; i++) {
      String address = "2001:db8:1:2::" + Integer.toHexString(i + 1);
      assertThat(attempts.begin("person" + i + "@example.org", address, null)).isEmpty();
    }
    assertThat(attempts.begin("ada@example.org", "2001:db8:1:2:ffff::1", null)).isPresent();
    assertThat(attempts.begin("ada@example.org", "2001:db8:1:3::1", null)).isEmpty();
  }
}
