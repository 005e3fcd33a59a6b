package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.gateway.TestGateway.Entry;
import dev.purser.money.Budget;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.running.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider may send whatever it likes: nobody gets an answer to what another has asked. */
class WrongCallerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Unique to a call: the provider repeats it in the answer. */
  private static final String MARK = "mark-";

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private ScriptedProvider provider(ScriptedProvider.Script script) {
    ScriptedProvider provider = new ScriptedProvider(script);
    open.add(provider);
    return provider;
  }

  /**
   * All calls share one event loop, four connections to each provider, and as many places to wait.
   */
  private TestGateway purserBefore(ScriptedProvider provider) {
    TestGateway purser =
        TestGateway.onOneLane(
            c ->
                new GatewayConfiguration(
                    c.maxBodyBytes(),
                    c.maxBodiesBytes(),
                    c.maxHeaderBytes(),
                    4,
                    c.maxClients(),
                    c.connectTimeout(),
                    c.headersTimeout(),
                    c.headTimeout(),
                    c.formTimeout(),
                    c.idleTimeout(),
                    c.bodyTimeout(),
                    c.betweenBytesTimeout(),
                    c.callTimeout(),
                    c.admissionTimeout()),
            provider.url());
    open.add(purser);
    return purser;
  }

  enum Kind {
    JSON("/v1/messages"),
    STREAM("/v1/messages"),
    CHAT_STREAM("/v1/chat/completions"),
    ANTHROPIC_COUNTER("/v1/messages/count_tokens"),
    OPENAI_COUNTER("/v1/responses/input_tokens");

    private final String path;

    Kind(String path) {
      this.path = path;
    }

    boolean metered() {
      return this != ANTHROPIC_COUNTER && this != OPENAI_COUNTER;
    }

    private String body(String mark) {
      return switch (this) {
        case JSON -> anthropic(mark, "");
        case STREAM -> anthropic(mark, "\"stream\":true,");
        case CHAT_STREAM -> openAi("\"messages\"", mark, "\"stream\":true,\"max_tokens\":50,");
        case ANTHROPIC_COUNTER -> anthropic(mark, "");
        case OPENAI_COUNTER -> openAi("\"input\"", mark, "");
      };
    }

    private static String anthropic(String mark, String more) {
      return "{\"model\":\"claude-haiku-4-5\","
          + more
          + "\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\""
          + mark
          + "\"}]}";
    }

    private static String openAi(String input, String mark, String more) {
      return "{\"model\":\"gpt-4o-mini\","
          + more
          + input
          + ":[{\"role\":\"user\",\"content\":\""
          + mark
          + "\"}]}";
    }
  }

  /** What a provider really answers to this request. */
  private static String realAnswer(ScriptedProvider.Request request) {
    String mark = mark(request.body());
    if (request.path().endsWith("_tokens")) {
      return json("{\"input_tokens\":7,\"mark\":\"" + mark + "\"}");
    }
    if (request.path().equals("/v1/chat/completions")) {
      return stream(
          "data: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
              + mark
              + "\"}}]}\n\ndata: {\"id\":\"c\",\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}\n\ndata: [DONE]\n\n");
    }
    if (request.body().contains("\"stream\":true")) {
      return stream(
          "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
              + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
              + mark
              + "\"}}\n\n"
              + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}\n\n"
              + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }
    return json(
        "{\"type\":\"message\",\"model\":\"claude-haiku-4-5\",\"content\":[{\"type\":\"text\",\"text\":\""
            + mark
            + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}");
  }

  private static String json(String body) {
    return ScriptedProvider.answer("200 OK", "application/json", body);
  }

  private static String stream(String body) {
    return ScriptedProvider.answer("200 OK", "text/event-stream", body);
  }

  private static String mark(String text) {
    int at = text.indexOf(MARK);
    return at < 0 ? "" : text.substring(at, text.indexOf('"', at));
  }

  private HttpResponse<String> call(TestGateway purser, String key, Kind kind, String mark) {
    return purser.send(
        purser
            .request(kind.path)
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(kind.body(mark)))
            .build());
  }

  private static void assertOwnAnswer(HttpResponse<String> answer, String mark) {
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(mark(answer.body())).isEqualTo(mark);
  }

  private static void assertOwnAnswerOr502(HttpResponse<String> answer, String mark) {
    if (answer.statusCode() == 502) {
      assertThat(answer.body()).contains("provider_unreachable").doesNotContain(MARK);
      boolean free = answer.request().uri().getPath().endsWith("_tokens");
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue(free ? "true" : "false");
    } else {
      assertOwnAnswer(answer, mark);
    }
  }

  private static void assertNothingIsFree(TestGateway purser, int metered) {
    Await.until("no call runs", SOON, () -> purser.gateway.running().get() == 0);
    Await.until(
        "all entries are settled",
        SOON,
        () -> purser.entries().stream().noneMatch(entry -> entry.state().equals("open")));
    assertThat(purser.entries())
        .hasSize(metered)
        .allMatch(entry -> List.of("reported", "estimated").contains(entry.usageSource()))
        .allMatch(entry -> costOrDoubt(entry) > 0 && entry.outputTokens() > 0);
  }

  private static long costOrDoubt(Entry entry) {
    return (entry.costNanos() == null ? 0 : entry.costNanos()) + entry.doubtNanos();
  }

  /** The status is asked for by the mark: the real answer follows at once, or on its own. */
  private static void interimThenReal(ScriptedProvider.Request request, OutputStream out)
      throws IOException {
    String[] parts = mark(request.body()).split("-", -1);
    byte[] first = ScriptedProvider.bytes("HTTP/1.1 " + parts[1] + " Odd\r\n\r\n");
    byte[] real = ScriptedProvider.bytes(realAnswer(request));
    if (parts[2].equals("together")) {
      byte[] both = Arrays.copyOf(first, first.length + real.length);
      System.arraycopy(real, 0, both, first.length, real.length);
      out.write(both);
    } else {
      out.write(first);
      out.flush();
      out.write(real);
    }
  }

  private static String markOf(int status, boolean together, int number) {
    return MARK + status + (together ? "-together-" : "-apart-") + number;
  }

  @Test
  void whateverStatusComesBeforeTheRealAnswerNobodyGetsWhatAnotherAskedFor() throws Exception {
    TestGateway purser = purserBefore(provider(WrongCallerTest::interimThenReal));
    List<String> keys = List.of(purser.secret, purser.virtualKeyOfAnotherSpace());
    List<Integer> statuses =
        IntStream.concat(IntStream.range(100, 200), IntStream.range(600, 1000)).boxed().toList();
    List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < statuses.size(); i++) {
        int number = i;
        calls.add(
            callers.submit(() -> {
              int status = statuses.get(number);
              Kind kind = Kind.values()[number % 5];
              String mark = markOf(status, number / 5 % 2 == 0, number);
              HttpResponse<String> answer = call(purser, keys.get(number % 2), kind, mark);
              if (status == 100 || status == 103) {
                assertOwnAnswer(answer, mark);
              } else {
                assertOwnAnswerOr502(answer, mark);
              }
              if (kind.metered()) {
                asked.add(number);
              }
            }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    }
    assertNothingIsFree(purser, asked.size());
    for (String key : keys) {
      assertOwnAnswer(call(purser, key, Kind.JSON, markOf(100, true, 1)), markOf(100, true, 1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionWithAnOddStatusIsNotUsedAgain(Kind kind) {
    TestGateway purser = purserBefore(provider(WrongCallerTest::interimThenReal));
    List<String> keys = List.of(purser.secret, purser.virtualKeyOfAnotherSpace());
    int calls = 0;
    for (int status : List.of(100, 101, 102, 103, 104, 199, 600, 700, 999)) {
      for (int i = 0; i < 4; i++) {
        String mark = markOf(status, i % 2 == 0, i);
        HttpResponse<String> answer = call(purser, keys.get(i / 2), kind, mark);
        if (status == 100 || status == 103) {
          assertOwnAnswer(answer, mark);
        } else {
          assertThat(answer.statusCode()).isEqualTo(502);
        }
        calls++;
      }
    }
    assertNothingIsFree(purser, kind.metered() ? calls : 0);
  }

  /** Under a strict budget Purser itself asks the provider's counter, on the same connections. */
  @Test
  void anOddStatusOfTheCounterThatPurserAsksComesToNobody() {
    AtomicInteger counted = new AtomicInteger();
    TestGateway purser =
        purserBefore(
            provider((request, out) -> {
              if (request.path().equals(Kind.ANTHROPIC_COUNTER.path)) {
                counted.incrementAndGet();
              }
              interimThenReal(request, out);
            }));
    String other = purser.virtualKeyOfAnotherSpace();
    SpaceSettings now = purser.spaces.settings(purser.user.spaceId());
    assertThat(
            purser.spaces.save(
                new SpaceSettings(
                    now.spaceId(),
                    now.defaultProvider(),
                    now.defaultModel(),
                    8L,
                    Budget.Mode.STRICT,
                    now.timeZone(),
                    now.version())))
        .isInstanceOf(SettingsSaved.Saved.class);
    for (int status : List.of(101, 102, 104, 199, 600, 999)) {
      for (int i = 0; i < 4; i++) {
        boolean together = i % 2 == 0;
        // Its bytes alone could cost more than there is, so its input is counted.
        String large = markOf(status, together, i) + " " + "y".repeat(100_000);
        HttpResponse<String> tight = call(purser, purser.secret, Kind.JSON, large);
        assertThat(tight.statusCode()).isEqualTo(402);
        String mark = markOf(100, together, i);
        assertOwnAnswer(call(purser, other, Kind.JSON, mark), mark);
        assertOwnAnswer(call(purser, purser.secret, Kind.JSON, mark), mark);
      }
    }
    assertThat(counted).hasValue(24);
  }

  /** The real answer, and behind it another one, which nobody asked for. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatComesBehindAnAnswerIsNobodys(boolean nextCallWaits) throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch waiting = new CountDownLatch(nextCallWaits ? 1 : 0);
    ScriptedProvider provider =
        provider((request, out) -> {
          arrived.countDown();
          try {
            waiting.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          out.write(
              ScriptedProvider.bytes(
                  realAnswer(request) + json("{\"stolen\":\"" + MARK + "of-another\"}")));
        });
    TestGateway purser = purserBefore(provider);
    List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String mark = MARK + "own-" + i;
      CompletableFuture<HttpResponse<String>> call =
          CompletableFuture.supplyAsync(
              () -> call(purser, purser.secret, Kind.JSON, mark), Thread::startVirtualThread);
      calls.add(call);
      if (nextCallWaits) {
        arrived.await();
      } else {
        call.get();
      }
    }
    Await.until(
        "all calls have been admitted", SOON, () -> purser.entries().size() == calls.size());
    waiting.countDown();
    int answered = 0;
    for (int i = 0; i < calls.size(); i++) {
      // Of calls that wait together, more may have come to one event loop than it lets wait.
      if (!nextCallWaits || calls.get(i).get().statusCode() != 503) {
        assertOwnAnswer(calls.get(i).get(), MARK + "own-" + i);
        answered++;
      }
    }
    assertThat(answered).isGreaterThan(4);
    assertThat(provider.connections()).isEqualTo(answered);
  }

  /** So long that the client leaves while its answer, which has ended, is still being decoded. */
  private static byte[] longToDecode() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream encoder = new GZIPOutputStream(out)) {
      for (int i = 0; i < 250; i++) {
        encoder.write(new byte[1 << 20]);
      }
    }
    return out.toByteArray();
  }

  @Test
  void aClientThatLeavesWhenItsAnswerHasEndedTakesNoOtherCallAlong() throws Exception {
    byte[] encoded = longToDecode();
    CountDownLatch answered = new CountDownLatch(4);
    CountDownLatch arrived = new CountDownLatch(4);
    CountDownLatch left = new CountDownLatch(1);
    ScriptedProvider provider =
        provider((request, out) -> {
          if (mark(request.body()).startsWith(MARK + "leaves")) {
            out.write(
                ScriptedProvider.bytes(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                        + "content-encoding: gzip\r\ncontent-length: "
                        + encoded.length
                        + "\r\n\r\n"));
            out.write(encoded);
            out.flush();
            answered.countDown();
            return;
          }
          arrived.countDown();
          try {
            left.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          out.write(ScriptedProvider.bytes(realAnswer(request)));
        });
    TestGateway purser = purserBefore(provider);
    List<Socket> leaving = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), purser.port());
      leaving.add(socket);
      String body = Kind.JSON.body(MARK + "leaves-" + i);
      socket
          .getOutputStream()
          .write(
              ScriptedProvider.bytes(
                  "POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: "
                      + purser.secret
                      + "\r\ncontent-length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body));
    }
    answered.await();
    List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String mark = MARK + "stays-" + i;
      others.add(
          CompletableFuture.supplyAsync(
              () -> call(purser, purser.secret, Kind.JSON, mark), Thread::startVirtualThread));
    }
    assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
    for (Socket socket : leaving) {
      socket.close();
    }
    Await.until(
        "those who left are settled",
        SOON,
        () -> purser.entries().stream().filter(entry -> entry.state().equals("open")).count() == 4);
    left.countDown();
    for (int i = 0; i < others.size(); i++) {
      assertOwnAnswer(others.get(i).get(), MARK + "stays-" + i);
    }
  }

  /** Heads that leave it open where the answer ends. */
  private static final List<String> UNCLEAR_HEADS =
      List.of(
          "content-length: 2\r\ntransfer-encoding: chunked\r\n",
          "transfer-encoding: gzip, chunked\r\n",
          "transfer-encoding: xchunked\r\n",
          "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
          "content-length: 2\r\ncontent-length: 5\r\n",
          "content-length: -2\r\n");

  @Test
  void anAnswerThatMayEndAnywhereIsNone() {
    TestGateway purser =
        purserBefore(
            provider((request, out) -> {
              String head =
                  UNCLEAR_HEADS.get(Integer.parseInt(mark(request.body()).split("-", -1)[1]));
              String first = "HTTP/1.1 200 OK\r\n" + head + "\r\n2\r\n{}\r\n0\r\n\r\n";
              out.write(ScriptedProvider.bytes(first + realAnswer(request)));
            }));
    for (int i = 0; i < UNCLEAR_HEADS.size(); i++) {
      for (Kind kind : List.of(Kind.JSON, Kind.STREAM)) {
        HttpResponse<String> answer = call(purser, purser.secret, kind, MARK + i);
        assertThat(answer.statusCode()).as(UNCLEAR_HEADS.get(i)).isEqualTo(502);
      }
    }
    assertNothingIsFree(purser, 2 * UNCLEAR_HEADS.size());
  }

  @Test
  void anAnswerWithoutABodyHasNone() {
    TestGateway purser =
        purserBefore(
            provider((request, out) ->
                out.write(
                    ScriptedProvider.bytes(
                        request.body().contains(MARK + "0")
                            ? "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello"
                            : realAnswer(request)))));
    HttpResponse<String> empty = call(purser, purser.secret, Kind.JSON, MARK + "0");
    assertThat(empty.statusCode()).isEqualTo(204);
    assertThat(empty.headers().firstValue("content-length")).isEmpty();
    for (int i = 1; i < 4; i++) {
      assertOwnAnswer(call(purser, purser.secret, Kind.JSON, MARK + i), MARK + i);
    }
  }

  @Test
  void interimAnswersWithoutEndAreNoAnswer() {
    TestGateway purser =
        purserBefore(
            provider((request, out) -> {
              while (true) {
                out.write(ScriptedProvider.bytes("HTTP/1.1 103 Early Hints\r\n\r\n"));
              }
            }));
    assertThat(call(purser, purser.secret, Kind.STREAM, MARK + "0").statusCode()).isEqualTo(502);
    assertNothingIsFree(purser, 1);
  }

  /** The switch is made although nobody asked for it: what follows is no HTTP any more. */
  @Test
  void aSwitchOfProtocolsIsNoAnswer() {
    TestGateway purser =
        purserBefore(
            provider((request, out) ->
                out.write(
                    ScriptedProvider.bytes(
                        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"
                            + "\u0081\u0005Hello"
                            + realAnswer(request)))));
    for (int i = 0; i < 3; i++) {
      assertThat(call(purser, purser.secret, Kind.JSON, MARK + i).statusCode()).isEqualTo(502);
    }
    assertNothingIsFree(purser, 3);
  }

  /** Said in a list, too, that the connection ends means that it is not used again. */
  @Test
  void aConnectionThatTheProviderWillCloseIsNotUsedAgain() {
    List<String> values = List.of("close", "Close", "keep-alive, close", "x-of-this-hop, close");
    ScriptedProvider provider =
        provider((request, out) -> {
          String value = values.get(Integer.parseInt(mark(request.body()).split("-", -1)[1]));
          out.write(
              ScriptedProvider.bytes(
                  realAnswer(request).replaceFirst("\r\n", "\r\nconnection: " + value + "\r\n")));
        });
    TestGateway purser = purserBefore(provider);
    for (int i = 0; i < values.size(); i++) {
      assertOwnAnswer(call(purser, purser.secret, Kind.JSON, MARK + i), MARK + i);
      assertThat(provider.connections()).as(values.get(i)).isEqualTo(i + 1);
    }
  }

  @Test
  void aConnectionWithNothingWrongIsUsedAgain() {
    ScriptedProvider provider =
        provider((request, out) -> out.write(ScriptedProvider.bytes(realAnswer(request))));
    TestGateway purser = purserBefore(provider);
    for (int i = 0; i < 8; i++) {
      assertOwnAnswer(call(purser, purser.secret, Kind.JSON, MARK + i), MARK + i);
    }
    assertThat(provider.connections()).isLessThanOrEqualTo(2);
  }
}
