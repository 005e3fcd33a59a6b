package dev.purser.web.browsing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.List;

/**
 * How a visitor's browser is set.
 *
 * @param width in CSS pixels
 * @param height in CSS pixels
 * @param scripts whether JavaScript is on
 * @param stillness whether the visitor prefers reduced motion
 */
public record Look(ColorScheme scheme, int width, int height, boolean scripts, boolean stillness) {
  static final int PHONE_WIDTH = 380;

  /** A window on a desk, in the light scheme. */
  public static final Look LIGHT = new Look(ColorScheme.LIGHT, 1280, 800, true, false);

  public static final Look DARK = LIGHT.in(ColorScheme.DARK);

  public Look in(ColorScheme other) {
    return new Look(other, width, height, scripts, stillness);
  }

  public Look sized(int otherWidth, int otherHeight) {
    return new Look(scheme, otherWidth, otherHeight, scripts, stillness);
  }

  /** The narrowest screen that the pages are made for. */
  public Look phone() {
    return sized(PHONE_WIDTH, 800);
  }

  public Look withoutScripts() {
    return new Look(scheme, width, height, false, stillness);
  }

  public Look still() {
    return new Look(scheme, width, height, scripts, true);
  }

  Browser.NewContextOptions options() {
    return new Browser.NewContextOptions()
        .setColorScheme(scheme)
        .setViewportSize(width, height)
        .setJavaScriptEnabled(scripts)
        .setReducedMotion(stillness ? ReducedMotion.REDUCE : ReducedMotion.NO_PREFERENCE)
        .setLocale("en-GB")
        .setTimezoneId("UTC")
        .setPermissions(List.of("clipboard-read", "clipboard-write"));
  }
}
