package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.github.luben.zstd.ZstdOutputStream;
import dev.purser.gateway.TestGateway.Entry;
import dev.purser.running.Await;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that a provider encoded although it was asked not to: cut, mislabelled, or bombs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncodedAnswersTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MAX_OUTPUT_TOKENS = 50;
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"messages\":[]}";
  private static final String STREAM_BODY = BODY.replace("\"max", "\"stream\":true,\"max");
  private static final String CHAT_BODY =
      "{\"model\":\"gpt-4o-mini\",\"max_tokens\":50,\"stream\":true,\"messages\":[]}";
  private static final String JSON =
      "{\"type\":\"message\",\"model\":\"claude-haiku-4-5\",\"usage\":{\"input_tokens\":21,\"output_tokens\":4},\"content\":[{\"type\":\"text\",\"text\":\"Hello, hello, hello.\"}],\"stop_reason\":\"end_turn\"}";
  private static final String STREAM =
      String.join(
          "",
          "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":21,\"output_tokens\":1}}}\n\n",
          "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n",
          "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\n",
          "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  private static final String CHAT =
      String.join(
          "",
          "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
          "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":21,\"completion_tokens\":4,\"total_tokens\":25}}\n\n",
          "data: [DONE]\n\n");

  private final TestGateway purser = new TestGateway();

  @AfterAll
  void stop() {
    purser.close();
  }

  private static OutputStream encoder(String encoding, OutputStream out) throws IOException {
    return switch (encoding) {
      case "gzip" -> new GZIPOutputStream(out);
      case "br" -> {
        Brotli4jLoader.ensureAvailability();
        yield new BrotliOutputStream(out, Encoder.Parameters.create(1));
      }
      case "zstd" -> new ZstdOutputStream(out);
      default -> throw new AssertionError(encoding);
    };
  }

  /** Encoded once for each name, in their order. */
  private static byte[] encoded(String encodings, byte[] plain) {
    byte[] bytes = plain;
    for (String encoding : encodings.split(", ", -1)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (OutputStream encoder = encoder(encoding, out)) {
        encoder.write(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      bytes = out.toByteArray();
    }
    return bytes;
  }

  private static byte[] encoded(String encodings, String plain) {
    return encoded(encodings, plain.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(
      HttpServerRequest request, List<String> encodings, String contentType, byte[] bytes) {
    request
        .response()
        .putHeader("content-type", contentType)
        .putHeader("content-encoding", encodings)
        .end(Buffer.buffer(bytes));
  }

  private HttpResponse<byte[]> call(String key, String path, String body) {
    return purser.send(
        purser
            .request(path)
            .timeout(SOON)
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> message(String body) {
    return call(purser.secret, "/v1/messages", body);
  }

  /** What was not read to its end may have been all that it can be. */
  private void assertEstimatedAtItsMost() {
    Entry entry = purser.lastEntry();
    assertThat(entry.usageSource()).isEqualTo("estimated");
    assertThat(entry.errorCode()).isEqualTo("answer_unreadable");
    assertThat(entry.outputTokens()).isEqualTo(MAX_OUTPUT_TOKENS);
    assertThat(entry.costNanos()).isPositive();
  }

  // ---- whole

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd", "gzip, br", "zstd, gzip"})
  void aWholeAnswerIsReadOnEveryLayer(String encodings) {
    for (String plain : List.of(JSON, STREAM)) {
      byte[] bytes = encoded(encodings, plain);
      String type = plain.equals(JSON) ? "application/json" : "text/event-stream";
      purser.provider.answers(request -> answer(request, List.of(encodings), type, bytes));
      HttpResponse<byte[]> got = message(plain.equals(JSON) ? BODY : STREAM_BODY);
      assertThat(got.headers().firstValue("content-encoding")).hasValue(encodings);
      assertThat(got.body()).isEqualTo(bytes);
      assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
      assertThat(purser.lastEntry().outputTokens()).isEqualTo(4);
    }
  }

  @Test
  void encodingsInSeveralHeadersAreRead() {
    byte[] bytes = encoded("gzip, br", JSON);
    purser.provider.answers(
        request -> answer(request, List.of("identity", "gzip", "br"), "application/json", bytes));
    assertThat(message(BODY).body()).isEqualTo(bytes);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
  }

  // ---- cut, or not what they say

  static Stream<Arguments> cuts() {
    return Stream.of("gzip", "br", "zstd", "gzip, br")
        .flatMap(
            encodings -> Stream.of(0.0, 0.3, 0.7, 1.0).map(part -> Arguments.of(encodings, part)));
  }

  /** The last case lacks one byte of the encoding, and nothing of the content. */
  @ParameterizedTest
  @MethodSource("cuts")
  void anEncodedAnswerThatIsCutIsNotReported(String encodings, double part) {
    for (String plain : List.of(JSON, STREAM)) {
      byte[] whole = encoded(encodings, plain);
      byte[] cut = Arrays.copyOf(whole, (int) ((whole.length - 1) * part));
      String type = plain.equals(JSON) ? "application/json" : "text/event-stream";
      purser.provider.answers(request -> answer(request, List.of(encodings), type, cut));
      HttpResponse<byte[]> got = message(plain.equals(JSON) ? BODY : STREAM_BODY);
      assertThat(got.statusCode()).isEqualTo(200);
      assertThat(got.body()).isEqualTo(cut);
      assertEstimatedAtItsMost();
    }
  }

  /** The connection ends before the length that the provider has announced. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void anEncodedAnswerWhoseConnectionIsCutIsNotReported(String encoding) {
    byte[] whole = encoded(encoding, STREAM);
    purser.provider.answers(request -> {
      request
          .response()
          .putHeader("content-type", "text/event-stream")
          .putHeader("content-encoding", encoding)
          .putHeader("content-length", Integer.toString(whole.length));
      request
          .response()
          .write(Buffer.buffer(Arrays.copyOf(whole, whole.length - 1)))
          .onComplete(_ -> request.connection().close());
    });
    assertThatThrownBy(() -> message(STREAM_BODY)).isInstanceOf(UncheckedIOException.class);
    assertEstimatedAtItsMost();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "gzip, br", "secret"})
  void anAnswerThatIsNotWhatItsEncodingSaysIsNotReported(String encodings) {
    byte[] plain = JSON.getBytes(StandardCharsets.UTF_8);
    purser.provider.answers(
        request -> answer(request, List.of(encodings), "application/json", plain));
    assertThat(message(BODY).body()).isEqualTo(plain);
    assertEstimatedAtItsMost();
  }

  /** The client of such a call is given what was decoded, so it has to see that this is not all. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void aDecodedAnswerWithoutItsEndIsCutForTheClientToo(String encoding) {
    byte[] whole = encoded(encoding, CHAT);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    purser.provider.answers(
        request -> answer(request, List.of(encoding), "text/event-stream", cut));
    assertThatThrownBy(() -> call(purser.secret, "/v1/chat/completions", CHAT_BODY))
        .isInstanceOf(UncheckedIOException.class);
    assertEstimatedAtItsMost();
  }

  // ---- bombs

  /** So much of one byte, in some hundred or thousand bytes. */
  private static byte[] bomb(String encoding, int megabytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] megabyte = new byte[1 << 20];
    Arrays.fill(megabyte, (byte) ' ');
    try (OutputStream encoder = encoder(encoding, out)) {
      for (int i = 0; i < megabytes; i++) {
        encoder.write(megabyte);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Some are more than an answer may decode to, some less, some twice encoded. */
  @Test
  void whileAnswersInflateWithoutEndOthersAreServed() throws Exception {
    String otherKey = purser.virtualKeyOfAnotherSpace();
    List<String> encodings = List.of("gzip", "br", "zstd", "gzip, br", "br, zstd");
    List<byte[]> bombs =
        List.of(
            bomb("gzip", 300),
            bomb("br", 300),
            bomb("zstd", 300),
            encoded("br", bomb("gzip", 200)),
            encoded("zstd", bomb("br", 300)));
    purser.provider.answers(request -> {
      String of = request.getHeader("x-bomb");
      if (of == null) {
        request.response().putHeader("content-type", "application/json").end(JSON);
      } else {
        int index = Integer.parseInt(of);
        answer(
            request,
            List.of(encodings.get(index)),
            "/v1/messages".equals(request.path()) ? "application/json" : "text/event-stream",
            bombs.get(index));
      }
    });
    int entriesBefore = purser.entries().size();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<long[]> otherCalls =
        CompletableFuture.supplyAsync(
            () -> {
              long calls = 0;
              long longestNanos = 0;
              while (!over.get()) {
                long startNanos = System.nanoTime();
                HttpResponse<byte[]> got = call(otherKey, "/v1/messages", BODY);
                assertThat(got.statusCode()).isEqualTo(200);
                assertThat(new String(got.body(), StandardCharsets.UTF_8)).isEqualTo(JSON);
                longestNanos = Math.max(longestNanos, System.nanoTime() - startNanos);
                calls++;
              }
              return new long[] {calls, longestNanos};
            },
            Thread::startVirtualThread);

    List<CompletableFuture<Boolean>> attacks =
        Stream.of("/v1/messages", "/v1/chat/completions")
            .flatMap(path ->
                Stream.iterate(0, i -> i < bombs.size(), i -> i + 1)
                    .map(index ->
                        CompletableFuture.supplyAsync(
                            () -> attacked(path, index), Thread::startVirtualThread)))
            .toList();
    for (CompletableFuture<Boolean> attack : attacks) {
      assertThat(attack.get()).isTrue();
    }
    over.set(true);
    long[] others = otherCalls.get();
    System.out.printf(
        "%d calls beside %d bombs, the longest took %d ms%n",
        others[0], attacks.size(), others[1] / 1_000_000);
    assertThat(others[0]).isPositive();
    Await.until("no call runs", SOON, () -> purser.gateway.running().get() == 0);
    assertThat(purser.entries().subList(entriesBefore, purser.entries().size()))
        .filteredOn(entry -> !"reported".equals(entry.usageSource()))
        .hasSize(attacks.size())
        .allMatch(entry -> "estimated".equals(entry.usageSource()))
        .allMatch(entry -> entry.costNanos() != null && entry.costNanos() > 0);
  }

  /** Whether the call ended, with or without the end of its answer. */
  private boolean attacked(String path, int bomb) {
    HttpRequest request =
        purser
            .request(path)
            .timeout(SOON)
            .header("authorization", "Bearer " + purser.secret)
            .header("x-bomb", Integer.toString(bomb))
            .POST(
                HttpRequest.BodyPublishers.ofString(path.equals("/v1/messages") ? BODY : CHAT_BODY))
            .build();
    try (InputStream in = purser.send(request, BodyHandlers.ofInputStream()).body()) {
      in.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (IOException cut) {
      return true;
    }
  }
}
