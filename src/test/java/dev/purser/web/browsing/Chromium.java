package dev.purser.web.browsing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An installed Chromium or Chrome, without a screen. It finds no host but this machine. Only the
 * thread that started it may use it.
 */
public final class Chromium implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of(
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-quic",
          "--disable-sync",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
          "--no-first-run",
          "--no-proxy-server");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /**
   * Starts it.
   *
   * @throws IllegalStateException if none is installed, saying what to do
   */
  public static Chromium start() {
    Path installed = installed();
    PlaywrightAssertions.setDefaultAssertionTimeout(Window.PATIENCE_MILLIS);
    // Without this variable, Playwright downloads its own browsers here and now.
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    try {
      return new Chromium(
          playwright,
          playwright
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(installed)
                      .setHeadless(true)
                      .setArgs(OPTIONS)));
    } catch (RuntimeException e) {
      playwright.close();
      throw e;
    }
  }

  /**
   * A new window, with cookies and a cache of its own, on a server.
   *
   * @param origin the only host that its pages may ask, as {@code http://127.0.0.1:1234}
   * @param name what pictures of it are called
   */
  public Window open(URI origin, Look look, String name) {
    return new Window(browser.newContext(look.options()), origin, look, name);
  }

  @Override
  public void close() {
    try {
      browser.close();
    } finally {
      playwright.close();
    }
  }

  /** The one place that knows where browsers are is the script that ./test asks too. */
  private static Path installed() {
    try {
      Process script = new ProcessBuilder("scripts/browser").start();
      script.getOutputStream().close();
      String path =
          new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      String errors =
          new String(script.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (script.waitFor() != 0) {
        throw new IllegalStateException(errors);
      }
      return Path.of(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
