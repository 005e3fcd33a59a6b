package dev.purser.web.browsing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * That {@code scripts/browser} gets a browser for the tests of the pages, or says in one line what
 * to do: on a machine on which nothing is installed but what a test puts there.
 */
class BrowserScriptTest {
  private static final List<String> TOOLS =
      List.of("bash", "cat", "chmod", "dirname", "mkdir", "readlink", "rm", "sed");

  private static final String A_BROWSER = "echo Chromium 1";
  private static final String ROOT = "echo 0";
  private static final String SOMEBODY = "echo 1000";
  private static final String NOTHING_DONE = "exit 1";

  /** Says that it is Java 25, and downloads as Playwright does. */
  private static final String DOWNLOADING_JAVA =
      """
      if [ "$1" = -version ]; then echo 'openjdk version "25.0.1"' >&2; exit; fi
      shell="$HOME/.cache/ms-playwright/chromium_headless_shell-1/linux"
      mkdir -p "$shell"
      printf '#!/usr/bin/env bash\\necho Chromium 1\\n' > "$shell/headless_shell"
      chmod 755 "$shell/headless_shell"
      """;

  private static final String JAVA_WITHOUT_A_NETWORK =
      """
      if [ "$1" = -version ]; then echo 'openjdk version "25.0.1"' >&2; exit; fi
      exit 1
      """;

  /** Maven that knows the libraries of the tests. */
  private static final String MAVEN =
      """
      for each; do case $each in -Dmdep.outputFile=*) echo libraries > "${each#*=}";; esac; done
      """;

  @TempDir private Path machine;
  private Path tools = Path.of("");
  private Path home = Path.of("");
  private Path project = Path.of("");

  private record Ended(int status, String output, String errors) {}

  @BeforeEach
  void prepare() throws IOException {
    tools = Files.createDirectories(machine.resolve("bin"));
    home = Files.createDirectories(machine.resolve("home"));
    project = Files.createDirectories(machine.resolve("project"));
    for (String tool : TOOLS) {
      Path real =
          List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream()
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(tools.resolve(tool), real);
    }
    Files.createDirectories(project.resolve("scripts"));
    Files.createDirectories(project.resolve("target"));
    Files.writeString(project.resolve("pom.xml"), "");
    for (String script : List.of("browser", "java.sh")) {
      Files.copy(Path.of("scripts", script), project.resolve("scripts").resolve(script));
    }
    program(machine.resolve("jdk/bin/javac"), NOTHING_DONE);
    program(tools.resolve("mvn"), MAVEN);
  }

  private static void program(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ended browser(Map<String, String> environment) throws Exception {
    Path output = machine.resolve("output");
    Path errors = machine.resolve("errors");
    ProcessBuilder script =
        new ProcessBuilder(
                tools.resolve("bash").toString(),
                project.resolve("scripts/browser").toString(),
                "--install")
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    script.environment().clear();
    script
        .environment()
        .putAll(
            Map.of(
                "PATH", tools.toString(),
                "HOME", home.toString(),
                "JAVA_HOME", machine.resolve("jdk").toString()));
    script.environment().putAll(environment);
    int status = script.start().waitFor();
    return new Ended(
        status,
        Files.readString(output, StandardCharsets.UTF_8).strip(),
        Files.readString(errors, StandardCharsets.UTF_8).strip());
  }

  @Test
  void anInstalledOneIsTakenAndNothingIsInstalled() throws Exception {
    program(tools.resolve("chromium"), A_BROWSER);
    Ended ended = browser(Map.of());
    assertThat(ended).isEqualTo(new Ended(0, tools.resolve("chromium").toString(), ""));
  }

  @Test
  void oneThatIsNamedAndDoesNotStartIsNotReplacedBySomeOther() throws Exception {
    program(tools.resolve("chromium"), A_BROWSER);
    Ended ended = browser(Map.of("PURSER_TEST_BROWSER", "/nowhere/chromium"));
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output()).isEmpty();
    assertThat(ended.errors().lines())
        .singleElement()
        .asString()
        .contains("/nowhere/chromium, which does not start");
  }

  @Test
  void onDebianAsRootThePackageIsInstalled() throws Exception {
    Path shell = tools.resolve("chromium-headless-shell");
    program(tools.resolve("id"), ROOT);
    program(machine.resolve("package"), A_BROWSER);
    program(
        tools.resolve("apt-get"),
        "case \" $* \" in *\" chromium-headless-shell \"*)",
        "  cat '%s' > '%s'; chmod 755 '%s';;".formatted(machine.resolve("package"), shell, shell),
        "esac");
    Ended ended = browser(Map.of());
    assertThat(ended.status()).isZero();
    assertThat(ended.output()).isEqualTo(shell.toString());
  }

  @Test
  void elsewherePlaywrightDownloadsItsOwn() throws Exception {
    program(tools.resolve("id"), SOMEBODY);
    program(tools.resolve("apt-get"), NOTHING_DONE);
    program(machine.resolve("jdk/bin/java"), DOWNLOADING_JAVA);
    Ended ended = browser(Map.of());
    assertThat(ended.status()).isZero();
    assertThat(ended.output())
        .isEqualTo(
            home.resolve(".cache/ms-playwright/chromium_headless_shell-1/linux/headless_shell")
                .toString());
  }

  @Test
  void whereNoneIsToBeHadTheLastLineSaysWhatToDo() throws Exception {
    program(tools.resolve("id"), ROOT);
    program(tools.resolve("apt-get"), NOTHING_DONE);
    program(machine.resolve("jdk/bin/java"), JAVA_WITHOUT_A_NETWORK);
    Ended ended = browser(Map.of());
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output()).isEmpty();
    assertThat(ended.errors().lines().toList().getLast()).contains("install one", "apt install");
  }
}
