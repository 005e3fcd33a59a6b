package dev.purser.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStream;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Provider;
import dev.purser.sandbox.SandboxOptions.Chunks;
import dev.purser.sandbox.SandboxOptions.Compression;
import dev.purser.sandbox.SandboxOptions.Pace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no SDK shows: bytes, headers, chunks, and what goes wrong on request. */
class SandboxTest {
  private static final SandboxOptions OPTIONS =
      SandboxOptions.instant()
          .withClock(Clock.fixed(Instant.parse("2026-11-22T10:00:00Z"), ZoneOffset.UTC));

  private final HttpClient http = HttpClient.newHttpClient();

  private HttpRequest.Builder message(Sandbox sandbox, String text, boolean stream) {
    String body =
        """
        {"model":"claude-haiku-4-5","max_tokens":500,"stream":%s,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(stream, text);
    return HttpRequest.newBuilder(URI.create(sandbox.url(Provider.ANTHROPIC) + "/v1/messages"))
        .header("x-api-key", "sk-ant-api03-sandbox-1234")
        .header("anthropic-version", "2023-06-01")
        .timeout(Duration.ofSeconds(10))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder chat(Sandbox sandbox, String text, boolean stream) {
    String body =
        """
        {"model":"gpt-4.1-mini","stream":%s,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(stream, text);
    return HttpRequest.newBuilder(URI.create(sandbox.url(Provider.OPENAI) + "/v1/chat/completions"))
        .header("authorization", "Bearer sk-proj-sandbox-1234")
        .timeout(Duration.ofSeconds(10))
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private String text(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString()).body();
  }

  @Test
  void theSameRequestHasTheSameAnswer() throws Exception {
    String first;
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      first = text(message(sandbox, "Hello", true)) + text(chat(sandbox, "Hello", false));
    }
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      assertThat(text(message(sandbox, "Hello", true)) + text(chat(sandbox, "Hello", false)))
          .isEqualTo(first);
    }
    try (Sandbox sandbox = Sandbox.start(OPTIONS.withSeed(2))) {
      assertThat(text(message(sandbox, "Hello", true))).isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @EnumSource(Chunks.class)
  void chunksChangeNoByte(Chunks chunks) throws Exception {
    String expected;
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      expected = text(message(sandbox, "sandbox:tokens=60", true));
    }
    try (Sandbox sandbox = Sandbox.start(OPTIONS.withChunks(chunks))) {
      assertThat(text(message(sandbox, "sandbox:tokens=60", true))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void anAnswerIsCompressedWheneverThatIsAllowed(String encoding) throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      for (boolean stream : new boolean[] {false, true}) {
        HttpResponse<byte[]> response =
            http.send(
                message(sandbox, "Hello", stream)
                    .header("accept-encoding", "deflate, " + encoding + ";q=0.9")
                    .build(),
                BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("content-encoding")).contains(encoding);
        assertThat(decoded(encoding, response.body())).contains("made up by");
      }
      HttpResponse<String> plain =
          http.send(
              message(sandbox, "Hello", true)
                  .header("accept-encoding", "identity, " + encoding + ";q=0")
                  .build(),
              BodyHandlers.ofString());
      assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
    }
  }

  @Test
  void aProviderCanCompressWhatItWasAskedNotTo() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS.withCompression(Compression.FORCED_ZSTD))) {
      HttpResponse<byte[]> response =
          http.send(
              chat(sandbox, "Hello", true).header("accept-encoding", "identity").build(),
              BodyHandlers.ofByteArray());

      assertThat(response.headers().firstValue("content-encoding")).contains("zstd");
      assertThat(decoded("zstd", response.body())).contains("[DONE]");
    }
  }

  private static String decoded(String encoding, byte[] bytes) throws IOException {
    Brotli4jLoader.ensureAvailability();
    InputStream encoded = new ByteArrayInputStream(bytes);
    try (InputStream decoded =
        switch (encoding) {
          case "gzip" -> new GZIPInputStream(encoded);
          case "br" -> new BrotliInputStream(encoded);
          default -> new ZstdInputStream(encoded);
        }) {
      return new String(decoded.readAllBytes(), UTF_8);
    }
  }

  @Test
  void answersCarryTheHeadersThatEndAtAGateway() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      HttpResponse<String> message =
          http.send(message(sandbox, "Hello", true).build(), BodyHandlers.ofString());
      HttpResponse<String> chat =
          http.send(chat(sandbox, "Hello", true).build(), BodyHandlers.ofString());

      assertThat(message.headers().map())
          .containsKeys(
              "request-id",
              "set-cookie",
              "alt-svc",
              "strict-transport-security",
              "anthropic-organization-id",
              "anthropic-ratelimit-tokens-reset");
      assertThat(message.headers().firstValue("content-type"))
          .contains("text/event-stream; charset=utf-8");
      assertThat(chat.headers().map())
          .containsKeys(
              "x-request-id",
              "set-cookie",
              "openai-organization",
              "openai-project",
              "openai-processing-ms",
              "x-ratelimit-reset-tokens");
    }
  }

  @Test
  void theProviderRemembersWhatItSaw() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      text(message(sandbox, "sandbox:tokens=20", true).header("x-sandbox-tag", "one"));
      text(chat(sandbox, "sandbox:429", false).header("x-sandbox-tag", "two"));

      Seen first = sandbox.seen().get(0);
      assertThat(first.tag()).isEqualTo("one");
      assertThat(first.keyEnding()).isEqualTo("1234");
      assertThat(first.state()).isEqualTo(Seen.State.COMPLETED);
      ModelUsage used = java.util.Objects.requireNonNull(first.usage()).byModel().getFirst();
      assertThat(used.model()).isEqualTo("claude-haiku-4-5-20251001");
      assertThat(used.count(Kind.OUTPUT)).isEqualTo(20);
      assertThat(sandbox.seen().get(1).status()).isEqualTo(429);
      assertThat(sandbox.seen().get(1).usage()).isNull();
    }
  }

  @Test
  void aCutAnswerEndsWithTheConnection() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      for (boolean stream : new boolean[] {false, true}) {
        assertThatThrownBy(() -> text(message(sandbox, "sandbox:cut", stream)))
            .isInstanceOf(IOException.class);
      }
      assertThat(sandbox.seen())
          .allSatisfy(seen -> assertThat(seen.state()).isEqualTo(Seen.State.CUT));
    }
  }

  @Test
  void aCallerThatLeavesIsNoticed() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      assertThatThrownBy(
              () -> text(chat(sandbox, "sandbox:hang", true).timeout(Duration.ofMillis(300))))
          .isInstanceOf(IOException.class);

      long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (sandbox.seen().getFirst().state() == Seen.State.RUNNING
          && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      assertThat(sandbox.seen().getFirst().state()).isEqualTo(Seen.State.CALLER_GONE);
    }
  }

  @Test
  void whatIsNotAnAnswerComesOnRequest() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      HttpResponse<String> page =
          http.send(message(sandbox, "sandbox:html", false).build(), BodyHandlers.ofString());
      HttpResponse<String> elsewhere =
          http.send(chat(sandbox, "sandbox:redirect", false).build(), BodyHandlers.ofString());

      assertThat(page.statusCode()).isEqualTo(502);
      assertThat(page.body()).startsWith("<html>");
      assertThat(elsewhere.statusCode()).isEqualTo(307);
      assertThat(elsewhere.headers().firstValue("location")).isPresent();
      assertThat(text(message(sandbox, "sandbox:big-event=3000000", true)))
          .hasSizeGreaterThan(3_000_000);
      assertThat(text(message(sandbox, "sandbox:no-usage", false))).doesNotContain("usage");
      assertThat(
              text(message(sandbox, "sandbox:duplicate-start", true))
                  .split("event: message_start", -1))
          .hasSize(3);
      assertThat(text(message(sandbox, "sandbox:unknown-event", true))).contains("weather_report");
      assertThat(text(message(sandbox, "sandbox:compaction", false))).contains("\"iterations\"");
      assertThat(text(message(sandbox, "sandbox:refusal", false))).contains("\"refusal\"");
      assertThat(text(chat(sandbox, "sandbox:refusal", true))).contains("content_filter");
    }
  }

  @Test
  void atARealPaceTheFirstEventComesLongBeforeTheLast() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS.withPace(Pace.REALISTIC))) {
      long started = System.nanoTime();
      HttpResponse<InputStream> response =
          http.send(
              message(sandbox, "sandbox:tokens=60", true).build(), BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        assertThat(body.read()).isEqualTo('e');
        long firstMillis = (System.nanoTime() - started) / 1_000_000;
        body.readAllBytes();
        long lastMillis = (System.nanoTime() - started) / 1_000_000;
        assertThat(firstMillis).isGreaterThanOrEqualTo(300);
        assertThat(lastMillis - firstMillis).isGreaterThan(500);
      }
    }
  }

  @Test
  void anthropicInsistsOnItsVersion() throws Exception {
    try (Sandbox sandbox = Sandbox.start(OPTIONS)) {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(sandbox.url(Provider.ANTHROPIC) + "/v1/models"))
                  .header("x-api-key", "sk-ant-api03-sandbox-1234")
                  .build(),
              BodyHandlers.ofString());

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).contains("anthropic-version");
    }
  }

  @Test
  void aRetiredModelIsListedNoMore() throws Exception {
    Clock later = Clock.fixed(Instant.parse("2027-05-01T00:00:00Z"), ZoneOffset.UTC);
    try (Sandbox sandbox = Sandbox.start(OPTIONS.withClock(later))) {
      for (List<String> gone :
          List.of(
              List.of(sandbox.url(Provider.ANTHROPIC) + "/v1/models", "claude-sonnet-4-5"),
              List.of(sandbox.url(Provider.OPENAI) + "/v1/models", "gpt-5-mini"))) {
        String key =
            gone.get(1).startsWith("claude") ? "sk-ant-api03-sandbox-1" : "sk-proj-sandbox-1";
        HttpResponse<String> response =
            http.send(
                HttpRequest.newBuilder(URI.create(gone.get(0)))
                    .header("authorization", "Bearer " + key)
                    .header("anthropic-version", "2026-10-21")
                    .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).doesNotContain(gone.get(1));
      }
    }
  }
}
