package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.api.TestApi;
import dev.purser.running.Http;
import dev.purser.storage.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every page promises, whatever it shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrameTest {
  private TestApi api;

  @BeforeAll
  void start() {
    api = TestApi.start(TestDatabase.Kind.SQLITE);
  }

  @AfterAll
  void stop() {
    api.close();
  }

  @Test
  void assetsAreKeptForEverUnderTheirChecksum() {
    String signIn = api.anonymous().get("/sign-in").text();
    String css = signIn.replaceAll("(?s).*href=\"(/assets/purser\\.[0-9a-f]{12}\\.css)\".*", "$1");
    Http.Answer asset = api.anonymous().get(css);
    assertThat(asset.status()).isEqualTo(200);
    assertThat(asset.header("cache-control")).contains("immutable");
    assertThat(asset.header("content-type")).startsWith("text/css");
    assertThat(api.anonymous().get("/assets/purser.css").status()).isEqualTo(404);
    assertThat(api.anonymous().get("/assets/../openapi.yaml").status()).isEqualTo(404);
  }

  @Test
  void whoeverIsNotSignedInIsSentToSignInAndThenBack() {
    Http.Answer answer = api.anonymous().get("/?month=2026-11");
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("location")).isEqualTo("/sign-in?to=%2F%3Fmonth%3D2026-11");
    assertThat(api.anonymous().get("/nowhere").status()).isEqualTo(404);
  }
}
