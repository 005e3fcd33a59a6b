package dev.purser.api;

import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.Agents;
import dev.purser.agents.Standing;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.agents.VirtualKeys;
import dev.purser.ledger.Admission;
import dev.purser.ledger.Decision;
import dev.purser.ledger.Ledger;
import dev.purser.ledger.LedgerConfiguration;
import dev.purser.ledger.Refusal;
import dev.purser.ledger.Releases;
import dev.purser.ledger.Repricer;
import dev.purser.ledger.Settlement;
import dev.purser.money.Money;
import dev.purser.people.AccessToken;
import dev.purser.people.AccessTokens;
import dev.purser.people.Credential;
import dev.purser.people.NoticesTold;
import dev.purser.people.OneTimeLinks;
import dev.purser.people.PublicAddress;
import dev.purser.people.Sessions;
import dev.purser.people.Spaces;
import dev.purser.people.TokenCreated;
import dev.purser.people.TrustedProxies;
import dev.purser.people.User;
import dev.purser.people.UserAdded;
import dev.purser.people.Users;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Prices;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.KeyCheck;
import dev.purser.providers.ProviderAddresses;
import dev.purser.reports.AgentUsageStore;
import dev.purser.reports.BudgetOutlookStore;
import dev.purser.reports.CallStore;
import dev.purser.reports.DailyUsageStore;
import dev.purser.reports.MonthUsageStore;
import dev.purser.reports.StrictStateStore;
import dev.purser.reports.UsageSummaryStore;
import dev.purser.running.Http;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.TestDatabase;
import dev.purser.vault.KeyChecks;
import dev.purser.vault.Vault;
import dev.purser.vault.VaultConfiguration;
import dev.purser.web.SignInLinks;
import dev.purser.web.Web;
import dev.purser.web.WebParts;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The management API and the pages on a real server and a real database, without the gateway. Calls
 * get into the ledger as the gateway would bring them there.
 */
public final class TestApi implements AutoCloseable {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Everybody's here. */
  public static final String PASSWORD = "a long enough password";

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestDatabase testDatabase;
  private final Ids ids = new Ids(CLOCK, RANDOM);
  private final ListingProvider provider = ListingProvider.start();
  private final Vertx vertx = Vertx.vertx();
  private final AtomicReference<@Nullable String> notReadyBecause = new AtomicReference<>();
  private final PriceList prices = PriceList.shipped();
  private final KeyCheck keyCheck;
  private final Users users;
  private final AccessTokens accessTokens;
  private final Agents agents;
  private final VirtualKeys virtualKeys;
  private final Ledger ledger;
  private final Sessions sessions;
  private final SignInLinks signInLinks;
  private final ApiParts parts;
  private final WebParts webParts;
  private final int port;

  private TestApi(TestDatabase testDatabase) {
    this.testDatabase = testDatabase;
    Database database = testDatabase.database();
    byte[] masterKey = new byte[32];
    RANDOM.nextBytes(masterKey);
    Vault vault =
        Vault.open(
            database,
            new VaultConfiguration(
                Optional.of(Secret.of(Base64.getEncoder().encodeToString(masterKey))),
                Path.of("none")),
            ids,
            CLOCK,
            RANDOM);
    keyCheck = new KeyCheck(new ProviderAddresses(provider.url(), provider.url()));
    KeyChecks keyChecks = new KeyChecks(keyCheck);
    users = new Users(database, ids, CLOCK);
    signInLinks = new SignInLinks(new OneTimeLinks(database, CLOCK, RANDOM), RANDOM);
    sessions = new Sessions(database, CLOCK, RANDOM);
    accessTokens = new AccessTokens(database, ids, CLOCK, RANDOM);
    agents = new Agents(database, ids, CLOCK);
    virtualKeys = new VirtualKeys(database, ids, CLOCK, RANDOM);
    ledger = Ledger.start(database, LedgerConfiguration.DEFAULT, CLOCK, (owner, model) -> model);
    PublicAddress address = PublicAddress.of(Optional.empty(), "127.0.0.1", 0);
    parts =
        new ApiParts(
            address,
            users,
            sessions,
            accessTokens,
            new Spaces(database),
            agents,
            virtualKeys,
            vault,
            keyChecks,
            new UsageSummaryStore(database),
            new DailyUsageStore(database),
            new CallStore(database),
            new StrictStateStore(database),
            new Releases(database, CLOCK),
            () -> prices,
            () -> Optional.ofNullable(notReadyBecause.get()),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            CLOCK);
    Router router = Router.router(vertx);
    Api.mount(router, vertx, parts);
    webParts =
        new WebParts(
            address,
            TrustedProxies.NONE,
            users,
            sessions,
            signInLinks,
            accessTokens,
            parts.spaces(),
            agents,
            virtualKeys,
            vault,
            keyChecks,
            parts.usageSummaries(),
            parts.dailyUsage(),
            new MonthUsageStore(database),
            new AgentUsageStore(database),
            parts.calls(),
            new BudgetOutlookStore(database),
            new NoticesTold(database),
            parts.releases(),
            parts.prices(),
            Prices.open(new PriceStore(database, prices), new Repricer(CLOCK), Duration.ofDays(1)),
            CLOCK,
            RANDOM,
            null);
    Web.mount(router, vertx, webParts);
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    port = server.actualPort();
  }

