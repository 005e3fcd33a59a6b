package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider on this machine plays each answer; what it saw is looked at, too. */
class KeyCheckTest {
  private static final Secret ANTHROPIC_KEY = Secret.of("sk-ant-api03-test-0123456789abcdef");
  private static final Secret OPENAI_KEY = Secret.of("sk-proj-test-0123456789abcdef");

  /** Longer than any answer here takes, short enough to wait for in a test. */
  private static final Duration PAGE_TIMEOUT = Duration.ofSeconds(3);

  private final List<HttpExchange> seen = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server = server();
  private final KeyCheck keyCheck =
      new KeyCheck(addresses(server.getAddress().getPort()), PAGE_TIMEOUT);
  private volatile Play play = exchange -> answer(exchange, 500, "");

  /** What the provider does. */
  private interface Play {
    void answer(HttpExchange exchange) throws IOException;
  }

  @BeforeEach
  void start() {
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          seen.add(exchange);
          play.answer(exchange);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    keyCheck.close();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aKeyOfAnthropicIsValidWithTheModelsOfAllPages() {
    play =
        exchange ->
            answer(
                exchange,
                200,
                exchange.getRequestURI().getQuery().contains("after_id=claude-a")
                    ? """
                    {"data":[{"type":"model","id":"claude-b","display_name":"",
                      "created_at":"not a time"},{"id":"claude-old","lifecycle":"retired"},
                      {"id":7,"display_name":{}},{"no":"id"}],
                     "has_more":false,"first_id":"claude-b","last_id":"claude-old"}\
                    """
                    : """
                    {"data":[{"type":"model","id":"claude-a","display_name":"Claude A",
                      "created_at":"2026-11-02T00:00:00Z","lifecycle":"active"}],
                     "has_more":true,"first_id":"claude-a","last_id":"claude-a"}\
                    """);

    KeyCheckResult result = keyCheck.check(Provider.ANTHROPIC, ANTHROPIC_KEY);

    assertThat(result).isInstanceOf(KeyCheckResult.Valid.class);
    assertThat(((KeyCheckResult.Valid) result).models())
        .startsWith(
            new ListedModel(
                "claude-a",
                "Claude A",
                Instant.parse("2026-11-02T00:00:00Z"),
                """
                {"type":"model","id":"claude-a","display_name":"Claude A",\
                "created_at":"2026-11-02T00:00:00Z","lifecycle":"active"}\
                """),
            new ListedModel(
                "claude-b",
                null,
                null,
                """
                {"type":"model","id":"claude-b","display_name":"","created_at":"not a time"}\
                """))
        .extracting(ListedModel::model)
        .doesNotContain("claude-old");
    assertThat(seen).hasSize(2);
    HttpExchange first = seen.getFirst();
    assertThat(first.getRequestMethod()).isEqualTo("GET");
    assertThat(first.getRequestURI()).isEqualTo(URI.create("/v1/models?limit=1000"));
    assertThat(first.getRequestHeaders().get("x-api-key")).containsExactly(ANTHROPIC_KEY.reveal());
    assertThat(first.getRequestHeaders().get("anthropic-version")).containsExactly("2023-06-01");
    assertThat(first.getRequestHeaders()).doesNotContainKeys("Authorization", "Origin");
  }

  @Test
  void aKeyOfOpenAiIsValidWithItsModels() {
    play =
        exchange ->
            answer(
                exchange,
                200,
                """
                {"object":"list","data":[
                  {"id":"gpt-6-astra","object":"model","created":1793318400,"owned_by":"openai"},
                  {"id":"gpt-6-mini","object":"model","created":"soon"}]}\
                """);

    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY))
        .isEqualTo(
            new KeyCheckResult.Valid(
                List.of(
                    new ListedModel(
                        "gpt-6-astra",
                        null,
                        Instant.ofEpochSecond(1_793_318_400),
                        """
                        {"id":"gpt-6-astra","object":"model","created":1793318400,\
                        "owned_by":"openai"}\
                        """),
                    new ListedModel(
                        "gpt-6-mini",
                        null,
                        null,
                        """
                        {"id":"gpt-6-mini","object":"model","created":"soon"}\
                        """))));
    assertThat(seen.getFirst().getRequestURI()).isEqualTo(URI.create("/v1/models"));
    assertThat(seen.getFirst().getRequestHeaders().get("Authorization"))
        .containsExactly("Bearer " + OPENAI_KEY.reveal());
    assertThat(seen.getFirst().getRequestHeaders()).doesNotContainKey("x-api-key");
  }

  /** Each answer of a provider with what it says about the key, and a word of the reason. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "ANTHROPIC | 401 | invalid x-api-key                                                  |"
            + "                                    | Rejected    | does not accept",
        "ANTHROPIC | 401 | CORS requests are not allowed for this Organization because of its |"
            + "                                    | NotAboutKey | Origin",
        "ANTHROPIC | 400 | This organization has been disabled.                               |"
            + " organization_on_hold               | Rejected    | on hold",
        "ANTHROPIC | 400 | The creator left.                                                  |"
            + " claude_code_key_creator_not_member | Rejected    | left",
        "ANTHROPIC | 400 | Your credit balance is too low to access the Anthropic API.        |"
            + "                                    | Rejected    | billing",
        "ANTHROPIC | 400 | anthropic-version: header is required                              |"
            + "                                    | Unreachable | nothing about the key",
        "ANTHROPIC | 402 | Payment required                                                   |"
            + "                                    | Rejected    | billing",
        "ANTHROPIC | 403 | Your API key does not have permission to use this resource         |"
            + "                                    | Restricted  | list models",
        "ANTHROPIC | 429 | Too many requests                                                  |"
            + "                                    | Unreachable | Try again",
        "ANTHROPIC | 529 | Overloaded                                                         |"
            + "                                    | Unreachable | Try again",
        "OPENAI    | 401 | Incorrect API key provided: sk-proj-****cdef.                      |"
            + "                                    | Rejected    | does not accept",
        "OPENAI    | 401 | You have insufficient permissions. Missing scopes: api.model.read  |"
            + "                                    | Restricted  | permissions",
        "OPENAI    | 403 | You have insufficient permissions. Missing scopes: model.request   |"
            + "                                    | Restricted  | permissions",
        "OPENAI    | 401 | You must be a member of an organization to use the API             |"
            + "                                    | Rejected    | organization",
        "OPENAI    | 401 | IP not authorized                                                  |"
            + "                                    | NotAboutKey | IP address",
        "OPENAI    | 403 | Country, region, or territory not supported                        |"
            + "                                    | NotAboutKey | country",
        "OPENAI    | 401 | OpenAI-Project header should match project for API key             |"
            + "                                    | NotAboutKey | project",
        "OPENAI    | 401 | Something that nobody has heard of                                 |"
            + "                                    | Unreachable | does not know",
        "ANTHROPIC | 403 | Your IP address is not on the list of this organization            |"
            + "                                    | NotAboutKey | IP address",
        "OPENAI    | 429 | Rate limit reached                                                 |"
            + "                                    | Unreachable | Try again",
        "OPENAI    | 503 | The server is overloaded                                           |"
            + "                                    | Unreachable | Try again",
      })
  void whatTheProviderSaysIsToldApart(
      Provider provider,
      int status,
      String message,
      @org.jspecify.annotations.Nullable String code,
      String outcome,
      String word) {
    play =
        exchange ->
            answer(
                exchange,
                status,
                """
                {"type":"error","error":{"type":"some_error","message":"%s",
                  "details":{"error_code":"%s"}},"request_id":"req_test"}\
                """
                    .formatted(message, code));

    KeyCheckResult result =
        keyCheck.check(
            provider,
            switch (provider) {
              case ANTHROPIC -> ANTHROPIC_KEY;
              case OPENAI -> OPENAI_KEY;
            });

    assertThat(result.getClass().getSimpleName()).isEqualTo(outcome);
    assertThat(result.toString()).contains(word).doesNotContain("cdef").doesNotContain("01234");
  }

  /** OpenAI's own word for its reason decides, whatever the sentence beside it says. */
  @ParameterizedTest
  @CsvSource({
    "401, invalid_api_key, Rejected, mistyped",
    "401, account_deactivated, Rejected, deactivated",
    "401, no_organization, Rejected, no member",
    "401, missing_scope, Restricted, permissions",
    "403, missing_scope, Restricted, permissions",
    "401, incorrect_hostname, NotAboutKey, PURSER_OPENAI_URL to https://us.api.openai.com and",
    "401, ip_not_authorized, NotAboutKey, IP address",
    "401, mismatched_organization, NotAboutKey, organization",
    "401, mismatched_project, NotAboutKey, project",
    "403, unsupported_country_region_territory, NotAboutKey, country",
    "401, code_of_tomorrow, Unreachable, does not know",
  })
  void theCodeOfOpenAiDecides(int status, String code, String outcome, String word) {
    play =
        exchange ->
            answer(
                exchange,
                status,
                """
                {"error":{"message":"Use us.api.openai.com, not this API key: sk-proj-****cdef",
                  "type":"invalid_request_error","param":null,"code":"%s"}}\
                """
                    .formatted(code));

    KeyCheckResult result = keyCheck.check(Provider.OPENAI, OPENAI_KEY);

    assertThat(result.getClass().getSimpleName()).isEqualTo(outcome);
    assertThat(result.toString()).contains(word).doesNotContain("cdef");
  }

  @Test
  void theAddressOfARegionIsOpenAisOrNone() {
    play =
        exchange ->
            answer(
                exchange,
                401,
                """
                {"error":{"message":"Make your request to us.api.openai.com.example.org",
                  "code":"incorrect_hostname"}}\
                """);

    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY).toString())
        .doesNotContain("example.org")
        .doesNotContain("mistyped");
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 401, 403, 404, 502})
  void aPageOfSomebodyInBetweenSaysNothingAboutTheKey(int status) {
    play = exchange -> answer(exchange, status, "<html><body>Sign in to the network</body></html>");

    assertThat(keyCheck.check(Provider.ANTHROPIC, ANTHROPIC_KEY))
        .isInstanceOf(KeyCheckResult.Unreachable.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void aRedirectIsNotFollowedSoThatTheKeyGoesNowhereElse(int status) {
    play =
        exchange -> {
          exchange.getResponseHeaders().add("location", "/elsewhere");
          answer(exchange, status, "");
        };

    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY))
        .isInstanceOfSatisfying(
            KeyCheckResult.Unreachable.class,
            unreachable -> assertThat(unreachable.reason()).contains("redirects"));
    assertThat(seen).hasSize(1);
  }

  @Test
  void anAnswerThatNeverComesIsNotWaitedForLong() {
    play = exchange -> await();

    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY))
        .isInstanceOfSatisfying(
            KeyCheckResult.Unreachable.class,
            unreachable -> assertThat(unreachable.reason()).contains("in time"));
  }

  @Test
  void anAnswerThatStopsHalfwayIsNotWaitedForLong() {
    play =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          await();
        };

    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY))
        .isInstanceOf(KeyCheckResult.Unreachable.class);
  }

  @Test
  void anAnswerWithoutEndIsCutAndPagesWithoutEndAreNotAllAskedFor() {
    play =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            byte[] filler = new byte[1024 * 1024];
            for (int i = 0; i < 64; i++) {
              body.write(filler);
            }
          } catch (IOException clientWentAway) {
            // as it should
          }
        };
    assertThat(keyCheck.check(Provider.OPENAI, OPENAI_KEY))
        .isInstanceOf(KeyCheckResult.Unreachable.class);

    seen.clear();
    play =
        exchange ->
            answer(
                exchange, 200, "{\"data\":[{\"id\":\"m\"}],\"has_more\":true,\"last_id\":\"m\"}");
    assertThat(keyCheck.check(Provider.ANTHROPIC, ANTHROPIC_KEY))
        .isInstanceOf(KeyCheckResult.Valid.class);
    assertThat(seen).hasSize(5);
  }

  @Test
  void aProviderThatIsNotThereIsUnreachable() throws IOException {
    int nobodyListens;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobodyListens = socket.getLocalPort();
    }
    try (KeyCheck toNobody = new KeyCheck(addresses(nobodyListens), PAGE_TIMEOUT)) {
      assertThat(toNobody.check(Provider.ANTHROPIC, ANTHROPIC_KEY))
          .isInstanceOfSatisfying(
              KeyCheckResult.Unreachable.class,
              unreachable ->
                  assertThat(unreachable.reason())
                      .contains("could not be reached")
                      .contains("PURSER_ANTHROPIC_URL"));
    }
  }

  /** Nor does what belongs to the check of one key come to that of another. */
  @ParameterizedTest
  @ValueSource(ints = {100, 101, 102, 103, 104, 199, 600, 999})
  void anOddStatusSaysNothingAboutAKey(int status) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        KeyCheck check = new KeyCheck(addresses(socket.getLocalPort()), PAGE_TIMEOUT)) {
      threads.execute(() -> answerOddly(socket, status));
      for (int i = 0; i < 4; i++) {
        Secret key = Secret.of("sk-ant-api03-test-number" + i);
        switch (check.check(Provider.ANTHROPIC, key)) {
          case KeyCheckResult.Valid(List<ListedModel> models) ->
              assertThat(models).extracting(ListedModel::model).containsExactly("of-number" + i);
          case KeyCheckResult.Unreachable _ -> assertThat(status).isNotIn(100, 103);
          case KeyCheckResult other -> throw new AssertionError(other);
        }
      }
    }
  }

  /** An odd status, and then the list that this key sees, on each connection to its end. */
  private void answerOddly(ServerSocket server, int status) {
    while (true) {
      try {
        Socket socket = server.accept();
        threads.execute(() -> {
          try (socket) {
            StringBuilder head = new StringBuilder();
            for (int next = socket.getInputStream().read();
                next >= 0;
                next = socket.getInputStream().read()) {
              head.append((char) next);
              if (head.indexOf("\r\n\r\n") >= 0) {
                int at = head.indexOf("-number") + 1;
                String list =
                    "{\"data\":[{\"type\":\"model\",\"id\":\"of-"
                        + head.substring(at, at + 7)
                        + "\"}],\"has_more\":false}";
                String answer =
                    "HTTP/1.1 "
                        + status
                        + " Odd\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: "
                        + list.length()
                        + "\r\n\r\n"
                        + list;
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                head.setLength(0);
              }
            }
          } catch (IOException closed) {
            // The check has ended the connection.
          }
        });
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void await() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static ProviderAddresses addresses(int port) {
    URI address = URI.create("http://127.0.0.1:" + port);
    return new ProviderAddresses(address, address);
  }

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
