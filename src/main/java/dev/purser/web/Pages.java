package dev.purser.web;

import java.util.List;

/** Every address of the pages: the one table that the router reads. */
final class Pages {
  private Pages() {}

  static List<PageRoute> of(WebParts parts, Visitors visitors) {
    StartPage start = new StartPage(parts);
    AgentsPage agents = new AgentsPage(parts);
    AgentPage agent = new AgentPage(parts);
    UsagePage usage = new UsagePage(parts);
    CallsPage calls = new CallsPage(parts);
    OneCallPage call = new OneCallPage(parts);
    PricesPage prices = new PricesPage(parts);
    SetupPage setup = new SetupPage(parts, visitors);
    PasswordAttempts attempts = new PasswordAttempts(parts.clock());
    SignInPage signIn = new SignInPage(parts, visitors, attempts);
    PasswordPage password = new PasswordPage(parts, visitors, attempts);
    AccessTokensPage accessTokens = new AccessTokensPage(parts);
    SettingsPage settings = new SettingsPage(parts);
    BudgetForms budget = new BudgetForms(parts);
    OverspendPage overspend = new OverspendPage(parts);
    ThemeSwitch theme = new ThemeSwitch(visitors);
    return List.of(
        PageRoute.page("/", start::home),
        PageRoute.page("/start", start::show),
        PageRoute.page("/start/first-call", start::firstCall),
        PageRoute.form("/start/agent", start::makeAgent),
        PageRoute.back("/start/agent", "/start"),
        PageRoute.page("/agents", agents::show),
        PageRoute.form("/agents", agents::create),
        PageRoute.page("/agents/{id}", agent::show),
        PageRoute.form("/agents/{id}", agent::save),
        PageRoute.form("/agents/{id}/keys", agent::createKey),
        PageRoute.back("/agents/{id}/keys", "/agents/{id}#keys"),
        PageRoute.form("/agents/{id}/keys/{key}/revoke", agent::revokeKey),
        PageRoute.form("/agents/{id}/archive", agent::archive),
        PageRoute.page("/usage", usage::show),
        PageRoute.page("/usage.csv", usage::csv),
        PageRoute.page("/calls", calls::show),
        PageRoute.page("/calls.csv", calls::csv),
        PageRoute.page("/calls/newer", calls::newer),
        PageRoute.page("/calls/{id}", call::show),
        PageRoute.page("/prices", prices::show),
        PageRoute.form("/prices", prices::add),
        PageRoute.page("/settings", settings::show),
        PageRoute.form("/settings", settings::saveSettings),
        PageRoute.form("/settings/keys/{provider}", settings::saveKey).thatAsksProvider(),
        PageRoute.back("/settings/keys/{provider}", "/settings#keys"),
        PageRoute.form("/settings/keys/{provider}/verify", settings::verifyKey).thatAsksProvider(),
        PageRoute.back("/settings/keys/{provider}/verify", "/settings#keys"),
        PageRoute.form("/settings/keys/{provider}/delete", settings::deleteKey),
        PageRoute.back("/settings/keys/{provider}/delete", "/settings#keys"),
        PageRoute.form("/budget/release", budget::release),
        PageRoute.form("/budget/resume", budget::resume),
        PageRoute.form("/budget/told", budget::told),
        PageRoute.page("/access-tokens", accessTokens::show),
        PageRoute.form("/access-tokens", accessTokens::make),
        PageRoute.form("/access-tokens/{id}/revoke", accessTokens::revoke),
        PageRoute.page("/password", password::show),
        PageRoute.form("/password", password::change).thatHashesPassword(),
        PageRoute.page("/overspend", overspend::show),
        PageRoute.page("/overspend/now", overspend::now),
        PageRoute.form("/overspend", overspend::begin),
        PageRoute.page(SignInLinks.SETUP_PATH, setup::show).forAnyone(),
        PageRoute.form(SignInLinks.SETUP_PATH, setup::setUp).forAnyone().thatHashesPassword(),
        PageRoute.page(SignInLinks.PATH, signIn::show).forAnyone(),
        PageRoute.form(SignInLinks.PATH, signIn::signIn).forAnyone().thatHashesPassword(),
        PageRoute.form("/sign-out", signIn::signOut),
        PageRoute.form("/sign-out-everywhere", signIn::signOutEverywhere),
        PageRoute.form("/theme", theme::change).forAnyone().repeatable());
  }
}