  /** The database as a command sees it that runs beside the server. */
  public Database anotherProcess() {
    return testDatabase.openAnother();
  }

  /** Starts on an empty database. */
  public static TestApi start(TestDatabase.Kind kind) {
    return new TestApi(TestDatabase.fresh(kind));
  }

  /** Someone with a space of their own. */
  public record Person(User user, Http manage, Http read, String manageToken) {
    public String spaceId() {
      return user.spaceId();
    }
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** Without any credential. */
  public Http anonymous() {
    return new Http(url(), null);
  }

  List<Route> routes() {
    return Routes.of(parts);
  }

  public Database database() {
    return testDatabase.database();
  }

  /** What the pages are made of. */
  public WebParts webParts() {
    return webParts;
  }

  public SignInLinks signInLinks() {
    return signInLinks;
  }

  public Sessions sessions() {
    return sessions;
  }

  void notReadyBecause(@Nullable String reason) {
    notReadyBecause.set(reason);
  }

  /** A new user with a token of either scope. */
  public Person newPerson(String email) {
    UserAdded added = users.add(email, Secret.of(PASSWORD), false);
    if (!(added instanceof UserAdded.Added(User user))) {
      throw new AssertionError(added.getClass());
    }
    String manage = token(user, AccessToken.Scope.MANAGE);
    return new Person(
        user,
        new Http(url(), manage),
        new Http(url(), token(user, AccessToken.Scope.READ)),
        manage);
  }

  private String token(User user, AccessToken.Scope scope) {
    TokenCreated created = accessTokens.create(user, "test " + scope.id(), scope);
    if (!(created instanceof TokenCreated.Created(AccessToken token, Secret secret))) {
      throw new AssertionError(created.getClass());
    }
    return secret.reveal();
  }

  /** An agent with a virtual key. */
  public record Caller(String agentId, String virtualKeyId, String secret) {}

  /** Makes an agent with a virtual key. */
  public Caller newCaller(Person person, String agentName) {
    if (!(agents.create(person.spaceId(), AgentDraft.named(agentName))
        instanceof AgentSaved.Saved(var agent))) {
      throw new AssertionError("no agent");
    }
    if (!(virtualKeys.create(person.spaceId(), agent.id(), agentName + "-key", null)
        instanceof VirtualKeyCreated.Created(var virtualKey, Secret secret))) {
      throw new AssertionError("no virtual key");
    }
    return new Caller(agent.id(), virtualKey.id(), secret.reveal());
  }

  /** Admits a call, which stays open; gives its id. */
  public String openCall(Caller caller, Provider provider, String model) {
    Standing standing = virtualKeys.find(Credential.hash(caller.secret())).orElseThrow();
    Instant now = CLOCK.instant();
    String entryId = ids.next();
    Decision decision =
        ledger
            .admit(
                new Admission(
                    entryId,
                    standing.caller().spaceId(),
                    standing.revision(),
                    caller.agentId(),
                    caller.virtualKeyId(),
                    provider,
                    provider == Provider.ANTHROPIC ? "anthropic_messages" : "openai_chat",
                    "auto",
                    model,
                    Money.ofCents(3),
                    null,
                    prices.version(),
                    now,
                    standing.settings().timeZone(),
                    standing.settings().budget(),
                    standing.caller().budget(),
                    now.plusSeconds(30),
                    null))
            .join();
    if (!(decision instanceof Decision.Admitted)) {
      throw new AssertionError(decision);
    }
    return entryId;
  }

  /** Makes a call that ended; gives its id. */
  public String call(
      Person person, Caller caller, Provider provider, UsageSource source, ModelUsage used) {
    String entryId = openCall(caller, provider, used.model());
    Usage usage = new Usage(List.of(used), null, false, null);
    boolean settled =
        ledger
            .settle(
                new Settlement(
                    person.spaceId(),
                    entryId,
                    source,
                    usage,
                    prices.price(provider, usage, CLOCK.instant()),
                    CLOCK.instant(),
                    200,
                    null,
                    1_250L,
                    320L))
            .join();
    if (!settled) {
      throw new AssertionError("not settled");
    }
    return entryId;
  }

  /** Makes a call that was refused; gives its id. */
  public String refusedCall(Person person, Caller caller) {
    return ledger
        .refuse(
            new Refusal(
                ids.next(),
                person.spaceId(),
                caller.agentId(),
                caller.virtualKeyId(),
                Provider.OPENAI,
                "openai_chat",
                "gpt-of-nobody",
                null,
                CLOCK.instant(),
                java.time.ZoneOffset.UTC,
                404,
                "model_not_available",
                "gpt-of-nobody is not available.",
                null,
                null))
        .join()
        .orElseThrow();
  }

  /** What a live call does when the provider answers it with 401. */
  public void rejectKey(Person person, Provider provider) {
    String id = parts.vault().find(person.spaceId(), provider).orElseThrow().id();
    parts.vault().rejected(person.spaceId(), id, "The provider refused it.", CLOCK.instant());
  }

  /** Makes the database unusable. */
  public void closeDatabase() {
    testDatabase.database().close();
  }

  @Override
  public void close() {
    ledger.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
    keyCheck.close();
    provider.close();
    testDatabase.close();
  }
}
