package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.TokenCreated;
import dev.purser.people.Users;
import dev.purser.running.Http;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.TestDatabase;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a person's access: a new password, an expiry, an operator who disables them. */
class LosingAccessTest {
  private static final String EMAIL = "ada@example.org";
  private static final String NEXT = "another long enough password";

  private static Visit signedIn(TestApi api) {
    Visit visit = new Visit(api.url());
    assertThat(visit.signIn(EMAIL, TestApi.PASSWORD).status()).isEqualTo(303);
    return visit;
  }

  private static int me(Http http) {
    return http.get("/api/me").status();
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whoChangesThePasswordIsOfferedToRevokeTheAccessTokensToo(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      TestApi.Person bob = api.newPerson("bob@example.org");
      Visit visit = signedIn(api);
      Visit elsewhere = signedIn(api);
      String link = api.signInLinks().make(ada.user().id());
      String page = visit.get("/password").text();
      assertThat(page).contains("Revoke 2 access tokens, too.");

      Http.Answer kept =
          visit.submit(
              "/password", "/password", "present", TestApi.PASSWORD, "next", NEXT, "again", NEXT);
      assertThat(kept.status()).isEqualTo(303);
      assertThat(visit.get("/password?changed=yes").text())
          .contains("2 access tokens go on working");
      assertThat(new Visit(api.url()).get(link).status()).as("a link of before").isEqualTo(403);
      assertThat(me(ada.read())).isEqualTo(200);
      assertThat(elsewhere.get("/password").status()).isEqualTo(303);

      Http.Answer revoked =
          visit.submit(
              "/password",
              "/password",
              "present",
              NEXT,
              "next",
              TestApi.PASSWORD,
              "again",
              TestApi.PASSWORD,
              "tokens",
              "revoke");
      assertThat(revoked.status()).isEqualTo(303);
      assertThat(visit.get("/password?changed=yes").text())
          .contains("No access token of yours works.")
          .doesNotContain("Revoke 2");
      assertThat(me(ada.read())).isEqualTo(401);
      assertThat(me(ada.manage())).isEqualTo(401);
      assertThat(me(bob.read())).as("another's").isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aWrongPresentPasswordRevokesNothing(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      Http.Answer refused =
          signedIn(api)
              .submit(
                  "/password",
                  "/password",
                  "present",
                  "not the right password",
                  "next",
                  NEXT,
                  "again",
                  NEXT,
                  "tokens",
                  "revoke");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.text()).as("what was ticked stays so").containsPattern("revoke\" checked");
      assertThat(me(ada.manage())).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anAccessTokenIsRefusedFromTheMomentItExpires(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      Instant soon = Instant.now().plus(Duration.ofDays(2));
      Http.Answer made =
          ada.manage()
              .post(
                  "/api/access-tokens",
                  "{\"name\":\"soon\",\"scope\":\"read\",\"expiresAt\":\"" + soon + "\"}");
      assertThat(made.status()).isEqualTo(201);
      String secret = made.json().path("secret").asString();
      assertThat(Instant.parse(made.json().path("expiresAt").asString()))
          .isEqualTo(Instant.ofEpochMilli(soon.toEpochMilli()));
      assertThat(me(new Http(api.url(), secret))).isEqualTo(200);

      Database another = api.anotherProcess();
      assertThat(tokens(another, soon.minusMillis(1)).find(secret)).isPresent();
      assertThat(tokens(another, soon).find(secret)).isEmpty();
      assertThat(tokens(another, soon).list(ada.spaceId()).getLast().name())
          .as("listed last")
          .isEqualTo("soon");

      for (String wrong : new String[] {"\"yesterday\"", "\"2020-01-01T00:00:00Z\"", "7"}) {
        Http.Answer refused =
            ada.manage()
                .post(
                    "/api/access-tokens",
                    "{\"name\":\"x\",\"scope\":\"read\",\"expiresAt\":" + wrong + "}");
        assertThat(refused.status()).as(wrong).isEqualTo(400);
        assertThat(refused.json().path("field").asString()).isEqualTo("expiresAt");
      }
    }
  }

  private static AccessTokens tokens(Database database, Instant now) {
    InstantSource clock = InstantSource.fixed(now);
    SecureRandom random = new SecureRandom();
    return new AccessTokens(database, new Ids(clock, random), clock, random);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aTokenThatIsMadeOnThePageExpiresWhenItIsSaidTo(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      Visit visit = signedIn(api);
      visit.submit(
          "/access-tokens", "/access-tokens", "name", "month", "scope", "read", "days", "30");
      assertThat(visit.get("/access-tokens").text()).containsPattern("<span>expires [^<]+</span>");
      AccessToken month =
          tokens(api.anotherProcess(), Instant.now()).list(ada.spaceId()).getFirst();
      assertThat(month.name()).isEqualTo("month");
      assertThat(month.expiresAt())
          .isBetween(
              month.createdAt().plus(Duration.ofDays(30)).minusSeconds(60),
              month.createdAt().plus(Duration.ofDays(30)));
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void expiredTokensLeaveRoomForOthers(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      Database another = api.anotherProcess();
      Instant now = Instant.now();
      TokenCreated last = null;
      for (int i = 0; i < 98; i++) {
        last =
            tokens(another, now)
                .create(ada.user(), "t" + i, AccessToken.Scope.READ, now.plusSeconds(60));
      }
      assertThat(last).isInstanceOf(TokenCreated.Created.class);
      assertThat(tokens(another, now).create(ada.user(), "more", AccessToken.Scope.READ))
          .isInstanceOf(TokenCreated.Refused.class);
      assertThat(
              tokens(another, now.plusSeconds(61))
                  .create(ada.user(), "more", AccessToken.Scope.READ))
          .isInstanceOf(TokenCreated.Created.class);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aDisabledUserIsLetInNowhereUntilTheyAreEnabled(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      TestApi.Person ada = api.newPerson(EMAIL);
      TestApi.Person bob = api.newPerson("bob@example.org");
      Visit visit = signedIn(api);
      assertThat(visit.get("/password").status()).isEqualTo(200);
      String link = api.signInLinks().make(ada.user().id());

      Users beside = users(api.anotherProcess());
      assertThat(beside.disable("ADA@example.org")).isPresent();

      assertThat(visit.get("/password").status()).isEqualTo(303);
      assertThat(me(ada.manage())).isEqualTo(401);
      Visit again = new Visit(api.url());
      Http.Answer refused = again.signIn(EMAIL, TestApi.PASSWORD);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).contains("This user is disabled.");
      assertThat(again.signIn(EMAIL, "not the right password").text())
          .as("who does not know the password is not told")
          .contains("do not belong together");
      Visit linked = new Visit(api.url());
      linked.get(link);
      assertThat(linked.get("/password").status()).isEqualTo(303);
      assertThat(me(bob.manage())).isEqualTo(200);

      assertThat(beside.enable(EMAIL)).isPresent();
      assertThat(me(ada.manage())).isEqualTo(200);
      assertThat(linked.get("/password").status())
          .as("what was opened meanwhile opens nothing")
          .isEqualTo(303);
      assertThat(visit.get("/password").status()).isEqualTo(303);
      assertThat(signedIn(api).get("/password").status()).isEqualTo(200);
      assertThat(beside.disable("nobody@example.org")).isEmpty();
    }
  }

  private static Users users(Database database) {
    return new Users(
        database, new Ids(InstantSource.system(), new SecureRandom()), InstantSource.system());
  }
}
