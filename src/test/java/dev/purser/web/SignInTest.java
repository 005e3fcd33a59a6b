package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.people.Sessions;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in and out by the pages, changing the password, and what becomes of sessions. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInTest {
  private static final String WRONG = "not the right password";

  private final AtomicInteger people = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private TestApi api;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
  }

  @AfterAll
  void stop() {
    threads.close();
    api.close();
  }

  private Visit visit() {
    return new Visit(api.url());
  }

  /** A new user's e-mail. */
  private String person() {
    return api.newPerson("person" + people.incrementAndGet() + "@example.org").user().email();
  }

  private Visit signedIn(String email) {
    Visit visit = visit();
    assertThat(visit.signIn(email, TestApi.PASSWORD).status()).isEqualTo(303);
    return visit;
  }

  private static boolean isSignedIn(Visit visit) {
    return visit.get("/password").status() == 200;
  }

  @Test
  void theRightPasswordSignsInUnderNewIds() {
    String email = person();
    Visit visit = signedIn(email);
    Visit stolen = visit.copy();
    Http.Answer again = signInAgain(visit, email);

    assertThat(visit.cookie(Sessions.COOKIE)).isNotEqualTo(stolen.cookie(Sessions.COOKIE));
    assertThat(visit.cookie(Visitors.VISIT_COOKIE))
        .isNotEqualTo(stolen.cookie(Visitors.VISIT_COOKIE));
    assertThat(isSignedIn(visit)).isTrue();
    assertThat(isSignedIn(stolen)).isFalse();
    assertThat(again.response().headers().allValues("set-cookie"))
        .hasSize(2)
        .allSatisfy(cookie ->
            assertThat(cookie)
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Lax", "Path=/")
                .doesNotContain("Domain"));
  }

  /** By a link, as the page itself leads whoever is signed in away. */
  private Http.Answer signInAgain(Visit visit, String email) {
    String userId = api.webParts().users().findByEmail(email).orElseThrow().id();
    return visit.get(api.signInLinks().make(userId));
  }

  @Test
  void whoeverOnlyLooksWhereALinkLeadsDoesNotUseItUp() {
    String userId = api.webParts().users().findByEmail(person()).orElseThrow().id();
    String link = api.signInLinks().make(userId);
    assertThat(visit().head(link).status()).isEqualTo(200);
    Visit visit = visit();
    assertThat(visit.get(link).status()).isEqualTo(303);
    assertThat(isSignedIn(visit)).isTrue();
  }

  @Test
  void ofAPasswordThatWasSentWithoutASessionNothingIsSaidThatMayBeUntrue() {
    Http.Answer late = visit().send("/password", Map.of());
    assertThat(late.header("location")).startsWith("/sign-in?notice=password");
    assertThat(visit().get(late.header("location")).text())
        .contains("If you were changing your password, sign in with the new one")
        .doesNotContain("nothing was changed");
  }

  @Test
  void aWrongPasswordAndAnUnknownEmailGetTheSameAnswer() {
    String email = person();
    Http.Answer wrong = visit().signIn(email, WRONG);
    Http.Answer unknown = visit().signIn("nobody@example.org", WRONG);

    assertThat(wrong.status()).isEqualTo(422);
    assertThat(unknown.status()).isEqualTo(422);
    assertThat(wrong.text())
        .contains("do not belong together", "value=\"" + email + "\"")
        .doesNotContain(WRONG);
    assertThat(comparable(unknown, "nobody@example.org")).isEqualTo(comparable(wrong, email));
  }

  private static String comparable(Http.Answer answer, String email) {
    return answer.text().replace(email, "…").replaceAll("name=\"form_\\w+\" value=\"[^\"]*\"", "…");
  }

  @Test
  void afterTenWrongPasswordsTheEmailWaitsHoweverManyComeAtOnce() {
    String email = person();
    Visit visit = visit();
    String page = visit.get("/sign-in").text();
    List<CompletableFuture<Http.Answer>> all = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      Map<String, String> form =
          Visit.filled(page, "/sign-in", "email", email, "password", WRONG, "form_id", "guess" + i);
      all.add(CompletableFuture.supplyAsync(() -> visit.copy().send("/sign-in", form)));
    }
    List<Integer> statuses = all.stream().map(answer -> answer.join().status()).toList();

    assertThat(statuses).containsOnly(422, 429);
    assertThat(statuses.stream().filter(status -> status == 422))
        .hasSize(PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS);
    Http.Answer right =
        visit().signIn(" " + email.toUpperCase(java.util.Locale.ROOT), TestApi.PASSWORD);
    assertThat(right.status()).isEqualTo(429);
    assertThat(right.text()).contains("Try again in 15 minutes.");
    assertThat(isSignedIn(signedIn(person()))).isTrue();
  }

  @Test
  void anEmailThatIsNobodysForItsLengthIsRefusedAndNotCounted() {
    String email = "a".repeat(243) + "@example.org";
    for (int i = 0; i <= PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS; i++) {
      Http.Answer answer = visit().signIn(email, WRONG);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.text()).contains("do not belong together");
    }
  }

  @Test
  void aDoubleClickOnSignInSignsIn() {
    String email = person();
    Visit visit = visit();
    Map<String, String> form =
        Visit.filled(
            visit.get("/sign-in").text(), "/sign-in", "email", email, "password", TestApi.PASSWORD);
    Visit lost = visit.copy();
    List<CompletableFuture<Visit>> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Visit half = visit.copy();
      both.add(
          CompletableFuture.supplyAsync(() -> {
            assertThat(half.send("/sign-in", form).status()).isEqualTo(303);
            return half;
          }));
    }
    assertThat(both).allMatch(half -> isSignedIn(half.join()));

    // The browser has given up the first half's answer, and its cookies with it.
    Http.Answer second = lost.send("/sign-in", form);
    assertThat(second.header("location")).isEqualTo("/");
    assertThat(isSignedIn(lost)).isTrue();
    // The browser has read them before it sent the second half.
    Http.Answer third = lost.send("/sign-in", form);
    assertThat(third.status()).isEqualTo(303);
    assertThat(third.header("location")).isEqualTo("/");
    assertThat(isSignedIn(lost)).isTrue();
  }

  @Test
  void whenManyPasswordsComeAtOnceSomeAreSentAwayAndOtherPagesDoNotWait() {
    String email = person();
    Visit visit = visit();
    String page = visit.get("/sign-in").text();
    CompletableFuture<Void> held = new CompletableFuture<>();
    CompletableFuture<Http.Answer> sentAway = new CompletableFuture<>();
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    try {
      CompletableFuture<Void> begun = new CompletableFuture<>();
      threads.execute(() ->
          api.database()
              .write(handle -> {
                begun.complete(null);
                return held.join();
              }));
      begun.join();
      // Who knows the password waits for the session to be written; the others wait behind them.
      Await.until(
          "one is sent away",
          Duration.ofSeconds(60),
          () -> {
            Map<String, String> form =
                Visit.filled(
                    page,
                    "/sign-in",
                    "email",
                    all.size() < 2 ? email : "nobody",
                    "password",
                    TestApi.PASSWORD,
                    "form_id",
                    "one" + all.size());
            all.add(
                CompletableFuture.supplyAsync(
                    () -> {
                      Http.Answer answer = visit.copy().send("/sign-in", form);
                      if (answer.status() == 503) {
                        sentAway.complete(answer);
                      }
                      return answer.status();
                    },
                    threads));
            return sentAway.isDone();
          });
      assertThat(sentAway.join().text())
          .contains("Too many passwords at once", "Nothing was changed.");
      assertThat(visit.get("/sign-in").status()).isEqualTo(200);
    } finally {
      held.complete(null);
    }
    assertThat(all).map(CompletableFuture::join).containsOnly(303, 422, 503);
  }

  @Test
  void whatWasRefusedCountsAsACallForTheMenu() {
    TestApi.Person ada = api.newPerson("person" + people.incrementAndGet() + "@example.org");
    Visit visit = signedIn(ada.user().email());
    assertThat(visit.get("/password").text()).contains("href=\"/start\"");
    api.refusedCall(ada, api.newCaller(ada, "support-bot"));
    assertThat(visit.get("/password").text()).doesNotContain("href=\"/start\"");
  }

  @Test
  void whoAskedForAPageGetsThereAfterSigningIn() {
    String email = person();
    Visit visit = visit();
    String signIn = visit.get("/access-tokens?revoke=x&a=b").header("location");
    Http.Answer done =
        visit.submit(signIn, "/sign-in", "email", email, "password", TestApi.PASSWORD);

    assertThat(done.header("location")).isEqualTo("/access-tokens?revoke=x&a=b");
    assertThat(visit.get("/sign-in?to=/password").header("location")).isEqualTo("/password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nset-cookie: x=y"
      })
  void signingInLeadsNowhereElse(String to) {
    Http.Answer done =
        visit()
            .submit(
                "/sign-in", "/sign-in", "email", person(), "password", TestApi.PASSWORD, "to", to);
    assertThat(done.header("location")).isEqualTo("/");
  }

  @Test
  void aFormOfASessionThatEndedLeadsToSignInAndThenBackToItsPage() {
    Visit visit = signedIn(person());
    Map<String, String> form = Visit.filled(visit.get("/access-tokens").text(), "/access-tokens");
    Map<String, String> signOut = Visit.filled(visit.get("/password").text(), "/sign-out");
    visit.copy().send("/sign-out", signOut);

    Http.Answer plain = visit.send("/access-tokens", form, "referer", api.url() + "/access-tokens");
    assertThat(plain.status()).isEqualTo(303);
    assertThat(plain.header("location")).isEqualTo("/sign-in?notice=session&to=%2Faccess-tokens");
    Http.Answer part =
        visit.send(
            "/access-tokens",
            form,
            "hx-request",
            "true",
            "hx-current-url",
            api.url() + "/access-tokens?revoked=any");
    assertThat(part.header("hx-redirect"))
        .isEqualTo("/sign-in?notice=session&to=%2Faccess-tokens%3Frevoked%3Dany");
    assertThat(part.text()).isEmpty();
    assertThat(visit.get(plain.header("location")).text())
        .contains("Your session had ended, so nothing was changed.")
        .contains("name=\"to\" value=\"/access-tokens\"");
  }

  @Test
  void signingOutEndsTheSession() {
    Visit visit = signedIn(person());
    Visit stolen = visit.copy();
    Http.Answer out = visit.submit("/password", "/sign-out");

    assertThat(out.header("location")).isEqualTo("/sign-in?notice=signed-out");
    assertThat(visit.cookie(Sessions.COOKIE)).isNull();
    assertThat(isSignedIn(stolen)).isFalse();
  }

  @Test
  void signingOutEverywhereEndsAllSessionsOfThisUser() {
    String email = person();
    Visit other = signedIn(email);
    Visit someoneElse = signedIn(person());
    Visit visit = signedIn(email);
    visit.submit("/password", "/sign-out-everywhere");

    assertThat(isSignedIn(visit)).isFalse();
    assertThat(isSignedIn(other)).isFalse();
    assertThat(isSignedIn(someoneElse)).isTrue();
  }

  @Test
  void aNewPasswordReplacesTheOldOneAndEndsEveryOtherSession() {
    String email = person();
    Visit other = signedIn(email);
    Visit visit = signedIn(email);
    Visit stolen = visit.copy();
    String next = "another long password";
    Http.Answer changed = change(visit, TestApi.PASSWORD, next, next);

    assertThat(changed.status()).isEqualTo(303);
    assertThat(visit.get(changed.header("location")).text()).contains("Your password is changed.");
    assertThat(isSignedIn(other)).isFalse();
    assertThat(isSignedIn(stolen)).isFalse();
    assertThat(visit().signIn(email, TestApi.PASSWORD).status()).isEqualTo(422);
    assertThat(visit().signIn(email, next).status()).isEqualTo(303);
  }

  @Test
  void aPasswordIsChangedOnlyByWhoKnowsItAndOnlyToOneThatWillDo() {
    String email = person();
    Visit visit = signedIn(email);
    String next = "another long password";

    Http.Answer wrong = change(visit, WRONG, next, next);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text())
        .contains("This is not your present password.")
        .doesNotContain(WRONG, next);
    assertThat(change(visit, TestApi.PASSWORD, "short", "short").text())
        .contains("12 to 200 characters");
    assertThat(change(visit, TestApi.PASSWORD, next, next + "!").text())
        .contains("not the same password");
    assertThat(visit().signIn(email, TestApi.PASSWORD).status()).isEqualTo(303);
  }

  @Test
  void thePresentPasswordCannotBeGuessedThere() {
    Visit visit = signedIn(person());
    String next = "another long password";
    for (int i = 0; i < PasswordAttempts.MAX_FOR_EMAIL_FROM_ADDRESS; i++) {
      assertThat(change(visit, WRONG, next, next).status()).isEqualTo(422);
    }
    assertThat(change(visit, TestApi.PASSWORD, next, next).status()).isEqualTo(429);
  }

  private static Http.Answer change(Visit visit, String present, String next, String again) {
    return visit.submit("/password", "/password", "present", present, "next", next, "again", again);
  }
}
