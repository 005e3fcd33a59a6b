package dev.purser.running;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Purser as a process of its own, as {@code ./run} starts it: something that can be killed. */
public final class PurserProcess implements AutoCloseable {
  private static final String PASSWORD = Person.PASSWORD;
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  private final String url;

  private PurserProcess(Process process, Path log, String url) {
    this.process = process;
    this.log = log;
    this.url = url;
  }

  /** What a command printed and how it ended. */
  public record Ended(int exitCode, String output, String errors) {
    public String lastLine() {
      List<String> lines = output.strip().lines().toList();
      return lines.isEmpty() ? "" : lines.getLast();
    }
  }

  /** Starts {@code serve} on a free port and waits until it answers. */
  public static PurserProcess serve(Path folder, Map<String, String> settings) {
    return start(folder, settings, "serve");
  }

  /** Starts {@code demo} in this folder on a free port, and waits until it answers. */
  public static PurserProcess demo(Path folder) {
    return start(folder, Map.of("PURSER_PORT", "0"), "demo");
  }

  private static PurserProcess start(Path folder, Map<String, String> settings, String command) {
    try {
      Path log = Files.createTempFile(folder, "purser-", ".log");
      Process process =
          builder(folder, settings, List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      PurserProcess started = new PurserProcess(process, log, waitForAddress(process, log));
      Await.until(
          "the server answers",
          START,
          () -> new Http(started.url, null).get("/health/ready").status() == 200);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end. */
  public static Ended run(
      Path folder, Map<String, String> settings, String input, String... arguments) {
    try {
      Path errors = Files.createTempFile(folder, "command-", ".err");
      Process process =
          builder(folder, settings, List.of(arguments)).redirectError(errors.toFile()).start();
      try (OutputStream standardInput = process.getOutputStream()) {
        standardInput.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException closedAtOnce) {
        // a command that fails before it reads
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end: " + List.of(arguments));
      }
      return new Ended(process.exitValue(), output, Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted");
    }
  }

  /** The one user of this database, made by the commands the first time, with a new token. */
  public Person person(Path folder, Map<String, String> settings) {
    run(folder, settings, PASSWORD, "user", "add", "someone@example.com", "--password-stdin");
    Ended token =
        run(
            folder,
            settings,
            "",
            "token",
            "create",
            "--user",
            "someone@example.com",
            "--name",
            "test",
            "--scope",
            "manage");
    if (token.exitCode() != 0) {
      throw new AssertionError(token.errors());
    }
    return Person.of(url, token.lastLine());
  }

  public String url() {
    return url;
  }

  /** All that the process has printed so far. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  /** {@code kill -9}. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** {@code kill -TERM}. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for the end. */
  public int await() {
    try {
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the process does not end; it printed:\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted");
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  private static ProcessBuilder builder(
      Path folder, Map<String, String> settings, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-cp"));
    Path target = Path.of("target").toAbsolutePath();
    command.add(target.resolve("classes") + ":" + target.resolve("lib") + "/*");
    command.add("dev.purser.Main");
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("PURSER_"));
    builder.environment().putAll(settings);
    return builder;
  }

  private static String waitForAddress(Process process, Path log) {
    String[] found = {""};
    Await.until(
        "the server says its address",
        START,
        () -> {
          try (BufferedReader lines = Files.newBufferedReader(log)) {
            lines
                .lines()
                .filter(line -> line.contains("http://127.0.0.1:"))
                .findFirst()
                .ifPresent(
                    line -> found[0] = line.replaceAll(".*(http://127\\.0\\.0\\.1:\\d+).*", "$1"));
          }
          if (found[0].isEmpty() && !process.isAlive()) {
            throw new AssertionError("the process ended at once:\n" + Files.readString(log));
          }
          return !found[0].isEmpty();
        });
    return found[0];
  }
}
