package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * README's way from {@code ./run} to the first answer: its own lines, one after the other, in a
 * shell. Only what a reader has to put there is put there: the port that is free, and an API key,
 * which belongs to a simulated provider.
 */
class ReadmePathTest {
  private static final Duration START = Duration.ofSeconds(60);
  private static final String HERE = "http://127.0.0.1:8080";

  @TempDir private Path folder = Path.of("");

  private final Sandbox providers = Sandbox.start(SandboxOptions.instant());
  private Process server;
  private String url = "";

  /** README's first line, in a directory where {@code ./run} is what it is in a checkout. */
  @BeforeEach
  void run() throws IOException {
    Path run = folder.resolve("run");
    Files.writeString(
        run,
        """
        #!/usr/bin/env bash
        exec '%s' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx512m \\
          -cp '%s/classes:%s/lib/*' dev.purser.Main "$@"
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Path.of("target").toAbsolutePath(),
                Path.of("target").toAbsolutePath()));
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
    Path log = folder.resolve("server.log");
    List<String> lines = blocks("## Start it").getFirst();
    assertThat(lines).containsExactly("./run");
    server =
        shell("exec " + lines.getFirst())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Await.until(
        "Purser says where it is",
        START,
        () -> {
          assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
          url = first("Purser is at (http://\\S+)", Files.readString(log));
          return !url.isEmpty() && Files.readString(log).contains("/setup?");
        });
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.destroyForcibly();
    server.waitFor();
    providers.close();
  }

  @Test
  void itsCommandsLeadToTheFirstAnswer() throws IOException {
    List<List<String>> start = blocks("## Start it");
    List<List<String>> connect = blocks("## Point your client here");
    String script = String.join("\n", start.get(1)) + "\n" + String.join("\n", connect.getFirst());

    String printed =
        printed(script.replace("sk-ant-…", "sk-ant-api03-sandbox-readme-0a1b2c3d4e5f"));

    assertThat(printed)
        .contains(
            "User you@example.com was added.",
            "The API key sk-ant-…4e5f of Anthropic was saved.",
            "The default model is now claude-sonnet-5-5.");
    assertAnswer(printed, "claude-sonnet-5-5");
  }

  @Test
  void withAnApiKeyOfOpenAiTheyDoToo() throws IOException {
    List<List<String>> start = blocks("## Start it");
    List<List<String>> connect = blocks("## Point your client here");
    String script =
        String.join("\n", start.get(1)).replace("key save anthropic", "key save openai")
            + "\n"
            + String.join("\n", connect.getFirst())
                .replace("/v1/messages", "/v1/chat/completions")
                .replace("x-api-key: ", "authorization: Bearer ");

    String printed = printed(script.replace("sk-ant-…", "sk-proj-sandbox-readme-0a1b2c3d4e5f"));

    assertThat(printed).contains("The default model is now gpt-6.1-terra.");
    assertAnswer(printed, "gpt-6.1-terra");
  }

  /** The other way that README names: the link, and the pages behind it. */
  @Test
  void itsLinkAndThePagesBehindItLeadToTheFirstAnswer() throws IOException {
    URI link =
        URI.create(
            first("(http://\\S+/setup\\?\\S+)", Files.readString(folder.resolve("server.log"))));
    Visit visit = new Visit(url);
    Http.Answer made =
        visit.submit(
            link.getRawPath() + "?" + link.getRawQuery(),
            "/setup",
            "email",
            "you@example.com",
            "password",
            "a long enough password",
            "again",
            "a long enough password");
    assertThat(made.status()).as(made.text()).isEqualTo(303);
    Http.Answer saved =
        visit.submit(
            "/settings",
            "/settings/keys/anthropic",
            "key",
            "sk-ant-api03-sandbox-readme-0a1b2c3d4e5f");
    assertThat(saved.status()).as(saved.text()).isEqualTo(303);
    assertThat(visit.get(saved.header("location").replaceAll("#.*", "")).text())
        .contains("Saved and valid", "<code>claude-sonnet-5-5</code> is now your default model");

    String start = visit.submit("/start", "/start/agent", "name", "my program").text();

    String lines = first("(?s)id=\"code-curl\">(.*?)</code>", start);
    String pasted =
        lines
            .replaceAll("<[^>]+>", "")
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#39;", "'");
    assertThat(pasted).contains("\"auto\"");
    assertAnswer(printed(pasted), "claude-sonnet-5-5");
  }

  private static void assertAnswer(String printed, String model) {
    JsonNode answer = JsonMapper.shared().readTree(printed.substring(printed.indexOf('{')));
    assertThat(answer.path("model").asString()).isEqualTo(model);
    assertThat(answer.toString()).contains("made up by the sandbox");
  }

  /** Runs lines in one shell, as somebody does who pastes them one by one; each must go well. */
  private String printed(String script) throws IOException {
    Path errors = Files.createTempFile(folder, "errors-", ".txt");
    Process process = shell(script.replace(HERE, url)).redirectError(errors.toFile()).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(process.exitValue()).as(printed + Files.readString(errors)).isZero();
    return printed;
  }

  private ProcessBuilder shell(String script) {
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", "set -euo pipefail\n" + script).directory(folder.toFile());
    shell.environment().keySet().removeIf(name -> name.startsWith("PURSER_"));
    shell.environment().put("PURSER_PORT", "0");
    for (Provider provider : Provider.values()) {
      shell
          .environment()
          .put("PURSER_" + provider.name() + "_URL", providers.url(provider).toString());
    }
    return shell;
  }

  /** The indented lines below a heading of README, block by block. */
  private static List<List<String>> blocks(String heading) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String section = readme.substring(readme.indexOf(heading + "\n") + heading.length());
    section = section.substring(0, section.indexOf("\n## "));
    List<List<String>> blocks = new ArrayList<>();
    boolean inside = false;
    for (String line : section.lines().toList()) {
      if (line.startsWith("    ")) {
        if (!inside) {
          blocks.add(new ArrayList<>());
        }
        inside = true;
        blocks.getLast().add(line.substring(4));
      } else if (!line.isBlank()) {
        inside = false;
      }
    }
    return blocks;
  }

  private static String first(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    return found.find() ? found.group(1) : "";
  }
}
