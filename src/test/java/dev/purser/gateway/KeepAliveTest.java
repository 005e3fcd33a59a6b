package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Await;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** While a provider is silent, clients of event streams get signs of life, between whole events. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeepAliveTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  private static final String COMMENT = ": keep-alive\n\n";
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"stream\":true,\"messages\":[]}";
  private static final String CHAT_BODY =
      "{\"model\":\"gpt-4o-mini\",\"stream\":true,\"messages\":[]}";
  private static final String START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";
  private static final String DELTA =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n";
  private static final String END =
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  private static final String CHAT =
      "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n";
  private static final String CHAT_USAGE =
      "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"total_tokens\":14}}\n\n";
  private static final String CHAT_STOP =
      "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  private final TestGateway purser = TestGateway.keepingAlive(Duration.ofMillis(30));

  /** The provider's side of each stream that is open, by what the client called it. */
  private final Map<String, HttpServerResponse> open = new ConcurrentHashMap<>();

  @BeforeEach
  void providerIsSilent() {
    open.clear();
    purser.provider.answers(request -> {
      HttpServerResponse response = request.response();
      response.setChunked(true).putHeader("content-type", "text/event-stream; charset=utf-8");
      response.writeHead();
      open.put(request.getHeader("x-stream"), response);
    });
  }

  @AfterAll
  void stop() {
    purser.close();
  }

  /** One stream, of which both ends are in the test's hands. */
  private final class Stream implements AutoCloseable {
    private final String name;
    private final HttpResponse<InputStream> answer;
    private final StringBuilder got = new StringBuilder();

    Stream(String name, String path, String body) {
      this.name = name;
      answer =
          purser.send(
              purser
                  .request(path)
                  .header("authorization", "Bearer " + purser.secret)
                  .header("x-stream", name)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
    }

    void provides(String text) {
      Await.until("the stream is open", SOON, () -> open.containsKey(name));
      open.get(name).write(text);
    }

    void ends(String text) {
      open.get(name).end(text);
    }

    /** Reads until this has come, how often after what has come so far. */
    void gets(String text, int times) throws IOException {
      int from = got.length();
      for (int i = 0; i < times; i++) {
        int at;
        while ((at = got.indexOf(text, from)) < 0) {
          int next = answer.body().read();
          assertThat(next).as(got.toString()).isNotNegative();
          got.append((char) next);
        }
        from = at + text.length();
      }
    }

    String rest() throws IOException {
      got.append(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8));
      return got.toString();
    }

    @Override
    public void close() throws IOException {
      answer.body().close();
    }
  }

  @Test
  void beforeTheFirstEventAndBetweenEventsComesAPing() throws IOException {
    try (Stream stream = new Stream("a", "/v1/messages", BODY)) {
      stream.gets(PING, 2);
      stream.provides(START);
      stream.gets(START, 1);
      stream.gets(PING, 3);
      stream.provides(DELTA);
      stream.gets(DELTA, 1);
      stream.gets(PING, 1);
      stream.ends(END);
      assertThat(stream.rest().replace(PING, "")).isEqualTo(START + DELTA + END);
    }
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
    assertThat(purser.lastEntry().outputTokens()).isEqualTo(7);
  }

  /** Also if some events are hidden from the client, and the last are held back for a moment. */
  @Test
  void inOpenAisDialectsComesAComment() throws IOException {
    try (Stream stream = new Stream("a", "/v1/chat/completions", CHAT_BODY)) {
      stream.gets(COMMENT, 1);
      stream.provides(CHAT);
      stream.gets(CHAT, 1);
      stream.gets(COMMENT, 2);
      stream.provides(CHAT_STOP);
      stream.provides(CHAT_USAGE);
      stream.gets(COMMENT, 2);
      stream.ends(DONE);
      assertThat(stream.rest().replace(COMMENT, "")).isEqualTo(CHAT + CHAT_STOP + DONE);
    }
    assertThat(purser.lastEntry().inputTokens()).isEqualTo(11);
  }

  /** Line ends of all kinds; the last of an event's two may be the one that is missing. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void noEventIsBrokenInTwo(String lineEnd) throws IOException {
    String delta = DELTA.replace("\n", lineEnd);
    for (int cut : new int[] {1, 20, delta.length() - 2, delta.length() - 1}) {
      try (Stream halved = new Stream("halved", "/v1/messages", BODY);
          Stream other = new Stream("other", "/v1/messages", BODY)) {
        String start = START.replace("\n", lineEnd);
        String first = start + delta.substring(0, cut);
        halved.provides(first);
        halved.gets(delta.substring(0, cut), 1);
        // As long a silence as brings signs of life to another stream.
        other.gets(PING, 3);
        halved.ends(delta.substring(cut) + END.replace("\n", lineEnd));
        String whole = halved.rest();
        int from = whole.indexOf(delta.substring(0, 1), whole.indexOf(start) + start.length());
        assertThat(whole.replace(PING, "")).isEqualTo(start + delta + END.replace("\n", lineEnd));
        assertThat(whole).contains(delta);
        assertThat(from).isNotNegative();
        open.get("other").end();
      }
    }
  }

  @Test
  void eventStreamsAskProxiesNotToKeepThem() throws IOException {
    try (Stream stream = new Stream("a", "/v1/messages", BODY)) {
      assertThat(stream.answer.headers().firstValue("x-accel-buffering")).hasValue("no");
      stream.provides(START);
      stream.ends(END);
      assertThat(stream.rest().replace(PING, "")).isEqualTo(START + END);
    }
    purser.provider.answersJson("{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
    HttpResponse<String> json = purser.post("/v1/messages", BODY.replace("true", "false"));
    assertThat(json.headers().firstValue("x-accel-buffering")).isEmpty();
  }

  /** An answer that is no stream of events, or whose bytes are counted or encoded. */
  @Test
  void whereNothingCanBePutInBetweenNothingIs() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write((START + END).getBytes(StandardCharsets.UTF_8));
    }
    Map<String, Map<String, String>> headers =
        Map.of(
            "json", Map.of("content-type", "application/json"),
            "counted", Map.of("content-type", "text/event-stream", "content-length", "2"),
            "encoded", Map.of("content-type", "text/event-stream", "content-encoding", "gzip"));
    purser.provider.answers(request -> {
      String name = request.getHeader("x-stream");
      HttpServerResponse response = request.response();
      response
          .headers()
          .addAll(headers.getOrDefault(name, Map.of("content-type", "text/event-stream")));
      response.setChunked(!name.equals("counted"));
      response.writeHead();
      open.put(name, response);
    });
    try (Stream json = new Stream("json", "/v1/messages", BODY);
        Stream counted = new Stream("counted", "/v1/messages", BODY);
        Stream encoded = new Stream("encoded", "/v1/messages", BODY);
        Stream other = new Stream("other", "/v1/messages", BODY)) {
      other.gets(PING, 3);
      open.get("other").end();
      json.ends("{}");
      counted.ends("\n\n");
      open.get("encoded").end(Buffer.buffer(bytes.toByteArray()));
      assertThat(json.rest()).isEqualTo("{}");
      assertThat(counted.rest()).isEqualTo("\n\n");
      assertThat(encoded.answer.body().readAllBytes()).isEqualTo(bytes.toByteArray());
    }
  }
}
