package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.Zstd;
import dev.purser.running.Await;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave, providers that misbehave, answers that are large or encoded, and a stop. */
class TroubleTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"stream\":true,\"messages\":[]}";
  private static final String START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";
  private static final String DELTA =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n";
  private static final String CHAT_BODY =
      "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[]}";
  private static final String CHAT_SHOWN =
      "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
  private static final String CHAT_HIDDEN =
      "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"total_tokens\":14}}\n\n";
  private static final String CHAT_DONE = "data: [DONE]\n\n";

  private TestGateway purser = new TestGateway();

  @AfterEach
  void stop() {
    purser.close();
  }

  private void limitedBy(UnaryOperator<GatewayConfiguration> limits) {
    purser.close();
    purser = new TestGateway(limits);
  }

  private static GatewayConfiguration withTimes(
      GatewayConfiguration c, Duration headers, Duration betweenBytes) {
    return new GatewayConfiguration(
        c.maxBodyBytes(),
        c.maxBodiesBytes(),
        c.maxHeaderBytes(),
        c.maxConnections(),
        c.maxClients(),
        c.connectTimeout(),
        headers,
        c.headTimeout(),
        c.formTimeout(),
        c.idleTimeout(),
        c.bodyTimeout(),
        betweenBytes,
        c.callTimeout(),
        c.admissionTimeout());
  }

  private AtomicReference<HttpServerResponse> streamBegins(String... first) {
    AtomicReference<HttpServerResponse> open = new AtomicReference<>();
    purser.provider.answers(request -> {
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      for (String event : first) {
        request.response().write(event);
      }
      open.set(request.response());
    });
    return open;
  }

  private InputStream openStream(String body) {
    return purser
        .send(
            purser
                .request("/v1/messages")
                .header("x-api-key", purser.secret)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream())
        .body();
  }

  private void awaitEntry(String state, String source) {
    Await.until(
        "the entry is " + state,
        SOON,
        () ->
            !purser.entries().isEmpty()
                && purser.entries().getLast().state().equals(state)
                && source.equals(purser.entries().getLast().usageSource()));
  }

  private void assertNothingRuns() {
    Await.until("no call runs", SOON, () -> purser.gateway.running().get() == 0);
    assertThat(purser.entries()).noneMatch(entry -> entry.state().equals("open"));
  }

  // ---- events, clients, providers

  @Test
  void eventsArriveOneByOneAndNotInOneLump() throws IOException {
    AtomicReference<HttpServerResponse> provider = streamBegins(START);
    try (InputStream in = openStream(BODY)) {
      assertThat(new String(in.readNBytes(START.length()), StandardCharsets.UTF_8))
          .isEqualTo(START);
      for (int i = 0; i < 5; i++) {
        provider.get().write(DELTA);
        assertThat(new String(in.readNBytes(DELTA.length()), StandardCharsets.UTF_8))
            .isEqualTo(DELTA);
      }
      provider.get().end();
      assertThat(in.readAllBytes()).isEmpty();
    }
    assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("stream_cut");
  }

  @Test
  void whenTheClientLeavesTheProviderIsCutAndTheCallIsEstimated() throws IOException {
    streamBegins(START, DELTA);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port())) {
      String request =
          "POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: "
              + purser.secret
              + "\r\ncontent-length: "
              + BODY.length()
              + "\r\n\r\n"
              + BODY;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
      assertThat(purser.entries().getLast().state()).isEqualTo("open");
    }
    Await.until("the provider's connection is cut", SOON, () -> purser.provider.closed() == 1);
    awaitEntry("settled", "estimated");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("client_gone");
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(25);
    assertThat(purser.lastEntry().outputTokens()).isPositive();
    assertThat(purser.lastEntry().httpStatus()).isNull();
    assertNothingRuns();
  }

  @Test
  void whenTheProviderClosesMidStreamTheClientsAnswerIsCutToo() {
    AtomicReference<HttpServerResponse> provider = streamBegins(START, DELTA);
    InputStream in = openStream(BODY);
    Await.until("the stream is open", SOON, () -> provider.get() != null);
    provider.get().reset();
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    awaitEntry("settled", "estimated");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("stream_cut");
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(200);
    assertNothingRuns();
  }

  @Test
  void aProviderThatClosesWithoutAnAnswerIsUnreachableAndTheCallIsEstimated() {
    purser.provider.answers(request -> request.connection().close());
    HttpResponse<String> answer = purser.post("/v1/messages", BODY);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("provider_unreachable");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(answer.headers().firstValue("x-purser-call-id")).hasValue(purser.lastEntry().id());
    assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
    assertThat(purser.provider.received()).hasSize(1);
  }

  @Test
  void aProviderThatIsNotThereCostsNothing() {
    purser.provider.close();
    HttpResponse<String> answer = purser.post("/v1/messages", BODY);
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("provider_unreachable");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("true");
    assertThat(purser.lastEntry().usageSource()).isEqualTo("none");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("provider_unreachable");
  }

  @Test
  void aProviderThatNeverAnswersTimesOut() {
    limitedBy(c -> withTimes(c, Duration.ofMillis(200), c.betweenBytesTimeout()));
    purser.provider.answers(request -> {});
    HttpResponse<String> answer = purser.post("/v1/messages", BODY);
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(answer.body()).contains("provider_timeout", "timeout_error");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
    assertThat(purser.lastEntry().httpStatus()).isEqualTo(504);
    assertThat(purser.lastEntry().errorCode()).isEqualTo("provider_timeout");
    assertNothingRuns();
  }

  /** Each of two event loops has two connections, and as many calls that wait for one. */
  @Test
  void aCallThatWaitsInVainForAConnectionIsToldThatAllAreInUse() {
    limitedBy(c ->
        new GatewayConfiguration(
            c.maxBodyBytes(),
            c.maxBodiesBytes(),
            c.maxHeaderBytes(),
            4,
            c.maxClients(),
            Duration.ofMillis(500),
            c.headersTimeout(),
            c.headTimeout(),
            c.formTimeout(),
            c.idleTimeout(),
            c.bodyTimeout(),
            c.betweenBytesTimeout(),
            c.callTimeout(),
            c.admissionTimeout()));
    purser.provider.answers(request -> {});
    List<CompletableFuture<HttpResponse<String>>> running = fourCalls();
    Await.until("they run", SOON, () -> purser.provider.received().size() == 4);
    for (CompletableFuture<HttpResponse<String>> waiting : fourCalls()) {
      assertThat(waiting.join().statusCode()).isEqualTo(503);
      assertThat(waiting.join().body()).contains("overloaded", "PURSER_MAX_CONNECTIONS");
      assertThat(waiting.join().headers().firstValue("retry-after")).isPresent();
    }
    assertThat(purser.provider.received()).hasSize(4);
    assertThat(purser.entries())
        .filteredOn(entry -> "overloaded".equals(entry.errorCode()))
        .hasSize(4)
        .allMatch(entry -> "none".equals(entry.usageSource()));
    purser.gateway.drain(purser.vertx, Duration.ZERO).await();
    running.forEach(call -> assertThat(call.handle((answer, cut) -> true).join()).isTrue());
  }

  private List<CompletableFuture<HttpResponse<String>>> fourCalls() {
    return Stream.generate(() ->
            CompletableFuture.supplyAsync(
                () -> purser.post("/v1/messages", BODY), Thread::startVirtualThread))
        .limit(4)
        .toList();
  }

  @Test
  void aStreamThatFallsSilentIsCut() {
    limitedBy(c -> withTimes(c, c.headersTimeout(), Duration.ofMillis(200)));
    streamBegins(START);
    InputStream in = openStream(BODY);
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    awaitEntry("settled", "estimated");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("provider_timeout");
    Await.until("the provider's connection is cut", SOON, () -> purser.provider.closed() == 1);
  }

  // ---- size

  @Test
  void anEventOfTenMegabytesPassesAndIsRead() {
    String large = DELTA.replace("Hello", "x".repeat(10 << 20));
    String end =
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    purser.provider.answers(request -> {
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      request.response().write(START);
      request.response().write(large);
      request.response().end(end);
    });
    assertThat(purser.post("/v1/messages", BODY).body()).isEqualTo(START + large + end);
    assertThat(purser.lastEntry().outputTokens()).isEqualTo(7);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
  }

  @Test
  void aSlowClientHoldsTheProviderBackInsteadOfFillingTheMemory() throws IOException {
    byte[] piece = new byte[1 << 20];
    int length = 64 * piece.length;
    AtomicReference<HttpServerResponse> provider = new AtomicReference<>();
    purser.provider.answers(request -> {
      request
          .response()
          .putHeader("content-type", "text/plain")
          .putHeader("content-length", Integer.toString(length));
      for (int i = 0; i < 64; i++) {
        request.response().write(Buffer.buffer(piece));
      }
      provider.set(request.response());
    });
    try (InputStream in = openStream(BODY)) {
      assertThat(in.readNBytes(1_000)).hasSize(1_000);
      Await.until("all is written", SOON, () -> provider.get() != null);
      assertThat(provider.get().writeQueueFull()).isTrue();
      assertThat(in.readNBytes(length - 1_000)).hasSize(length - 1_000);
    }
  }

  @Test
  void aBodyOf31MegabytesPasses() {
    purser.provider.answersJson("{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
    String large =
        "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\""
            + "y".repeat(31 << 20)
            + "\"}]}";
    assertThat(purser.post("/v1/messages", large).statusCode()).isEqualTo(200);
    assertThat(purser.provider.last().body().toString().equals(large)).isTrue();
    assertNothingRuns();
  }

  @Test
  void tooManyBytesInFlightAreTurnedAway() {
    limitedBy(c ->
        new GatewayConfiguration(
            c.maxBodyBytes(),
            1 << 20,
            c.maxHeaderBytes(),
            c.maxConnections(),
            c.maxClients(),
            c.connectTimeout(),
            c.headersTimeout(),
            c.headTimeout(),
            c.formTimeout(),
            c.idleTimeout(),
            c.bodyTimeout(),
            c.betweenBytesTimeout(),
            c.callTimeout(),
            c.admissionTimeout()));
    HttpResponse<String> answer = purser.post("/v1/messages", " ".repeat(2 << 20));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("overloaded");
    assertThat(answer.headers().firstValue("retry-after")).isPresent();
    purser.provider.answersJson("{}");
    assertThat(purser.post("/v1/messages", BODY).statusCode()).isEqualTo(200);
  }

  // ---- encodings

  private static byte[] encoded(String encoding, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      return switch (encoding) {
        case "gzip" -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
          }
          yield out.toByteArray();
        }
        case "br" -> {
          com.aayushatharva.brotli4j.Brotli4jLoader.ensureAvailability();
          yield Encoder.compress(bytes);
        }
        case "zstd" -> Zstd.compress(bytes);
        default -> throw new AssertionError(encoding);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answersEncoded(String encoding, String contentType, String text) {
    byte[] bytes = encoded(encoding, text);
    purser.provider.answers(request -> {
      request
          .response()
          .setChunked(true)
          .putHeader("content-type", contentType)
          .putHeader("content-encoding", encoding);
      int half = bytes.length / 2;
      request.response().write(Buffer.buffer(Arrays.copyOf(bytes, half)));
      request.response().end(Buffer.buffer(Arrays.copyOfRange(bytes, half, bytes.length)));
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void anAnswerEncodedNonethelessPassesAsItIsAndIsRead(String encoding) {
    String answer =
        "{\"model\":\"claude-haiku-4-5\",\"usage\":{\"input_tokens\":21,\"output_tokens\":4}}";
    answersEncoded(encoding, "application/json", answer);
    HttpResponse<byte[]> got =
        purser.send(
            purser
                .request("/v1/messages")
                .header("x-api-key", purser.secret)
                .POST(HttpRequest.BodyPublishers.ofString(BODY.replace("true", "false")))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(got.headers().firstValue("content-encoding")).hasValue(encoding);
    assertThat(got.body()).isEqualTo(encoded(encoding, answer));
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(21);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void anEncodedStreamWithSomethingToHideIsGivenDecoded(String encoding) {
    answersEncoded(encoding, "text/event-stream", CHAT_SHOWN + CHAT_HIDDEN + CHAT_DONE);
    HttpResponse<String> got = purser.post("/v1/chat/completions", CHAT_BODY);
    assertThat(got.headers().firstValue("content-encoding")).isEmpty();
    assertThat(got.body()).isEqualTo(CHAT_SHOWN + CHAT_DONE);
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(11);
  }

  @Test
  void whatIsNotWhatItsEncodingSaysIsMarkedAndNotCountedAsNothing() {
    purser.provider.answers(request ->
        request
            .response()
            .putHeader("content-type", "application/json")
            .putHeader("content-encoding", "gzip")
            .end("not gzip at all"));
    HttpResponse<String> got = purser.post("/v1/messages", BODY);
    assertThat(got.body()).isEqualTo("not gzip at all");
    assertThat(purser.lastEntry().usageSource()).isEqualTo("estimated");
  }

  // ---- stopping

  @Test
  void aStopLetsRunningCallsFinishAndRefusesNewOnes() {
    AtomicReference<HttpServerResponse> provider = streamBegins(START);
    InputStream in = openStream(BODY);
    Await.until("the stream is open", SOON, () -> provider.get() != null);

    CompletableFuture<Void> drained =
        purser.gateway.drain(purser.vertx, SOON).toCompletionStage().toCompletableFuture();

    HttpResponse<String> refused = purser.post("/v1/messages", BODY);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("shutting_down");
    assertThat(refused.headers().firstValue("connection")).hasValue("close");
    assertThat(drained).isNotDone();
    provider.get().end(DELTA);
    assertThat(in).hasContent(START + DELTA);
    Await.until("drained", SOON, drained::isDone);
  }

  @Test
  void aStopCutsWhatLastsTooLongAndEstimatesIt() {
    streamBegins(START, DELTA);
    InputStream in = openStream(BODY);
    purser.gateway.drain(purser.vertx, Duration.ofMillis(100)).await();
    assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    awaitEntry("settled", "estimated");
    assertThat(purser.lastEntry().errorCode()).isEqualTo("shutting_down");
  }
}
