package dev.purser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Takes pictures of the demo's pages: {@code scripts/screenshots} says how. */
final class Screenshots {
  private static final List<String> PAGES =
      List.of("/", "/usage", "/calls", "/agents", "/prices", "/settings");

  private static final List<Look> LOOKS =
      List.of(Look.LIGHT, Look.DARK, Look.LIGHT.phone(), Look.DARK.phone());

  /** There is none in a picture, so no room need be kept for it. */
  private static final String NO_SCROLL_BAR =
      "() => { document.documentElement.style.scrollbarGutter = 'auto' }";

  private static final String UNFOLDED =
      "() => document.querySelectorAll('main details').forEach(each => { each.open = true })";

  private static final int A_WHOLE_TRY_MILLIS = 120_000;

  private final App app;
  private final Chromium chromium;
  private final Path directory;
  private final boolean wholePages;
  private final boolean unfolded;

  private Screenshots(
      App app, Chromium chromium, Path directory, boolean wholePages, boolean unfolded) {
    this.app = app;
    this.chromium = chromium;
    this.directory = directory;
    this.wholePages = wholePages;
    this.unfolded = unfolded;
  }

  /** Where the script was called, and what it was called with. */
  public static void main(String[] arguments) throws IOException {
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    Path here = Path.of(rest.pop());
    boolean empty = rest.remove("--empty");
    boolean top = rest.remove("--top");
    boolean unfolded = rest.remove("--unfolded");
    boolean overspend = rest.remove("--overspend");
    if (rest.isEmpty()) {
      System.err.println(
          "Say where to: scripts/screenshots [--empty] [--top] [--unfolded] [--overspend] DIRECTORY [PATH…]");
      System.exit(2);
    }
    Path directory = Files.createDirectories(here.resolve(rest.pop()));
    Path data = Files.createTempDirectory("purser-screenshots-");
    try (Demo demo =
            Demo.start(
                Map.of("PURSER_PORT", "0"),
                data.resolve("demo-data"),
                overspend ? SandboxOptions.realistic() : SandboxOptions.instant(),
                InstantSource.system());
        Chromium chromium = Chromium.start()) {
      User user = empty ? somebodyNew(demo.app()) : demo.user();
      Screenshots screenshots = new Screenshots(demo.app(), chromium, directory, !top, unfolded);
      if (overspend) {
        screenshots.overspend(user);
        return;
      }
      for (Look look : LOOKS) {
        screenshots.take(user, look, rest.isEmpty() ? PAGES : rest);
      }
    } finally {
      delete(data);
    }
  }

  private void take(User user, Look look, Iterable<String> pages) {
    Window window = signedIn(user, look);
    for (String page : pages) {
      window.go(page);
      picture(window, page, look);
    }
    // What went wrong is for tests to judge; here it is only said.
    window.complaints().forEach(System.err::println);
  }

  /** One try to overspend: before it, when the first half of the money is spent, and after it. */
  private void overspend(User user) {
    Map<Look, Window> windows = new LinkedHashMap<>();
    LOOKS.forEach(look -> windows.put(look, signedIn(user, look)));
    overspend(windows, "before");
    Page first = windows.values().iterator().next().page();
    first.locator("#begin").click();
    windows.values().stream().skip(1).forEach(window -> window.go("/overspend"));
    Pattern half = Pattern.compile("([5-9]\\d|100) % used");
    assertThat(first.locator("#overspend .gauge-words"))
        .containsText(half, new ContainsTextOptions().setTimeout(A_WHOLE_TRY_MILLIS));
    windows.forEach((look, window) -> picture(window, "overspend-during", look));
    assertThat(first.locator("#overspend .verdict"))
        .containsText("never above", new ContainsTextOptions().setTimeout(A_WHOLE_TRY_MILLIS));
    overspend(windows, "after");
  }

  private void overspend(Map<Look, Window> windows, String when) {
    windows.forEach((look, window) -> {
      window.go("/overspend");
      picture(window, "overspend-" + when, look);
    });
  }

  private Window signedIn(User user, Look look) {
    URI link = app.signInLink(user.id());
    URI origin = URI.create(link.getScheme() + "://" + link.getRawAuthority());
    return chromium
        .open(origin, look, "screenshots")
        .go(link.getRawPath() + "?" + link.getRawQuery());
  }

  private void picture(Window window, String page, Look look) {
    window.page().evaluate(NO_SCROLL_BAR);
    if (unfolded) {
      window.page().evaluate(UNFOLDED);
    }
    System.out.println(window.picture(directory.resolve(name(page, look) + ".png"), wholePages));
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
