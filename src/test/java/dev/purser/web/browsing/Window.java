package dev.purser.web.browsing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.LoadState;
import com.microsoft.playwright.options.SameSiteAttribute;
import com.microsoft.playwright.options.ScreenshotAnimations;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One visitor's browser window. What its page does goes through {@link #page}, and waits by itself.
 * Closing it fails if anything went wrong in it that cannot be seen: see {@link Complaints}.
 */
public final class Window implements AutoCloseable {
  /** What a page's first load may transfer. */
  public static final long MAX_INITIAL_BYTES = 300_000;

  /** A deadline for what should take a fraction of a second: also on a machine that is busy. */
  static final double PATIENCE_MILLIS = 30_000;

  private static final String THEME_COOKIE = "purser_theme";

  private static final Path PICTURES = Path.of("target", "pictures");

  /** How far the page can be pushed, or else a table sticks out of its card, which clips it. */
  private static final String PUSH_SIDEWAYS =
      """
      () => {
        const down = window.scrollY;
        window.scrollTo({left: 1e6, top: down, behavior: "instant"});
        const pushed = Math.ceil(window.scrollX);
        window.scrollTo({left: 0, top: down, behavior: "instant"});
        const out = [...document.querySelectorAll(".card table")].map(table =>
          Math.floor(table.getBoundingClientRect().right - table.closest(".card").getBoundingClientRect().right));
        return Math.max(pushed, ...out, 0);
      }
      """;

  private final BrowserContext context;
  private final URI origin;
  private final Look look;
  private final String name;
  private final Complaints complaints;
  private final Page page;
  private final AtomicLong transferred = new AtomicLong();
  private boolean closed;

  Window(BrowserContext context, URI origin, Look look, String name) {
    this.context = context;
    this.origin = origin;
    this.look = look;
    this.name = name;
    this.complaints = Complaints.of(context, origin);
    context.setDefaultTimeout(PATIENCE_MILLIS);
    this.page = context.newPage();
    CDPSession devTools = context.newCDPSession(page);
    devTools.on("Network.loadingFinished", this::loaded);
    devTools.send("Network.enable");
  }

  private void loaded(JsonObject event) {
    transferred.addAndGet(event.get("encodedDataLength").getAsLong());
  }

  public Page page() {
    return page;
  }

  /** Gives it a cookie, {@code name=value}: a session's, so that no page need be loaded before. */
  public Window withCookie(String cookie) {
    String[] parts = cookie.split("=", 2);
    context.addCookies(
        List.of(
            new Cookie(parts[0], parts[1])
                .setUrl(origin.toString())
                .setHttpOnly(true)
                .setSameSite(SameSiteAttribute.LAX)));
    return this;
  }

  /** Goes to a page, by its path and query, and waits until it is loaded. */
  public Window go(String path) {
    page.navigate(origin + path);
    return this;
  }

  /** The path and query of the page that it shows. */
  public String path() {
    URI at = URI.create(page.url());
    return at.getRawQuery() == null ? at.getRawPath() : at.getRawPath() + "?" + at.getRawQuery();
  }

  /**
   * An answer with this status belongs to the test. Chromium writes such answers on its console,
   * which is taken for a mistake otherwise. To be said before; fails if none comes.
   */
  public Window expectStatus(int status) {
    complaints.expectStatus(status);
    return this;
  }

  /** An error or warning with this in it belongs to the test, likewise. */
  public Window expectConsole(String part) {
    complaints.expectMessage(part);
    return this;
  }

  /**
   * The bytes that came over the connection since the window was opened, headers included: of a new
   * window that went to one page, what its first load costs. Waits until nothing more comes.
   */
  public long transferredBytes() {
    page.waitForLoadState(LoadState.NETWORKIDLE);
    return transferred.get();
  }

  /**
   * Fails if axe-core finds a violation of WCAG 2.2 AA in the page as it is now; and if it is not
   * drawn in the look's scheme, unless the visitor chose another theme.
   */
  public void assertAccessible() {
    if (context.cookies().stream().noneMatch(cookie -> cookie.name.equals(THEME_COOKIE))) {
      assertThat(page.evaluate("() => document.documentElement.dataset.bsTheme"))
          .as("%s: the theme that it is drawn in", path())
          .isEqualTo(look.scheme().name().toLowerCase(Locale.ROOT));
    }
    assertAccessible(look.scheme());
  }

  private void assertAccessible(ColorScheme scheme) {
    List<String> violations = Accessibility.violations(page);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          "%s in %s, %d pixels wide:\n%s"
              .formatted(path(), scheme, look.width(), String.join("\n", violations)));
    }
  }

  /**
   * The same in the light scheme and in the dark, one after the other: for pages with scripts,
   * which follow the system's.
   */
  public void assertAccessibleLightAndDark() {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      turn(scheme);
      assertAccessible(scheme);
    }
    turn(look.scheme());
  }

  private void turn(ColorScheme scheme) {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    page.waitForFunction(
        "theme => document.documentElement.dataset.bsTheme === theme",
        scheme == ColorScheme.DARK ? "dark" : "light");
  }

  /**
   * Fails if the page can be pushed sideways, or a card clips its table: it should fit, whatever
   * its width.
   */
  public void assertFits() {
    assertThat(page.evaluate(PUSH_SIDEWAYS))
        .as("%s, %d pixels wide: pixels that stick out", path(), look.width())
        .isEqualTo(0);
  }

  /** The same in a window as narrow as a phone. */
  public void assertFitsPhone() {
    page.setViewportSize(Look.PHONE_WIDTH, look.height());
    assertThat(page.evaluate(PUSH_SIDEWAYS))
        .as("%s, %d pixels wide: pixels that stick out", path(), Look.PHONE_WIDTH)
        .isEqualTo(0);
    page.setViewportSize(look.width(), look.height());
  }

  /** Takes a picture, of the whole page or of as much as the window shows. */
  public Path picture(Path file, boolean wholePage) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(file)
            .setFullPage(wholePage)
            .setAnimations(ScreenshotAnimations.DISABLED));
    return file;
  }

  /** What went wrong unseen so far. */
  public List<String> complaints() {
    for (Page each : context.pages()) {
      settle(each);
    }
    return complaints.all();
  }

  /** Where a test that failed finds a picture of this window. */
  String keepPicture() {
    Path file = PICTURES.resolve(name + ".png");
    try {
      return "%s as it was then: %s".formatted(page.url(), picture(file, true));
    } catch (PlaywrightException e) {
      return "there is no picture of " + page.url() + ": " + e.getMessage();
    }
  }

  /** Closes it. The second time nothing happens. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<String> wrong;
    String kept;
    try {
      wrong = complaints();
      kept = wrong.isEmpty() ? "" : keepPicture();
    } finally {
      context.close();
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          "in the window, unseen:\n  " + String.join("\n  ", wrong) + "\n" + kept);
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Lets what has happened in a page be told here before it is asked about. */
  private void settle(Page each) {
    try {
      if (look.scripts()) {
        each.evaluate("() => new Promise(done => setTimeout(done))");
      } else {
        each.title();
      }
    } catch (PlaywrightException e) {
      // It crashed, which has been told, or goes to another page just now.
    }
  }
}
