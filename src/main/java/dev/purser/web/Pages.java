package dev.purser.web;

import java.util.List;

/** Every address of the pages: the one table that the router reads. */
final class Pages {
  private Pages() {}

  static List<PageRoute> of(WebParts parts, Visitors visitors) {
    HomePage home = new HomePage(parts);
    SignInPage signIn = new SignInPage(parts, visitors);
    ThemeSwitch theme = new ThemeSwitch(visitors);
    return List.of(
        PageRoute.page("/", home::show),
        PageRoute.page(SignInLinks.PATH, signIn::show).forAnyone(),
        PageRoute.form("/theme", theme::change).forAnyone());
  }
}
