package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Access tokens, as a person makes and revokes them. */
class AccessTokensPageTest {
  private static final Pattern SECRET = Pattern.compile("pst_[0-9A-Za-z]{49}");

  private TestApi api;
  private TestApi.Person ada;
  private Visit visit;

  @BeforeEach
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
    ada = api.newPerson("ada@example.org");
    visit = new Visit(api.url());
    visit.signIn("ada@example.org", TestApi.PASSWORD);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  private Http.Answer make(String name, String scope) {
    return visit.submit("/access-tokens", "/access-tokens", "name", name, "scope", scope);
  }

  private static String secret(Http.Answer answer) {
    Matcher secret = SECRET.matcher(answer.text());
    assertThat(secret.find()).isTrue();
    return secret.group();
  }

  @Test
  void aTokenIsShownOnceAndWorksAtOnceAsFarAsItsScopeGoes() {
    Http.Answer made = make("nightly <report>", "read");

    assertThat(made.status()).isEqualTo(200);
    assertThat(made.text()).contains("nightly &lt;report&gt;").doesNotContain("<report>");
    String secret = secret(made);
    Http script = new Http(api.url(), secret);
    assertThat(script.get("/api/me").status()).isEqualTo(200);
    assertThat(script.post("/api/agents", "{\"name\":\"x\"}").status()).isEqualTo(403);
    Await.until(
        "its use is noted",
        Duration.ofSeconds(20),
        () -> visit.get("/access-tokens").text().contains("last used"));
    String later = visit.get("/access-tokens").text();
    assertThat(later).contains("nightly &lt;report&gt;").doesNotContain(secret);
    String manages = secret(make("setup", "manage"));
    assertThat(new Http(api.url(), manages).post("/api/agents", "{\"name\":\"x\"}").status())
        .isEqualTo(201);
  }

  @Test
  void aFormThatIsSentTwiceMakesOneTokenAndShowsItOnce() {
    Map<String, String> form =
        Visit.filled(
            visit.get("/access-tokens").text(),
            "/access-tokens",
            "name",
            "nightly",
            "scope",
            "read");
    visit.send("/access-tokens", form);
    Http.Answer second = visit.send("/access-tokens", form);

    assertThat(second.status()).isEqualTo(409);
    assertThat(second.text()).contains("Sent already").doesNotContainPattern(SECRET);
    assertThat(visit.get("/access-tokens").text()).containsOnlyOnce("<h3>nightly</h3>");
  }

  @Test
  void revokingAsksFirstAndThenWorksAtOnce() {
    Http script = new Http(api.url(), secret(make("nightly", "read")));
    String id = api.webParts().accessTokens().list(ada.spaceId()).getFirst().id();
    String asks = "/access-tokens?revoke=" + id;
    assertThat(visit.get("/access-tokens").text()).contains(asks);
    assertThat(visit.get(asks).text()).contains("Revoke “nightly”?");
    assertThat(script.get("/api/me").status()).isEqualTo(200);

    Http.Answer revoked = visit.submit(asks, "/access-tokens/" + id + "/revoke");

    assertThat(visit.get(revoked.header("location")).text())
        .contains("The access token “nightly” is revoked.");
    assertThat(script.get("/api/me").status()).isEqualTo(401);
  }

  @Test
  void anotherSpacesTokensAreNotThere() {
    TestApi.Person bob = api.newPerson("bob@example.org");
    String id = api.webParts().accessTokens().list(bob.spaceId()).getFirst().id();
    Map<String, String> form = Visit.filled(visit.get("/access-tokens").text(), "/access-tokens");

    assertThat(visit.send("/access-tokens/" + id + "/revoke", form).status()).isEqualTo(404);
    assertThat(bob.manage().get("/api/me").status()).isEqualTo(200);
    assertThat(visit.get("/access-tokens?revoke=" + id).text())
        .doesNotContain("/access-tokens/" + id, "Revoke “");
  }

  @Test
  void aNameThatWillNotDoIsShownAgainWithWhatWasChosen() {
    for (String name : List.of("", "x".repeat(101))) {
      Http.Answer answer = make(name, "manage");
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.text())
          .contains("1 to 100 characters", "value=\"" + name + "\"", "is-invalid")
          .containsPattern("value=\"manage\" checked")
          .doesNotContainPattern(SECRET);
    }
  }
}
