package dev.purser.web;

import java.util.List;

/** Every address of the pages: the one table that the router reads. */
final class Pages {
  private Pages() {}

  static List<PageRoute> of(WebParts parts, Visitors visitors) {
    UsagePage usage = new UsagePage(parts);
    SetupPage setup = new SetupPage(parts, visitors);
    PasswordAttempts attempts = new PasswordAttempts(parts.clock());
    SignInPage signIn = new SignInPage(parts, visitors, attempts);
    PasswordPage password = new PasswordPage(parts, visitors, attempts);
    AccessTokensPage accessTokens = new AccessTokensPage(parts);
    SettingsPage settings = new SettingsPage(parts);
    ThemeSwitch theme = new ThemeSwitch(visitors);
    return List.of(
        PageRoute.page("/", request -> Reply.redirect("/usage")),
        PageRoute.page("/usage", usage::show),
        PageRoute.page("/usage.csv", usage::csv),
        PageRoute.page("/settings", settings::show),
        PageRoute.form("/settings", settings::saveSettings),
        PageRoute.form("/settings/keys/{provider}", settings::saveKey).thatAsksProvider(),
        PageRoute.form("/settings/keys/{provider}/verify", settings::verifyKey).thatAsksProvider(),
        PageRoute.form("/settings/keys/{provider}/delete", settings::deleteKey),
        PageRoute.page("/access-tokens", accessTokens::show),
        PageRoute.form("/access-tokens", accessTokens::make),
        PageRoute.form("/access-tokens/{id}/revoke", accessTokens::revoke),
        PageRoute.page("/password", password::show),
        PageRoute.form("/password", password::change),
        PageRoute.page(SignInLinks.SETUP_PATH, setup::show).forAnyone(),
        PageRoute.form(SignInLinks.SETUP_PATH, setup::setUp).forAnyone(),
        PageRoute.page(SignInLinks.PATH, signIn::show).forAnyone(),
        PageRoute.form(SignInLinks.PATH, signIn::signIn).forAnyone(),
        PageRoute.form("/sign-out", signIn::signOut),
        PageRoute.form("/sign-out-everywhere", signIn::signOutEverywhere),
        PageRoute.form("/theme", theme::change).forAnyone());
  }
}
