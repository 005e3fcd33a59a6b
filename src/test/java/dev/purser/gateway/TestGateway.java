package dev.purser.gateway;

import dev.purser.agents.Agent;
import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.Agents;
import dev.purser.agents.VirtualKey;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.agents.VirtualKeys;
import dev.purser.config.Settings;
import dev.purser.ledger.Ledger;
import dev.purser.ledger.LedgerConfiguration;
import dev.purser.ledger.Repricer;
import dev.purser.people.Spaces;
import dev.purser.people.User;
import dev.purser.people.UserAdded;
import dev.purser.people.Users;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Prices;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.ListedModel;
import dev.purser.providers.ProviderAddresses;
import dev.purser.running.Await;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.Ids;
import dev.purser.storage.TestDatabase;
import dev.purser.vault.Vault;
import dev.purser.vault.VaultConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A gateway on two event loops with a real database, ledger and vault, one user with both provider
 * keys and one agent, and a provider that the test plays.
 */
final class TestGateway implements AutoCloseable {
  static final String ANTHROPIC_KEY = "sk-ant-api03-test-0123456789abcdefghijklmnop";
  private static final Duration KEEP_ALIVE_SELDOM = Duration.ofMinutes(5);

  private static final int LANES = 2;
  static final String OPENAI_KEY = "sk-proj-test-0123456789abcdefghijklmnopqrst";

  final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  final Vertx vertx = Vertx.vertx();
  final FakeProvider provider = new FakeProvider(vertx);
  final TestDatabase testDatabase;
  final Database database;
  final Agents agents;
  final Spaces spaces;
  final VirtualKeys virtualKeys;
  final Vault vault;
  final Prices prices;
  final Ledger ledger;
  final Gateway gateway;
  final User user;
  final Agent agent;
  final VirtualKey virtualKey;
  final String secret;
  private int port;

  TestGateway() {
    this(configuration -> configuration);
  }

  TestGateway(UnaryOperator<GatewayConfiguration> limits) {
    this(limits, null);
  }

  TestGateway(LedgerConfiguration ledgers) {
    this(configuration -> configuration, null, ledgers);
  }

  TestGateway(TestDatabase.Kind kind) {
    this(
        kind,
        configuration -> configuration,
        null,
        LedgerConfiguration.DEFAULT,
        KEEP_ALIVE_SELDOM,
        LANES);
  }

  /** One that gives clients of event streams a sign of life after so long a silence. */
  static TestGateway keepingAlive(Duration silence) {
    return new TestGateway(
        TestDatabase.Kind.SQLITE,
        configuration -> configuration,
        null,
        LedgerConfiguration.DEFAULT,
        silence,
        LANES);
  }

  /** One whose calls all share one event loop and its connections to the providers. */
  static TestGateway onOneLane(UnaryOperator<GatewayConfiguration> limits, URI providerUrl) {
    return new TestGateway(
        TestDatabase.Kind.SQLITE,
        limits,
        providerUrl,
        LedgerConfiguration.DEFAULT,
        KEEP_ALIVE_SELDOM,
        1);
  }

  /**
   * @param providerUrl null for the provider that the test plays
   */
  TestGateway(UnaryOperator<GatewayConfiguration> limits, @Nullable URI providerUrl) {
    this(limits, providerUrl, LedgerConfiguration.DEFAULT);
  }

  private TestGateway(
      UnaryOperator<GatewayConfiguration> limits,
      @Nullable URI providerUrl,
      LedgerConfiguration ledgers) {
    this(TestDatabase.Kind.SQLITE, limits, providerUrl, ledgers, KEEP_ALIVE_SELDOM, LANES);
  }

