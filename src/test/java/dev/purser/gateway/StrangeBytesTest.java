package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Bytes that no library sends: every call ends nonetheless, and is on the books. */
class StrangeBytesTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"messages\":[]}";
  private static final String USAGE = "{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";

  private static String ok(String headers, String body) {
    return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        + headers
        + "content-length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  /** What is answered to a request with these headers, until the connection closes. */
  private static String send(TestGateway purser, String target, String headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      String request =
          "POST "
              + target
              + " HTTP/1.1\r\nhost: x\r\nx-api-key: "
              + purser.secret
              + "\r\nconnection: close\r\n"
              + headers
              + "content-length: "
              + BODY.length()
              + "\r\n\r\n"
              + BODY;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static void assertNothingRuns(TestGateway purser) {
    Await.until("no call runs", SOON, () -> purser.gateway.running().get() == 0);
    assertThat(purser.entries()).noneMatch(entry -> entry.state().equals("open"));
  }

  @Test
  void aRequestThatNamesAnotherHostIsForwardedByItsPathAlone() throws IOException {
    try (RawProvider provider = new RawProvider(ok("", USAGE));
        TestGateway purser = new TestGateway(UnaryOperator.identity(), provider.url())) {
      String answer = send(purser, "http://elsewhere.example/v1/messages?beta=true", "");
      assertThat(answer).startsWith("HTTP/1.1 200 ");
      assertThat(provider.heads().getFirst()).startsWith("POST /v1/messages?beta=true HTTP/1.1");
    }
  }

  @Test
  void eachOfSeveralConnectionHeadersCounts() throws IOException {
    try (RawProvider provider = new RawProvider(ok("", USAGE));
        TestGateway purser = new TestGateway(UnaryOperator.identity(), provider.url())) {
      send(purser, "/v1/messages", "connection: x-of-this-hop\r\nx-of-this-hop: 1\r\nx-far: 2\r\n");
      assertThat(provider.heads().getFirst()).contains("x-far: 2").doesNotContain("x-of-this-hop");
    }
  }

  @Test
  void aRefusalBeforeTheBodyWasReadLeavesNoRequestHalfSent() {
    String refusal = "{\"type\":\"error\",\"error\":{\"type\":\"request_too_large\"}}";
    String answer = ok("", refusal).replace("200 OK", "413 Too Large");
    try (RawProvider provider = new RawProvider(answer);
        TestGateway purser = new TestGateway(UnaryOperator.identity(), provider.url())) {
      String large = BODY.replace("[]", "[\"" + "y".repeat(16 << 20) + "\"]");
      HttpResponse<String> got = purser.post("/v1/messages", large);
      assertThat(got.statusCode()).isEqualTo(413);
      assertThat(got.body()).isEqualTo(refusal);
      Await.until(
          "the rest is sent or given up",
          SOON,
          () -> provider.closedByPeer() == 1 || provider.bodyBytes() == large.length());
      assertThat(purser.lastEntry().usageSource()).isEqualTo("none");
    }
  }

  @Test
  void aUsageBeyondAllMeasureIsEstimatedAndTheCallEnds() {
    String pass = "{\"type\":\"message\",\"input_tokens\":900000000,\"output_tokens\":1}";
    String usage =
        "{\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":["
            + pass
            + ","
            + pass
            + "]}}";
    try (TestGateway purser = new TestGateway()) {
      purser.provider.answersJson(usage);
      HttpResponse<String> got = purser.post("/v1/messages", BODY);
      assertThat(got.body()).isEqualTo(usage);
      assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
      assertThat(purser.lastEntry().errorCode()).isEqualTo("answer_unreadable");
      assertNothingRuns(purser);
    }
  }

  @Test
  void anAnswerInAnUnknownEncodingCountsAsTheMostItCanBe() {
    try (TestGateway purser = new TestGateway()) {
      purser.provider.answers(request ->
          request
              .response()
              .putHeader("content-type", "application/json")
              .putHeader("content-encoding", "secret")
              .end(USAGE));
      assertThat(purser.post("/v1/messages", BODY).body()).isEqualTo(USAGE);
      assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
      assertThat(purser.lastEntry().errorCode()).isEqualTo("answer_unreadable");
      assertThat(purser.lastEntry().outputTokens()).isEqualTo(50);
    }
  }

  @Test
  void aBodyThatFallsSilentIsGivenUp() throws IOException {
    UnaryOperator<GatewayConfiguration> impatient =
        c ->
            new GatewayConfiguration(
                c.maxBodyBytes(),
                c.maxBodiesBytes(),
                c.maxHeaderBytes(),
                c.maxConnections(),
                c.maxClients(),
                c.connectTimeout(),
                c.headersTimeout(),
                c.headTimeout(),
                c.formTimeout(),
                c.idleTimeout(),
                c.bodyTimeout(),
                Duration.ofMillis(200),
                c.callTimeout(),
                c.admissionTimeout());
    try (TestGateway purser = new TestGateway(impatient);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      String begun =
          "POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: "
              + purser.secret
              + "\r\ncontent-length: 100\r\n\r\n{";
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertNothingRuns(purser);
    }
  }
}
