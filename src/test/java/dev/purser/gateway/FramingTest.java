package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody can hide a second request, another host or another header in what Purser reads as one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FramingTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"messages\":[]}";
  private static final String USAGE = "{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";

  private final TestGateway purser = new TestGateway();
  private int entriesBefore;

  @BeforeEach
  void answers() {
    purser.provider.answersJson(USAGE);
    purser.provider.received().clear();
    entriesBefore = purser.entries().size();
  }

  @AfterAll
  void stop() {
    purser.close();
  }

  private String request(String headers, String body) {
    return "POST /v1/messages HTTP/1.1\r\nx-api-key: "
        + purser.secret
        + "\r\n"
        + headers
        + "\r\n"
        + body;
  }

  /** A request that would be answered if its bytes were read as one. */
  private String whole() {
    return request("host: x\r\ncontent-length: " + BODY.length() + "\r\n", BODY);
  }

  /** Everything that is answered until the connection closes. */
  private String send(String bytes) throws IOException {
    return send(purser.port(), bytes);
  }

  private static String send(int port, String bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String chunked(String body) {
    return Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
  }

  private void assertRefusedAlone(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1 ");
    assertThat(answer)
        .contains(
            "connection: close",
            "x-should-retry: false",
            "x-purser-origin: purser",
            "x-purser-call-id");
    assertThat(purser.provider.received()).isEmpty();
    assertThat(purser.entries()).hasSize(entriesBefore);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: identity\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: chunked, chunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: chunked;a=b\r\n",
        "transfer-encoding: \"chunked\"\r\n",
        "transfer-encoding:\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "transfer-encoding : chunked\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 5\r\n",
        "content-length: +5\r\n"
      })
  void aBodyWhoseEndIsNotClearIsRefusedWithWhatFollows(String headers) throws IOException {
    assertRefusedAlone(send(request("host: x\r\n" + headers, chunked(BODY) + whole())));
    assertRefusedAlone(send(request("host: x\r\n" + headers, whole())));
  }

  @Test
  void chunksNeedTheVersionThatHasThem() throws IOException {
    String headers = "host: x\r\ntransfer-encoding: chunked\r\n";
    String old = request(headers, chunked(BODY)).replace(" HTTP/1.1\r\n", " HTTP/1.0\r\n");
    assertThat(send(old + whole())).startsWith("HTTP/1.0 400 ").containsOnlyOnce("HTTP/1.");
    assertThat(purser.provider.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host: x\r\nhost: y\r\n",
        "host: x\r\nHost: x\r\n",
        "host: x\r\nhost:\r\n",
        "host: x, y\r\n",
        "host: x\r\n y\r\n",
        ""
      })
  void aRequestHasOneHost(String headers) throws IOException {
    assertRefusedAlone(
        send(request(headers + "content-length: " + BODY.length() + "\r\n", BODY + whole())));
  }

  static Stream<String> oddNames() {
    return Stream.of("", "a b", "a(b)", "a@b", "a/b", "a\u00e9", "a\u0001", "a b ", "{a}", "a\"");
  }

  @ParameterizedTest
  @MethodSource("oddNames")
  @ValueSource(strings = {" ", "a ", "host "})
  void aHeaderHasAName(String name) throws IOException {
    String headers = "host: x\r\n" + name + ": 1\r\ncontent-length: " + BODY.length() + "\r\n";
    assertRefusedAlone(send(request(headers, BODY + whole())));
  }

  @Test
  void aBadRequestBehindAGoodOneIsRefusedAndTheGoodOneAnswered() throws IOException {
    String bad = request("host: x\r\ntransfer-encoding: xchunked\r\n", chunked(BODY));
    String answers = send(whole() + bad + whole());
    assertThat(answers).startsWith("HTTP/1.1 200 ").containsOnlyOnce("HTTP/1.1 400 ");
    assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(3);
    assertThat(purser.provider.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host: x\r\ntransfer-encoding: chunked\r\n",
        "Host: x\r\nTransfer-Encoding: Chunked\r\n",
        "host:\r\ntransfer-encoding:   chunked \r\n"
      })
  void whatIsWellFormedPasses(String headers) throws IOException {
    String answer = send(request(headers + "connection: close\r\n", chunked(BODY)));
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    assertThat(purser.provider.last().body().toString()).isEqualTo(BODY);
  }

  @Test
  void anOldRequestNeedsNoHost() throws IOException {
    String old =
        request("content-length: " + BODY.length() + "\r\n", BODY).replace("HTTP/1.1", "HTTP/1.0");
    assertThat(send(old)).startsWith("HTTP/1.0 200 ");
  }

  @Test
  void whatIsTooLongIsSaidToBe() throws IOException {
    assertThat(send("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nhost: x\r\n\r\n"))
        .startsWith("HTTP/1.0 414 ");
    assertThat(send("GET / HTTP/1.1\r\nhost: x\r\nx-long: " + "x".repeat(70_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("PURSER_MAX_HEADER_BYTES");
  }

  /** What is not the gateway's comes in on the same connections. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/me", "/", "/health/ready", "/v1/models"})
  void allRoutesAreGuarded(String path) throws IOException {
    try (RunningPurser all = RunningPurser.start(TestDatabase.Kind.SQLITE, Map.of())) {
      String smuggled = "GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n";
      for (String headers :
          List.of("host: x\r\ntransfer-encoding: xchunked\r\n", "host: x\r\nhost: y\r\n")) {
        String answer =
            send(all.app().port(), "POST " + path + " HTTP/1.1\r\n" + headers + "\r\n" + smuggled);
        assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1 ");
      }
    }
  }

  // ---- from providers

  @Test
  void anOddHeaderOfAProviderIsLeftOut() {
    List<String> oddLines = new ArrayList<>();
    oddNames().forEach(name -> oddLines.add(name + ": odd-value"));
    for (String value : List.of("a\u0001b", "\u0000", "a\u007f", "a\u000bb")) {
      oddLines.add("x-odd: odd-value" + value);
    }
    Iterator<String> odd = oddLines.iterator();
    ScriptedProvider.Script script =
        (request, out) -> {
          String headers = "x-before: 1\r\n" + odd.next() + "\r\nx-behind: 2\r\n";
          out.write(
              ScriptedProvider.answer("200 OK", "application/json", USAGE)
                  .replaceFirst("\r\n", Matcher.quoteReplacement("\r\n" + headers))
                  .getBytes(StandardCharsets.ISO_8859_1));
        };
    try (ScriptedProvider provider = new ScriptedProvider(script);
        TestGateway before = new TestGateway(UnaryOperator.identity(), provider.url())) {
      for (String line : oddLines) {
        HttpResponse<String> got = before.post("/v1/messages", BODY);
        assertThat(got.statusCode()).as(line).isEqualTo(200);
        assertThat(got.body()).isEqualTo(USAGE);
        assertThat(got.headers().firstValue("x-before")).hasValue("1");
        assertThat(got.headers().firstValue("x-behind")).hasValue("2");
        assertThat(got.headers().map().values().toString()).as(line).doesNotContain("odd-value");
        assertThat(before.lastEntry().usageSource()).isEqualTo("reported");
      }
    }
  }
}