  private TestGateway(
      TestDatabase.Kind kind,
      UnaryOperator<GatewayConfiguration> limits,
      @Nullable URI providerUrl,
      LedgerConfiguration ledgers,
      Duration keepAlive,
      int lanes) {
    testDatabase = TestDatabase.fresh(kind);
    database = testDatabase.database();
    Clock clock = Clock.systemUTC();
    SecureRandom random = new SecureRandom();
    Ids ids = new Ids(clock, random);
    agents = new Agents(database, ids, clock);
    spaces = new Spaces(database);
    virtualKeys = new VirtualKeys(database, ids, clock, random);
    vault =
        Vault.open(
            database,
            new VaultConfiguration(Optional.empty(), masterKeyFile()),
            ids,
            clock,
            random);
    prices =
        Prices.open(
            new PriceStore(database, PriceList.shipped()),
            new Repricer(clock),
            Duration.ofMillis(200));
    ledger = Ledger.start(database, ledgers, clock, (owner, model) -> model);
    user =
        switch (new Users(database, ids, clock)
            .add("someone@example.org", Secret.of("a long enough passphrase"), true)) {
          case UserAdded.Added(User added) -> added;
          case UserAdded other -> throw new AssertionError(other);
        };
    saveKey(Provider.ANTHROPIC, ANTHROPIC_KEY, "claude-haiku-4-5", "claude-sonnet-4-5");
    saveKey(Provider.OPENAI, OPENAI_KEY, "gpt-4o-mini", "text-embedding-3-small");
    agent = newAgent(AgentDraft.named("tester"));
    VirtualKeyCreated.Created created = newVirtualKey(agent, null);
    virtualKey = created.virtualKey();
    secret = created.secret().reveal();

    Settings none = Settings.read(Map.of(), Path.of("none"), Set.of(), Set.of());
    URI url = providerUrl == null ? provider.url() : providerUrl;
    gateway =
        new Gateway(
            limits.apply(GatewayConfiguration.of(none)),
            new Gateway.Rooms(
                new ProviderAddresses(url, url),
                virtualKeys,
                vault,
                ledger,
                prices,
                ids,
                clock,
                new SimpleMeterRegistry()),
            URI.create("http://purser.test"),
            lanes,
            keepAlive);
    vertx
        .deployVerticle(
            () ->
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return gateway
                        .guarded(vertx.createHttpServer(gateway.serverOptions()))
                        .requestHandler(gateway.handler())
                        .listen(-1, "127.0.0.1")
                        .onSuccess(server -> port = server.actualPort());
                  }
                },
            new DeploymentOptions().setInstances(lanes))
        .await();
  }

  private static Path masterKeyFile() {
    try {
      Path directory = Files.createTempDirectory("purser-test-vault");
      directory.toFile().deleteOnExit();
      return directory.resolve("master.key");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void saveKey(Provider owner, String key, String... models) {
    saveKey(user, owner, key, models);
  }

  private void saveKey(User of, Provider owner, String key, String... models) {
    List<ListedModel> listed =
        List.of(models).stream()
            .map(model ->
                new ListedModel(
                    model,
                    null,
                    Instant.ofEpochSecond(1_700_000_000),
                    "{\"type\":\"model\",\"id\":\"" + model + "\"}"))
            .toList();
    vault.save(of.spaceId(), owner, Secret.of(key), new KeyCheckResult.Valid(listed));
  }

  Agent newAgent(AgentDraft draft) {
    return switch (agents.create(user.spaceId(), draft)) {
      case AgentSaved.Saved(Agent saved) -> saved;
      case AgentSaved other -> throw new AssertionError(other);
    };
  }

  VirtualKeyCreated.Created newVirtualKey(Agent of, @Nullable Instant expiresAt) {
    return switch (virtualKeys.create(user.spaceId(), of.id(), "key", expiresAt)) {
      case VirtualKeyCreated.Created created -> created;
      case VirtualKeyCreated other -> throw new AssertionError(other);
    };
  }

  int port() {
    return port;
  }

  /** The virtual key of another user, whose space has the same models by keys of its own. */
  String virtualKeyOfAnotherSpace() {
    Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    User other =
        switch (new Users(database, ids, Clock.systemUTC())
            .add("another@example.org", Secret.of("a long enough passphrase"), false)) {
          case UserAdded.Added(User added) -> added;
          case UserAdded refused -> throw new AssertionError(refused);
        };
    saveKey(other, Provider.ANTHROPIC, ANTHROPIC_KEY + "2", "claude-haiku-4-5");
    saveKey(other, Provider.OPENAI, OPENAI_KEY + "2", "gpt-4o-mini");
    Agent theirs =
        switch (agents.create(other.spaceId(), AgentDraft.named("their tester"))) {
          case AgentSaved.Saved(Agent saved) -> saved;
          case AgentSaved refused -> throw new AssertionError(refused);
        };
    return switch (virtualKeys.create(other.spaceId(), theirs.id(), "key", null)) {
      case VirtualKeyCreated.Created created -> created.secret().reveal();
      case VirtualKeyCreated refused -> throw new AssertionError(refused);
    };
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  /** A call with this gateway's virtual key. */
  HttpResponse<String> post(String path, String json) {
    return send(
        request(path)
            .header("authorization", "Bearer " + secret)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder builder = request(path).header("authorization", "Bearer " + secret);
    return send(headers.length == 0 ? builder.build() : builder.headers(headers).build());
  }

  HttpResponse<String> send(HttpRequest request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What the ledger has of a call. */
  record Entry(
      String id,
      String state,
      @Nullable String usageSource,
      @Nullable String model,
      @Nullable String requestedModel,
      long inputTokens,
      long outputTokens,
      @Nullable Long httpStatus,
      @Nullable String errorCode,
      @Nullable Long costNanos,
      long doubtNanos) {}

  /** All entries, oldest first. */
  List<Entry> entries() {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT entry_id, state, usage_source, model, requested_model, input_tokens,
                  output_tokens, http_status, error_code, cost_nanos, doubt_nanos
                FROM entries ORDER BY entry_id\
                """)
            .map((row, context) ->
                new Entry(
                    row.getString("entry_id"),
                    row.getString("state"),
                    row.getString("usage_source"),
                    row.getString("model"),
                    row.getString("requested_model"),
                    row.getLong("input_tokens"),
                    row.getLong("output_tokens"),
                    number(row, "http_status"),
                    row.getString("error_code"),
                    number(row, "cost_nanos"),
                    row.getLong("doubt_nanos")))
            .list());
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  /** The newest entry, once it is no longer open. */
  Entry lastEntry() {
    Await.until(
        "the newest entry is settled",
        Duration.ofSeconds(10),
        () -> !entries().isEmpty() && !entries().getLast().state().equals("open"));
    return entries().getLast();
  }

  @Override
  public void close() {
    http.close();
    vertx.close().await();
    ledger.close();
    prices.close();
    testDatabase.close();
  }
}
