package dev.purser.web;

import java.util.List;

/** Every address of the pages: the one table that the router reads. */
final class Pages {
  private Pages() {}

  static List<PageRoute> of(WebParts parts, Visitors visitors) {
    HomePage home = new HomePage(parts);
    PasswordAttempts attempts = new PasswordAttempts(parts.clock());
    SignInPage signIn = new SignInPage(parts, visitors, attempts);
    SetupPage setup = new SetupPage(parts, visitors);
    PasswordPage password = new PasswordPage(parts, visitors, attempts);
    AccessTokensPage accessTokens = new AccessTokensPage(parts);
    ThemeSwitch theme = new ThemeSwitch(visitors);
    return List.of(
        PageRoute.page("/", home::show),
        PageRoute.page(SignInLinks.SETUP_PATH, setup::show).forAnyone(),
        PageRoute.form(SignInLinks.SETUP_PATH, setup::setUp).forAnyone(),
        PageRoute.page(SignInLinks.PATH, signIn::show).forAnyone(),
        PageRoute.form(SignInLinks.PATH, signIn::signIn).forAnyone(),
        PageRoute.form("/sign-out", signIn::signOut),
        PageRoute.form("/sign-out-everywhere", signIn::signOutEverywhere),
        PageRoute.page("/password", password::show),
        PageRoute.form("/password", password::change),
        PageRoute.page("/access-tokens", accessTokens::show),
        PageRoute.form("/access-tokens", accessTokens::make),
        PageRoute.form("/access-tokens/{id}/revoke", accessTokens::revoke),
        PageRoute.form("/theme", theme::change).forAnyone());
  }
}
