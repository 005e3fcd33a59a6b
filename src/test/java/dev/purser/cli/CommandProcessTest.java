package dev.purser.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.PurserProcess;
import dev.purser.running.PurserProcess.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands as people meet them: processes of their own, also beside a server that runs. */
class CommandProcessTest {
  private static final String PASSWORD = "a long enough password";
  private static final String MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "PURSER_PROT, 8080, did you mean PURSER_PORT",
    "PURSER_HOST, 192.0.2.1, another with PURSER_PORT or PURSER_HOST",
    "PURSER_PUBLIC_URL, https://purser.example.org/below, without a path",
    "PURSER_DATABASE_URL, jdbc:postgresql://127.0.0.1:1/x?password=bm90LXNvLXNlY3JldA==, database of PURSER_DATABASE_URL",
  })
  void aServerThatCannotStartSaysWhyInOneLine(String name, String value, String why) {
    Map<String, String> settings = Map.of("PURSER_PORT", "0", name, value);
    failedInOneLine(PurserProcess.run(folder, settings, "", "serve"), why);
  }

  @Test
  void aPortThatIsTakenIsNamedWithTheWayOut() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      Ended ended = PurserProcess.run(folder, Map.of("PURSER_PORT", port), "", "serve");
      failedInOneLine(ended, "cannot listen on port " + port);
      assertThat(ended.errors()).contains("another with PURSER_PORT");
    }
  }

  @Test
  void aMasterKeyThatDoesNotFitStopsTheStartAndIsNotShown() {
    assertThat(PurserProcess.run(folder, Map.of(), "", "vault", "check").exitCode()).isZero();

    Map<String, String> another = Map.of("PURSER_MASTER_KEY", MASTER_KEY, "PURSER_PORT", "0");
    Ended ended = PurserProcess.run(folder, another, "", "serve");
    failedInOneLine(ended, "does not fit this database");
    assertThat(ended.errors()).doesNotContain(MASTER_KEY);
  }

  @Test
  void whatOthersCanUseIsRefusedUnlessThatIsMeant() throws IOException {
    Map<String, String> settings = Map.of("PURSER_PORT", "0");
    assertThat(PurserProcess.run(folder, settings, "", "vault", "check").exitCode()).isZero();
    Path key = folder.resolve("data").resolve("master.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    failedInOneLine(PurserProcess.run(folder, settings, "", "serve"), "the master key data/");
    Files.setPosixFilePermissions(key.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Ended open = PurserProcess.run(folder, settings, "", "serve");
    failedInOneLine(open, "the data directory data can be used by others");
    assertThat(open.errors()).contains("chmod go-rwx 'data'", "PURSER_ALLOW_OPEN_FILES=true");

    Map<String, String> meant = Map.of("PURSER_ALLOW_OPEN_FILES", "true", "PURSER_PORT", "0");
    assertThat(PurserProcess.run(folder, meant, "", "vault", "check").exitCode()).isZero();
    failedInOneLine(
        PurserProcess.run(folder, Map.of("PURSER_ALLOW_OPEN_FILES", "yes"), "", "vault", "check"),
        "PURSER_ALLOW_OPEN_FILES must be true or false");
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1', made by an unreleased or a newer version",
    "DROP TABLE flyway_schema_history, has tables of another program",
  })
  void aDatabaseThatIsNotThisVersionsIsRefusedByServerAndCommandsInOneLine(
      String change, String why) throws SQLException {
    Map<String, String> settings = Map.of("PURSER_PORT", "0");
    assertThat(PurserProcess.run(folder, settings, "", "vault", "check").exitCode()).isZero();
    String database = "jdbc:sqlite:" + folder.resolve("data").resolve("purser.db");
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      statement.execute(change);
    }
    for (List<String> command :
        List.of(
            List.of("serve"),
            List.of("prices", "list"),
            List.of("user", "link", "ada@example.org"))) {
      Ended ended = PurserProcess.run(folder, settings, "", command.toArray(new String[0]));
      failedInOneLine(ended, why);
      assertThat(ended.errors()).contains("PURSER_DATA_DIR");
    }
  }

  @Test
  void atTheLowestLevelTheLogIsPursersOwnAndHasNoLink() throws IOException {
    Map<String, String> settings = Map.of("PURSER_PORT", "0", "PURSER_LOG_LEVEL", "trace");
    try (PurserProcess server = PurserProcess.serve(folder, settings)) {
      Pattern printed = Pattern.compile("(/setup\\?link=)([A-Za-z0-9_-]+)\\R");
      Await.until(
          "the link to be printed",
          Duration.ofSeconds(30),
          () -> printed.matcher(server.log()).find());
      Matcher link = printed.matcher(server.log());
      assertThat(link.find()).isTrue();
      assertThat(new Http(server.url(), null).get(link.group(1) + link.group(2)).status())
          .isEqualTo(200);
      // Which cannot be decoded, is too long, or leads nowhere: what a library may write down.
      for (String odd :
          List.of(
              "/sign-in?link=" + link.group(2) + "&x=%zz",
              "/sign-in?x=%zz&link=" + link.group(2),
              "/nowhere%zz?link=" + link.group(2),
              "/setup?link=" + link.group(2) + "&a=" + "b".repeat(90_000))) {
        ask(server.url(), odd);
      }
      String log = server.log();
      assertThat(log).as("Purser's own trace").contains("TRACE d.p.storage.Database");
      assertThat(log.lines().filter(line -> line.contains(link.group(2))))
          .as("where the link stands: where it was printed")
          .hasSize(1)
          .allMatch(line -> line.startsWith("  http"));
      assertThat(log.lines().filter(line -> line.matches("\\S+Z (TRACE|DEBUG) .*")))
          .allMatch(line -> line.matches("\\S+Z \\S+ +d\\.p\\..*"));
    }
  }

  /** As it stands, which no client library would send. */
  private static void ask(String url, String target) throws IOException {
    URI server = URI.create(url);
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + target
                      + " HTTP/1.1\r\nHost: "
                      + server.getAuthority()
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (SocketException closed) {
      // Too long for it to be read to its end.
    }
  }

  @Test
  void aUserAndATokenAreMadeBesideTheServerAndWorkAtOnce() {
    Map<String, String> settings = Map.of("PURSER_PORT", "0");
    try (PurserProcess server = PurserProcess.serve(folder, settings)) {
      assertThat(server.log()).contains("/setup?link=");
      Ended added =
          PurserProcess.run(
              folder,
              settings,
              PASSWORD + "\n",
              "user",
              "add",
              "ada@example.org",
              "--password-stdin");
      assertThat(added).isEqualTo(new Ended(0, "User ada@example.org was added.\n", ""));

      Ended made =
          PurserProcess.run(
              folder, settings, "", "token", "create", "--user", "ada@example.org", "--name", "ci");
      assertThat(made.exitCode()).isZero();
      assertThat(made.errors()).isEmpty();
      assertThat(made.lastLine()).matches("pst_[0-9A-Za-z]{49}");
      assertThat(
              new Http(server.url(), made.lastLine())
                  .get("/api/me")
                  .ok(200)
                  .at("/user/email")
                  .asString())
          .isEqualTo("ada@example.org");
    }
  }

  private static void failedInOneLine(Ended ended, String why) {
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.output()).isEmpty();
    assertThat(ended.errors().strip())
        .hasLineCount(1)
        .contains(why)
        .doesNotContain("Exception", "unexpectedly", "bm90LXNvLXNlY3JldA");
  }
}
