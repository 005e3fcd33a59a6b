package dev.purser.web;

import java.util.List;

/** Every address of the pages: the one table that the router reads. */
final class Pages {
  private Pages() {}

  static List<PageRoute> of(WebParts parts, Visitors visitors) {
    SignInPage signIn = new SignInPage(parts, visitors);
    UsagePage usage = new UsagePage(parts);
    CallsPage calls = new CallsPage(parts);
    OneCallPage call = new OneCallPage(parts);
    ThemeSwitch theme = new ThemeSwitch(visitors);
    return List.of(
        PageRoute.page("/", request -> Reply.redirect("/usage")),
        PageRoute.page("/usage", usage::show),
        PageRoute.page("/usage.csv", usage::csv),
        PageRoute.page("/calls", calls::show),
        PageRoute.page("/calls.csv", calls::csv),
        PageRoute.page("/calls/newer", calls::newer),
        PageRoute.page("/calls/{id}", call::show),
        PageRoute.page(SignInLinks.PATH, signIn::show).forAnyone(),
        PageRoute.form("/theme", theme::change).forAnyone());
  }
}
