package dev.purser;

import dev.purser.people.Credential;
import dev.purser.people.User;
import dev.purser.people.UserAdded;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.web.browsing.Chromium;
import dev.purser.web.browsing.Look;
import dev.purser.web.browsing.Window;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Takes pictures of the demo's pages: {@code scripts/screenshots} says how. */
final class Screenshots {
  private static final List<String> PAGES =
      List.of("/", "/usage", "/calls", "/agents", "/prices", "/settings");

  private static final List<Look> LOOKS =
      List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());

  private Screenshots() {}

  /** Where the script was called, an option, a directory, pages. */
  public static void main(String[] arguments) throws IOException {
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    Path here = Path.of(rest.pop());
    boolean empty = "--empty".equals(rest.peek());
    if (empty) {
      rest.pop();
    }
    if (rest.isEmpty()) {
      System.err.println("Say where to: scripts/screenshots [--empty] DIRECTORY [PATH…]");
      System.exit(2);
    }
    Path directory = Files.createDirectories(here.resolve(rest.pop()));
    Path data = Files.createTempDirectory("purser-screenshots-");
    try (Demo demo =
            Demo.start(
                Map.of("PURSER_PORT", "0"),
                data.resolve("demo-data"),
                SandboxOptions.instant(),
                InstantSource.system());
        Chromium chromium = Chromium.start()) {
      User user = empty ? somebodyNew(demo.app()) : demo.user();
      for (Look look : LOOKS) {
        take(
            demo.app(),
            user,
            chromium,
            look,
            rest.isEmpty() ? PAGES : List.copyOf(rest),
            directory);
      }
    } finally {
      delete(data);
    }
  }

  private static void take(
      App app, User user, Chromium chromium, Look look, List<String> pages, Path directory) {
    URI link = app.signInLink(user.id());
    URI origin = URI.create(link.getScheme() + "://" + link.getRawAuthority());
    Window window = chromium.open(origin, look, "screenshots");
    window.go(link.getRawPath() + "?" + link.getRawQuery());
    for (String page : pages) {
      window.go(page);
      System.out.println(window.picture(directory.resolve(name(page, look) + ".png")));
    }
    // What went wrong is for tests to judge; here it is only said.
    window.complaints().forEach(System.err::println);
  }

  /** {@code usage-dark-380}. */
  private static String name(String page, Look look) {
    String path = page.replaceFirst("^/", "").replaceAll("[^A-Za-z0-9]+", "-");
    return "%s-%s-%d"
        .formatted(
            path.isEmpty() ? "start" : path,
            look.scheme().name().toLowerCase(Locale.ROOT),
            look.width());
  }

  private static User somebodyNew(App app) {
    UserAdded added =
        app.users()
            .add(
                "new@example.com",
                Credential.make(Credential.Kind.ACCESS_TOKEN, new SecureRandom()),
                false);
    if (!(added instanceof UserAdded.Added(User user))) {
      throw new IllegalStateException("nobody new: " + added);
    }
    return user;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
