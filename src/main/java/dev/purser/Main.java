package dev.purser;

import ch.qos.logback.classic.Level;
import dev.purser.cli.Commands;
import dev.purser.cli.Program;
import dev.purser.config.Settings;
import dev.purser.ledger.Repricer;
import dev.purser.storage.DataDirectory;
import dev.purser.storage.Database;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: reads its arguments and environment, and runs the command that they name. */
public final class Main {
  private static final InstantSource CLOCK = Clock.systemUTC();

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter errors = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Program program =
        new Program(
            () -> serve(App.start(settings(), CLOCK), out),
            () -> Demo.run(System.getenv(), CLOCK, out),
            Main::database,
            () -> AppConfiguration.read(settings()).vault(),
            () -> AppConfiguration.read(settings()).providers(),
            () -> AppConfiguration.read(settings()).address(),
            new Repricer(CLOCK),
            CLOCK,
            new SecureRandom(),
            System.in,
            out,
            errors);
    int exitCode = Commands.run(program, arguments);
    // Threads that are not daemons must not keep a command alive.
    System.exit(exitCode);
  }

  /** Opens the database for a command, which may be the first thing that ever runs here. */
  private static Database database() {
    AppConfiguration configuration = AppConfiguration.read(settings());
    DataDirectory _ =
        DataDirectory.open(configuration.dataDirectory(), configuration.allowOpenFiles());
    return Database.open(configuration.database());
  }

  private static Settings settings() {
    Settings settings = App.settings(System.getenv(), Path.of(""));
    logAt(AppConfiguration.read(settings).logLevel());
    return settings;
  }

  /**
   * How much Purser itself logs from now on. Its libraries never log more than at level info: below
   * that they write down whole requests, with what is secret in them.
   */
  static void logAt(String level) {
    Level own = Level.toLevel(level);
    at("dev.purser", own);
    at(Logger.ROOT_LOGGER_NAME, own.isGreaterOrEqual(Level.INFO) ? own : Level.INFO);
  }

  private static void at(String logger, Level level) {
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(logger)).setLevel(level);
  }

  /** Runs until SIGTERM or SIGINT, and then lets the running calls finish. */
  static int serve(App app, PrintWriter out) throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("purser-stop")
                .unstarted(() -> {
                  app.stop();
                  stopped.countDown();
                }));
    out.print(greeting(app));
    out.flush();
    stopped.await();
    return 0;
  }

  /** Printed in one piece, so that nobody reads its first line without the rest. */
  private static String greeting(App app) {
    StringBuilder lines = new StringBuilder("Purser is at " + app.address().url() + "\n");
    if (app.users().none()) {
      lines
          .append("There is no user yet. Create the first one here; the link works until then:\n  ")
          .append(app.setupLink())
          .append('\n');
    }
    return lines.toString();
  }
}
