package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.purser.running.Await;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real proxies with the lines that README.md gives for them: events come as they are sent. They are
 * left out only where {@code ./test} has said that it cannot install the proxies.
 */
class BehindProxiesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  private static final String START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-haiku-4-5\",\"content\":[],\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";
  private static final String DELTA =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n";
  private static final String END =
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

  /** Above what nginx accepts by default. */
  private static final int BODY_BYTES = 3 << 20;

  @TempDir private Path directory;

  private final TestGateway purser = TestGateway.keepingAlive(Duration.ofMillis(50));
  private final AtomicReference<HttpServerResponse> provider = new AtomicReference<>();
  private Process proxy;
  private int port;

  @BeforeEach
  void begin() throws IOException {
    assumeFalse("missing".equals(System.getenv("PURSER_TEST_PROXIES")), "./test has said so");
    // The processes that a proxy makes are another user's.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    purser.provider.answers(request -> {
      HttpServerResponse response = request.response();
      response.setChunked(true).putHeader("content-type", "text/event-stream");
      response.writeHead();
      provider.set(response);
    });
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (proxy != null) {
      proxy.destroy();
      assertThat(proxy.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    purser.close();
  }

  /** The lines of README.md from the one that begins like this to the brace that closes it. */
  private static String example(String firstLine) throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("README.md")).stream()
            .dropWhile(line -> !line.equals("    " + firstLine))
            .toList();
    int last = lines.indexOf("    }");
    assertThat(last).as("an example that begins with " + firstLine).isPositive();
    return String.join("\n", lines.subList(0, last + 1));
  }

  private String beforePurser(String example) {
    assertThat(example).contains("127.0.0.1:8080");
    return example.replace("127.0.0.1:8080", "127.0.0.1:" + purser.port());
  }

  /** Its path on Debian is in no user's. */
  private static String program(String name) {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(":", -1)),
            Stream.of("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is missing: scripts/proxies --install"))
        .toString();
  }

  private void run(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile());
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("XDG_DATA_HOME", directory.toString());
    builder.environment().put("XDG_CONFIG_HOME", directory.toString());
    proxy = builder.start();
    Await.until(
        "the proxy listens",
        SOON,
        () -> {
          assertThat(proxy.isAlive()).as(log()).isTrue();
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private void runNginx(String location) throws IOException {
    Path file = directory.resolve("nginx.conf");
    Files.writeString(
        file,
        """
        daemon off;
        pid DIRECTORY/nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path DIRECTORY/body;
          proxy_temp_path DIRECTORY/proxy;
          fastcgi_temp_path DIRECTORY/fastcgi;
          uwsgi_temp_path DIRECTORY/uwsgi;
          scgi_temp_path DIRECTORY/scgi;
          server {
            listen 127.0.0.1:PORT;
        LOCATION
          }
        }
        """
            .replace("DIRECTORY", directory.toString())
            .replace("PORT", Integer.toString(port))
            .replace("LOCATION", location));
    run(program("nginx"), "-p", directory.toString(), "-c", file.toString(), "-e", "stderr");
  }

  private void runCaddy(String site) throws IOException {
    Path file = directory.resolve("Caddyfile");
    Files.writeString(file, "{\n    admin off\n}\n" + site + "\n");
    run(program("caddy"), "run", "--config", file.toString(), "--adapter", "caddyfile");
  }

  /**
   * Each event is sent when the one before has come: a proxy that holds any back would hold all.
   */
  private void assertEventsComeAsTheyAreSent(int bodyBytes) throws IOException {
    String body =
        "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":50,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + "y".repeat(bodyBytes)
            + "\"}]}";
    HttpResponse<InputStream> answer =
        purser.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
                .timeout(SOON)
                .header("x-api-key", purser.secret)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).as(log()).isEqualTo(200);
    StringBuilder got = new StringBuilder();
    try (InputStream in = answer.body()) {
      read(in, got, PING);
      for (String event : List.of(START, DELTA, DELTA, DELTA, DELTA, DELTA)) {
        provider.get().write(event);
        read(in, got, event);
      }
      read(in, got, PING);
      provider.get().end(END);
      got.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertThat(got.toString().replace(PING, "")).isEqualTo(START + DELTA.repeat(5) + END);
    assertThat(purser.lastEntry().usageSource()).isEqualTo("reported");
  }

  private static void read(InputStream from, StringBuilder into, String event) throws IOException {
    int start = into.length();
    while (into.indexOf(event, start) < 0) {
      int next = from.read();
      assertThat(next).isNotNegative();
      into.append((char) next);
    }
  }

  @Test
  void eventsComeThroughNginxAsTheReadmeSetsItUp() throws IOException {
    runNginx(beforePurser(example("location / {")));
    assertEventsComeAsTheyAreSent(BODY_BYTES);
  }

  @Test
  void eventsComeThroughCaddyAsTheReadmeSetsItUp() throws IOException {
    String site = "purser.example.com {";
    runCaddy(beforePurser(example(site)).replace(site, "http://127.0.0.1:" + port + " {"));
    assertEventsComeAsTheyAreSent(BODY_BYTES);
  }

  /** With HTTP/1.0, too, which it speaks by default. */
  @Test
  void eventsComeThroughNginxWithItsDefaults() throws IOException {
    runNginx(beforePurser("location / { proxy_pass http://127.0.0.1:8080; }"));
    assertEventsComeAsTheyAreSent(100);
  }
}
