package dev.purser.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signing in by a link, and what a session's cookie is good for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionTest {
  private TestApi api;
  private TestApi.Person ada;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
    ada = api.newPerson("ada@example.org");
  }

  @AfterAll
  void stop() {
    api.close();
  }

  private String signIn() {
    Http.Answer answer = api.anonymous().get(api.signInLinks().make(ada.user().id()));
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("location")).isEqualTo("/");
    return answer.setCookie(Sessions.COOKIE);
  }

  private String cookie() {
    return signIn().split(";", 2)[0];
  }

  @Test
  void aSignInLinkWorksOnce() {
    String link = api.signInLinks().make(ada.user().id());
    assertThat(api.anonymous().get(link).status()).isEqualTo(303);
    Http.Answer second = api.anonymous().get(link);
    assertThat(second.status()).isEqualTo(403);
    assertThat(second.setCookie(Sessions.COOKIE)).isEmpty();
    assertThat(second.text()).contains("no longer works");
  }

  @Test
  void theSessionsCookieIsForThisServerAndNoScript() {
    assertThat(signIn())
        .startsWith(Sessions.COOKIE)
        .containsIgnoringCase("HttpOnly")
        .contains("SameSite=Lax")
        .contains("Path=/")
        .doesNotContain("Domain");
  }

  @Test
  void aSessionMayReadAndChangeWhatItsUserOwns() {
    Http http = api.anonymous();
    String cookie = cookie();
    assertThat(http.get("/api/me", "cookie", cookie).ok(200).path("user").path("email").asString())
        .isEqualTo("ada@example.org");
    Http.Answer made =
        http.post("/api/agents", "{\"name\":\"by hand\"}", "cookie", cookie, "origin", api.url());
    assertThat(made.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource({
    "sec-fetch-site, same-origin, 201",
    "sec-fetch-site, same-site, 403",
    "sec-fetch-site, cross-site, 403",
    "sec-fetch-site, none, 403",
    "origin, https://evil.example, 403",
    "origin, null, 403",
    "x-nothing, at-all, 403",
  })
  void aChangeWithASessionMustComeFromOurOwnPages(String header, String value, int status) {
    Http.Answer answer =
        api.anonymous()
            .post(
                "/api/agents",
                "{\"name\":\"" + header + value + "\"}",
                "cookie",
                cookie(),
                header,
                value);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void noOtherOriginIsEverAllowed() {
    Http.Answer answer = ada.read().get("/api/me", "origin", "https://evil.example");
    assertThat(answer.response().headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
    assertThat(
            api.anonymous()
                .get("/api/me", "cookie", cookie(), "sec-fetch-site", "cross-site")
                .status())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 200",
    "127.0.0.1:8080, 200",
    "localhost:8080, 200",
    "LOCALHOST, 200",
    "evil.example, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example:8080, 421",
  })
  void onlyOurOwnHostNamesAreAnswered(String host, int status) {
    for (String path : new String[] {"/api/openapi.yaml", "/assets/none"}) {
      int expected = path.equals("/assets/none") && status == 200 ? 404 : status;
      assertThat(status(path, host)).as(path).isEqualTo(expected);
    }
    // Who watches over processes asks them by their addresses.
    assertThat(status("/health/live", host)).isEqualTo(200);
    assertThat(status("/health/ready", host)).isEqualTo(200);
  }

  @Test
  void anAddressThatCannotBeDecodedIsTheSendersMistakeAndNotAFault() {
    assertThat(status("/sign-in?link=%zz", "localhost")).isEqualTo(200);
    assertThat(status("/?%zz", "localhost")).isEqualTo(303);
    assertThat(status("/%zz", "localhost")).isEqualTo(400);
    assertThat(status("/api/calls/%zz", "localhost")).isEqualTo(400);
  }

  private int status(String path, String host) {
    Vertx vertx = Vertx.vertx();
    // Held here until the answer is there: a client that nothing refers to closes itself.
    HttpClient client = vertx.createHttpClient();
    try {
      java.net.URI url = java.net.URI.create(api.url());
      return client
          .request(
              new RequestOptions()
                  .setMethod(HttpMethod.GET)
                  .setHost(url.getHost())
                  .setPort(url.getPort())
                  .setURI(path)
                  .putHeader("host", host))
          .compose(request -> request.send())
          .map(response -> response.statusCode())
          .toCompletionStage()
          .toCompletableFuture()
          .orTimeout(20, TimeUnit.SECONDS)
          .join();
    } finally {
      client.close().toCompletionStage().toCompletableFuture().join();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  @Test
  void aSessionEndsAfterTwelveIdleHoursAndALinkAfterTenMinutes() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T14:00:00Z"));
    InstantSource clock = now::get;
    Sessions sessions = new Sessions(api.database(), clock, new SecureRandom());
    var id = sessions.open(ada.user().id());
    now.updateAndGet(then -> then.plus(Sessions.IDLE.minusSeconds(1)));
    assertThat(sessions.user(id)).contains(ada.user());
    // Its use is written before what is written next.
    api.database().write(handle -> 0);
    now.updateAndGet(then -> then.plus(Sessions.IDLE.minusSeconds(1)));
    assertThat(sessions.user(id)).contains(ada.user());
    api.database().write(handle -> 0);
    now.updateAndGet(then -> then.plus(Sessions.IDLE.plusSeconds(1)));
    assertThat(sessions.user(id)).isEmpty();
  }

  @Test
  void behindTlsTheCookieIsSecureAndThePublicNameIsAnswered() {
    PublicAddress address =
        PublicAddress.of(Optional.of("https://purser.example.org/"), "0.0.0.0", 8080);
    assertThat(address.secure()).isTrue();
    assertThat(address.url()).hasToString("https://purser.example.org");
    assertThat(address.cookieName(Sessions.COOKIE)).isEqualTo("__Host-purser_session");
    assertThat(address.allows("purser.example.org")).isTrue();
    assertThat(address.allows("evil.example.org")).isFalse();
    assertThat(address.allows(null)).isFalse();
    assertThat(address.sameOrigin(true, null, "https://purser.example.org", "purser.example.org"))
        .isTrue();
  }

  @Test
  void twoPursersOnOneMachineDoNotSignEachOtherOut() {
    String first = PublicAddress.of(Optional.empty(), "127.0.0.1", 8080).cookieName("purser");
    String second = PublicAddress.of(Optional.empty(), "127.0.0.1", 8081).cookieName("purser");
    assertThat(first).isNotEqualTo(second);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Basic YTpi                                              | access token
          Bearer                                                  | access token
          Bearer pst_tooshort                                     | typing error
          Bearer psr_tooshort                                     | virtual key
          Bearer sk-ant-api03-test-0123456789                     | Anthropic
          Bearer sk-proj-test-0123456789                          | OpenAI
          Bearer hello                                            | pst_
          """)
  void aWrongCredentialIsToldWhatItIs(String authorization, String told) {
    Http.Answer answer = api.anonymous().get("/api/me", "authorization", authorization);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("www-authenticate")).startsWith("Bearer");
    assertThat(answer.json().path("detail").asString()).contains(told);
    assertThat(answer.text()).doesNotContain("0123456789");
  }

  @Test
  void aRevokedAccessTokenIsRefusedAtTheNextRequest() {
    var made =
        ada.manage().post("/api/access-tokens", "{\"name\":\"x\",\"scope\":\"read\"}").ok(201);
    Http script = new Http(api.url(), made.path("secret").asString());
    assertThat(script.get("/api/me").status()).isEqualTo(200);
    ada.manage().delete("/api/access-tokens/" + made.path("id").asString()).ok(204);
    assertThat(script.get("/api/me").status()).isEqualTo(401);
  }
}
