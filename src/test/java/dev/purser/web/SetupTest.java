package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.people.User;
import dev.purser.running.Http;
import dev.purser.running.PurserProcess;
import dev.purser.storage.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Making the first user, from the link that the server prints. */
class SetupTest {
  private static final String EMAIL = "ada@example.org";

  private static Http.Answer setUp(Visit visit, String link, String... fields) {
    return visit.submit(link, "/setup", fields);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void theLinkMakesTheFirstUserWhoIsThenSignedIn(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      Visit visit = new Visit(api.url());
      assertThat(visit.get("/sign-in").text()).contains("There is no user yet");

      Http.Answer done =
          setUp(
              visit,
              api.signInLinks().makeSetup(),
              "email",
              " Ada@Example.org",
              "password",
              TestApi.PASSWORD,
              "again",
              TestApi.PASSWORD);

      assertThat(done.status()).isEqualTo(303);
      assertThat(done.header("location")).isEqualTo("/");
      assertThat(visit.get("/password").text()).contains(EMAIL);
      User user = api.webParts().users().findByEmail(EMAIL).orElseThrow();
      assertThat(user.admin()).isTrue();
      // A command beside the server writes, and the server writes on.
      api.anotherProcess()
          .write(handle -> handle.execute("UPDATE installation SET created_at = created_at + 1"));
      assertThat(new Visit(api.url()).signIn(EMAIL, TestApi.PASSWORD).status()).isEqualTo(303);
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void ofManyWhoSetUpAtOnceOneSucceeds(TestDatabase.Kind kind) {
    try (TestApi api = TestApi.start(kind)) {
      String link = api.signInLinks().makeSetup();
      List<Supplier<Http.Answer>> ready = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Visit visit = new Visit(api.url());
        Map<String, String> form =
            Visit.filled(
                visit.get(link).text(),
                "/setup",
                "email",
                "person" + i + "@example.org",
                "password",
                TestApi.PASSWORD,
                "again",
                TestApi.PASSWORD);
        ready.add(() -> visit.send("/setup", form));
      }
      List<CompletableFuture<Http.Answer>> all =
          ready.stream().map(CompletableFuture::supplyAsync).toList();

      assertThat(all)
          .map(answer -> answer.join().header("location"))
          .containsOnly("/", "/sign-in?notice=set-up")
          .containsOnlyOnce("/");
    }
  }

  @Test
  void whenThereIsAUserTheLinkLeadsToSignIn() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      Visit visit = new Visit(api.url());
      String link = api.signInLinks().makeSetup();
      Map<String, String> form = Visit.filled(visit.get(link).text(), "/setup");
      api.newPerson(EMAIL);

      assertThat(visit.get(link).header("location")).isEqualTo("/sign-in?notice=set-up");
      assertThat(visit.send("/setup", form).header("location")).isEqualTo("/sign-in?notice=set-up");
      assertThat(visit.get("/sign-in?notice=set-up").text())
          .contains("Purser is set up already.")
          .contains("name=\"password\"");
    }
  }

  @Test
  void withoutTheLinkNobodySetsUp() {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      Visit visit = new Visit(api.url());
      String earlier = api.signInLinks().makeSetup();
      String link = api.signInLinks().makeSetup();
      Map<String, String> form =
          Visit.filled(
              visit.get(link).text(),
              "/setup",
              "email",
              EMAIL,
              "password",
              TestApi.PASSWORD,
              "again",
              TestApi.PASSWORD,
              "link",
              "guessed");

      assertThat(visit.get("/setup").status()).isEqualTo(403);
      assertThat(visit.get("/setup?link=").status()).isEqualTo(403);
      assertThat(visit.get(earlier).status()).isEqualTo(403);
      assertThat(visit.send("/setup", form).status()).isEqualTo(403);
      assertThat(api.webParts().users().none()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ada, a long enough password, a long enough password, name@domain",
    "ada@example.org, short, short, 12 to 200 characters",
    "ada@example.org, a long enough password, another long password, not the same password",
  })
  void whatWillNotDoIsShownAgainWithoutThePassword(
      String email, String password, String again, String told) {
    try (TestApi api = TestApi.start(TestDatabase.Kind.SQLITE)) {
      Http.Answer answer =
          setUp(
              new Visit(api.url()),
              api.signInLinks().makeSetup(),
              "email",
              email,
              "password",
              password,
              "again",
              again);

      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.text())
          .contains(told, "value=\"" + email + "\"", "is-invalid", "aria-invalid=\"true\"")
          .doesNotContain("value=\"" + password, "value=\"" + again);
      assertThat(api.webParts().users().none()).isTrue();
    }
  }

  @Test
  void theFirstStartPrintsALinkThatWorksAndALaterOneNone(@TempDir Path folder) {
    Map<String, String> settings = Map.of("PURSER_PORT", "0");
    try (PurserProcess first = PurserProcess.serve(folder, settings)) {
      Matcher link = Pattern.compile("/setup\\?link=[\\w-]{43}").matcher(first.log());
      assertThat(link.find()).isTrue();
      Visit visit = new Visit(first.url());
      assertThat(
              setUp(
                      visit,
                      link.group(),
                      "email",
                      EMAIL,
                      "password",
                      TestApi.PASSWORD,
                      "again",
                      TestApi.PASSWORD)
                  .header("location"))
          .isEqualTo("/");
      first.terminate();
      first.await();
    }
    try (PurserProcess second = PurserProcess.serve(folder, settings)) {
      assertThat(second.log()).doesNotContain("setup?link");
    }
  }
}
