package dev.purser.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Http;
import dev.purser.running.PurserProcess;
import dev.purser.running.PurserProcess.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
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
