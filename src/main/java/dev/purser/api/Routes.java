package dev.purser.api;

import static dev.purser.api.Access.ANYONE;
import static dev.purser.api.Access.MANAGE;
import static dev.purser.api.Access.READ;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.purser.vault.ProviderKeys;
import java.util.List;

/** Every call of the API: the one table that the router and the tests read. */
final class Routes {
  private Routes() {}

  static List<Route> of(ApiParts parts) {
    ModelOwners owners = new ModelOwners(parts.vault(), parts.prices());
    MeResource me = new MeResource();
    KeysResource keys =
        new KeysResource(
            parts.vault(),
            new ProviderKeys(
                parts.vault(), parts.spaces(), parts.keyChecks(), parts.prices(), parts.clock()));
    SettingsResource settings =
        new SettingsResource(parts.spaces(), owners, parts.strictStates(), parts.clock());
    ModelsResource models = new ModelsResource(parts.vault(), parts.prices(), parts.clock());
    UsageResource usage =
        new UsageResource(
            parts.usageSummaries(), parts.dailyUsage(), parts.spaces(), parts.clock());
    CallsResource calls = new CallsResource(parts.calls(), parts.spaces());
    AgentsResource agents =
        new AgentsResource(
            parts.agents(), parts.virtualKeys(), owners, parts.strictStates(), parts.clock());
    BudgetResource budget = new BudgetResource(parts.releases());
    AccessTokensResource tokens = new AccessTokensResource(parts.accessTokens());
    ServerResource server = ServerResource.of(parts.notReadyBecause(), parts.metrics());

    return List.of(
        Route.of(GET, "/api/me", READ, me::me),
        Route.of(GET, "/api/keys", READ, keys::list),
        Route.of(PUT, "/api/keys/{provider}", MANAGE, keys::save).fields("key").thatAsksProvider(),
        Route.of(POST, "/api/keys/{provider}/verify", MANAGE, keys::verify).thatAsksProvider(),
        Route.of(DELETE, "/api/keys/{provider}", MANAGE, keys::delete),
        Route.of(GET, "/api/settings", READ, settings::read),
        Route.of(PATCH, "/api/settings", MANAGE, settings::change).fields(SettingsResource.FIELDS),
        Route.of(GET, "/api/usage/summary", READ, usage::summary).parameters("month"),
        Route.of(GET, "/api/usage/daily", READ, usage::daily).parameters("from", "to", "by"),
        Route.of(POST, "/api/budget/release-doubt", MANAGE, budget::releaseDoubt),
        Route.of(POST, "/api/budget/resume", MANAGE, budget::resume),
        Route.of(GET, "/api/calls", READ, calls::list)
            .parameters("agent", "model", "state", "from", "to", "before", "limit"),
        Route.of(GET, "/api/calls/{id}", READ, calls::read),
        Route.of(GET, "/api/models", READ, models::list),
        Route.of(GET, "/api/agents", READ, agents::list),
        Route.of(POST, "/api/agents", MANAGE, agents::create).fields(AgentsResource.NEW_FIELDS),
        Route.of(GET, "/api/agents/{id}", READ, agents::read),
        Route.of(PATCH, "/api/agents/{id}", MANAGE, agents::change).fields(AgentsResource.FIELDS),
        Route.of(DELETE, "/api/agents/{id}", MANAGE, agents::archive),
        Route.of(POST, "/api/agents/{id}/virtual-keys", MANAGE, agents::createVirtualKey)
            .fields("name"),
        Route.of(DELETE, "/api/virtual-keys/{id}", MANAGE, agents::revokeVirtualKey),
        Route.of(GET, "/api/access-tokens", READ, tokens::list),
        Route.of(POST, "/api/access-tokens", MANAGE, tokens::create)
            .fields("name", "scope", "expiresAt"),
        Route.of(DELETE, "/api/access-tokens/{id}", MANAGE, tokens::revoke),
        Route.of(GET, "/api/openapi.yaml", ANYONE, server::openApi),
        Route.of(GET, "/health/live", ANYONE, server::live).asProbe(),
        Route.of(GET, "/health/ready", ANYONE, server::ready).asProbe(),
        Route.of(GET, "/metrics", READ, server::metrics));
  }
}
