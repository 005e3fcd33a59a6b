package dev.purser.web.browsing;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That a window sees what is wrong with pages that are wrong on purpose. */
class HarnessTest {
  private static final String FINE =
      "<!doctype html><html lang=en data-bs-theme=light><title>Fine</title>"
          + "<link rel=icon href=data:,><h1>Fine</h1>";

  private static final Map<String, String> PAGES =
      Map.ofEntries(
          entry("/fine", FINE),
          entry("/error.js", "console.error('said on purpose');"),
          entry("/error", FINE + "<script src=/error.js></script>"),
          entry("/warning.js", "console.warn('warned on purpose');"),
          entry("/warning", FINE + "<script src=/warning.js></script>"),
          entry("/thrown.js", "throw new Error('thrown on purpose');"),
          entry("/thrown", FINE + "<script src=/thrown.js></script>"),
          entry("/inline", FINE + "<script>document.title = 'Ran';</script>"),
          entry("/elsewhere", FINE + "<img alt='' src='http://elsewhere.example/pixel.png'>"),
          entry("/guarded", FINE + "<img alt='' src='http://elsewhere.example/pixel.png'>"),
          entry(
              "/small",
              FINE
                  + "<button style='width: 10px; height: 10px' aria-label=One></button>"
                  + "<button style='width: 10px; height: 10px' aria-label=Two></button>"),
          entry("/wide", FINE + "<div style='width: 1300px'>Wide</div>"),
          entry(
              "/pale", FINE + "<p style='color: #999; background: #fff'>Hard to read</p><input>"));

  private static final Vertx VERTX = Vertx.vertx();

  @RegisterExtension static final Browsing browsing = new Browsing();

  private static URI origin = URI.create("about:blank");

  @BeforeAll
  static void serve() throws Exception {
    HttpServer server =
        VERTX
            .createHttpServer()
            .requestHandler(request -> {
              String path = String.valueOf(request.path());
              String page = PAGES.getOrDefault(path, FINE);
              HttpServerResponse response =
                  request
                      .response()
                      .setStatusCode(PAGES.containsKey(path) ? 200 : 422)
                      .putHeader(
                          "content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
              if (path.equals("/inline") || path.equals("/guarded")) {
                response.putHeader("content-security-policy", "default-src 'self'");
              }
              response.end(page);
            })
            .listen(0, "127.0.0.1")
            .await(10, TimeUnit.SECONDS);
    origin = URI.create("http://127.0.0.1:" + server.actualPort());
  }

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().await(10, TimeUnit.SECONDS);
  }

  private static Window at(String path) {
    return browsing.window(origin, Look.LIGHT).go(path);
  }

  @Test
  void aPageWithNothingWrongHasNothingWrong() {
    Window window = at("/fine");
    window.assertAccessible();
    window.assertFits();
    assertThat(window.path()).isEqualTo("/fine");
    assertThatCode(window::close).doesNotThrowAnyException();
  }

  @Test
  void anErrorOnTheConsoleFails() {
    assertThatThrownBy(at("/error")::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("console error: said on purpose");
  }

  @Test
  void aWarningOnTheConsoleFails() {
    assertThatThrownBy(at("/warning")::close)
        .hasMessageContaining("console warning: warned on purpose");
  }

  @Test
  void aMessageThatIsExpectedDoesNotFailAndItsAbsenceDoes() {
    Window window = browsing.window(origin, Look.LIGHT).expectConsole("on purpose");
    assertThatThrownBy(browsing.window(origin, Look.LIGHT).expectConsole("on purpose")::close)
        .hasMessageContaining("did not come: on purpose");
    assertThatCode(window.go("/error")::close).doesNotThrowAnyException();
  }

  @Test
  void anErrorThatAScriptThrowsFails() {
    assertThatThrownBy(at("/thrown")::close).hasMessageContaining("thrown on purpose");
  }

  @Test
  void whatThePolicyForbidsFails() {
    Window window = at("/inline");
    assertThat(window.page().title()).isEqualTo("Fine");
    assertThatThrownBy(window::close)
        .hasMessageContaining("policy: script-src-elem forbids inline");
  }

  @Test
  void whatThePolicyForbidsFailsWithoutScriptsToo() {
    Window window = browsing.window(origin, Look.LIGHT.withoutScripts()).go("/guarded");
    assertThatThrownBy(window::close).hasMessageContaining("Content Security Policy");
  }

  @Test
  void aRequestToAnotherHostFailsAndReachesNobody() {
    assertThatThrownBy(at("/elsewhere")::close)
        .hasMessageContaining("request to another host: http://elsewhere.example/pixel.png")
        .hasMessageContaining("ERR_NAME_NOT_RESOLVED");
  }

  @Test
  void anAnswerThatIsNoSuccessFailsUnlessItIsExpected() {
    assertThatThrownBy(at("/wrong")::close).hasMessageContaining("status of 422");
    Window expecting = browsing.window(origin, Look.LIGHT).expectStatus(422).go("/wrong");
    assertThatCode(expecting::close).doesNotThrowAnyException();
    assertThatThrownBy(browsing.window(origin, Look.LIGHT).expectStatus(422)::close)
        .hasMessageContaining("expected an answer with status 422");
  }

  @Test
  void aPageThatIsWiderThanItsWindowFails() {
    assertThatThrownBy(at("/wide")::assertFits).hasMessageContaining("/wide, 1280 pixels wide");
  }

  @Test
  void aPageThatIsNotInTheSchemeOfTheLookFails() {
    assertThatThrownBy(browsing.window(origin, Look.DARK).go("/fine")::assertAccessible)
        .hasMessageContaining("/fine: the theme that it is drawn in");
  }

  @Test
  void axeNamesTheRuleTheElementAndTheRemedy() {
    assertThatThrownBy(at("/pale")::assertAccessible)
        .hasMessageContaining("/pale in LIGHT, 1280 pixels wide")
        .hasMessageContaining("color-contrast: ")
        .hasMessageContaining("at [p]")
        .hasMessageContaining("contrast of 2.8")
        .hasMessageContaining("label: ");
  }

  @Test
  void axeMindsHowLargeTargetsAre() {
    assertThatThrownBy(at("/small")::assertAccessible).hasMessageContaining("target-size: ");
  }

  @Test
  void whatIsTransferredIsCountedOnceAsItIsOnTheWire() {
    Window window = at("/fine");
    assertThat(window.transferredBytes()).isBetween((long) FINE.length(), FINE.length() + 250L);
  }

  @Test
  void aWindowWithSomethingWrongLeavesAPicture() throws Exception {
    Path picture =
        Path.of("target", "pictures", "HarnessTest.aWindowWithSomethingWrongLeavesAPicture-1.png");
    Files.deleteIfExists(picture);
    assertThatThrownBy(at("/error")::close).hasMessageContaining(picture.toString());
    assertThat(picture).isNotEmptyFile();
    Files.delete(picture);
  }
}
