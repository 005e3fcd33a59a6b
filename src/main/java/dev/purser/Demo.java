package dev.purser;

import dev.purser.agents.AgentDraft;
import dev.purser.agents.AgentSaved;
import dev.purser.agents.Caller;
import dev.purser.agents.ModelPolicy;
import dev.purser.agents.Standing;
import dev.purser.agents.VirtualKey;
import dev.purser.agents.VirtualKeyCreated;
import dev.purser.cli.CommandFailure;
import dev.purser.config.Settings;
import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.people.Credential;
import dev.purser.people.SettingsSaved;
import dev.purser.people.SpaceSettings;
import dev.purser.people.User;
import dev.purser.people.UserAdded;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheck;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.ProviderAddresses;
import dev.purser.sandbox.SampleCall;
import dev.purser.sandbox.SampleMonth;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.secret.Secret;
import dev.purser.storage.DataDirectory;
import dev.purser.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code ./run demo}: the whole program with simulated providers and a sample month, in a directory
 * of its own. What people do there stays until the month is over; then the demo begins anew.
 */
final class Demo implements AutoCloseable {
  private static final String EMAIL = "demo@example.com";
  private static final String TERMINAL_KEY = "terminal";
  private static final long SEED = 22;

  /** In the demo's directory: that it is the demo's, and the month that was sampled. */
  private static final String MARK = "sample-month";

  private static final int FIRST_PORT = 8080;
  private static final int LAST_PORT = 8180;

  /** Settings of the environment that would lead out of the demo's directory. */
  private static final Set<String> NOT_FOR_THE_DEMO =
      Set.of(
          "PURSER_DATABASE_URL",
          "PURSER_DATABASE_USER",
          "PURSER_DATABASE_PASSWORD",
          "PURSER_DATABASE_PASSWORD_FILE",
          "PURSER_MASTER_KEY",
          "PURSER_MASTER_KEY_FILE",
          "PURSER_PUBLIC_URL");

  private static final long BUDGET_STEP_CENTS = 500;
  private static final long SUPPORT_BUDGET_CENTS = 1_000;

  private final Sandbox sandbox;
  private final App app;
  private final User user;

  private Demo(Sandbox sandbox, App app, User user) {
    this.sandbox = sandbox;
    this.app = app;
    this.user = user;
  }

  /** Runs until it is stopped. */
  static int run(Map<String, String> environment, InstantSource clock, PrintWriter out)
      throws InterruptedException {
    out.println("Starting the demo…");
    Path directory = Path.of("demo-data");
    Demo demo = start(environment, directory, SandboxOptions.realistic(), clock);
    Main.logAt(demo.app.logLevel());
    demo.introduce(out);
    // What stops the server closes it; the sandbox answers its last calls until then.
    int exitCode = Main.serve(demo.app, out);
    demo.sandbox.close();
    return exitCode;
  }

  static Demo start(
      Map<String, String> environment,
      Path directory,
      SandboxOptions options,
      InstantSource clock) {
    boolean fresh = prepare(directory, clock.instant());
    ProviderNotes notes = ProviderNotes.in(directory);
    Sandbox sandbox = Sandbox.start(options.withClock(clock), notes::note);
    try {
      Settings settings = settings(environment, directory, sandbox);
      if (fresh) {
        try (App app = App.start(settings, clock)) {
          fill(app, settings, clock);
        }
        Files.writeString(directory.resolve(MARK), month(clock.instant()).toString());
      }
      App app =
          App.start(settings, clock, new Overspend.Setup(EMAIL, notes, spread(options.pace())));
      return new Demo(sandbox, app, app.users().findByEmail(EMAIL).orElseThrow());
    } catch (IOException e) {
      sandbox.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      sandbox.close();
      throw e;
    }
  }

  /** As long as a person likes to watch. */
  private static Duration spread(SandboxOptions.Pace pace) {
    return switch (pace) {
      case INSTANT -> Duration.ofSeconds(10);
      case REALISTIC -> Duration.ofSeconds(35);
    };
  }

  App app() {
    return app;
  }

  User user() {
    return user;
  }

  /** A new virtual key for the person at the terminal; the one before is revoked. */
  Secret terminalKey() {
    String spaceId = user.spaceId();
    String agentId = "";
    for (var agent : app.rooms().agents().list(spaceId, false)) {
      agentId = agent.name().equals(SampleMonth.CODE_ASSISTANT) ? agent.id() : agentId;
    }
    for (VirtualKey key : app.rooms().virtualKeys().list(spaceId)) {
      if (key.name().equals(TERMINAL_KEY) && key.revokedAt() == null) {
        app.rooms().virtualKeys().revoke(spaceId, key.id());
      }
    }
    return created(app, spaceId, agentId, TERMINAL_KEY);
  }

  private void introduce(PrintWriter out) {
    URI url = app.address().url();
    out.println(
        """

        This is a demo: both providers are simulated, and nothing leaves this machine.

        Open this once, within ten minutes (./run demo makes a new one):
          %s

        Make a call, and watch it appear:
          curl %s/v1/messages -H 'x-api-key: %s' -H 'anthropic-version: 2023-06-01' \
        -H 'content-type: application/json' \
        -d '{"model": "auto", "max_tokens": 200, "messages": [{"role": "user", "content": "Hello"}]}'

        Try to overspend, with 1,000 calls at once against a strict budget of $5.00:
          %s/overspend

        Stop it with Ctrl-C. To begin anew, delete %s.
        """
            .formatted(app.signInLink(user.id()), url, terminalKey().reveal(), url, "./demo-data"));
  }

  @Override
  public void close() {
    app.close();
    sandbox.close();
  }

  /** Whether the directory has yet to be filled; an earlier month's is emptied. */
  private static boolean prepare(Path directory, Instant now) {
    Path mark = directory.resolve(MARK);
    if (Files.notExists(mark) && Files.exists(directory.resolve("purser.db"))) {
      throw new CommandFailure(directory + " is not a demo's: delete it, or move it away");
    }
    try (DataDirectory.Lock _ = lock(directory)) {
      if (Files.exists(mark)) {
        if (Files.readString(mark).equals(month(now).toString())) {
          return false;
        }
        empty(directory);
      }
      Files.writeString(mark, "not yet");
      return true;
    } catch (IOException e) {
      throw new CommandFailure("cannot use " + directory + ": " + e.getMessage());
    }
  }

  /** So that nothing is deleted under a demo that runs. */
  private static DataDirectory.Lock lock(Path directory) {
    try {
      return DataDirectory.open(directory, /* allowOpen= */ false).lock();
    } catch (StorageException e) {
      throw new CommandFailure(
          "cannot use " + directory + ": if a demo runs already, stop that one first");
    }
  }

  private static void empty(Path directory) throws IOException {
    Path lock = directory.resolve(DataDirectory.LOCK_FILE);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(directory) && !file.equals(lock)) {
          Files.delete(file);
        }
      }
    }
  }

  private static Settings settings(
      Map<String, String> environment, Path directory, Sandbox sandbox) {
    Map<String, String> own = new HashMap<>(environment);
    own.keySet().removeAll(NOT_FOR_THE_DEMO);
    own.put("PURSER_DATA_DIR", directory.toString());
    own.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
    own.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
    own.computeIfAbsent(
        "PURSER_PORT", _ -> freePort(environment.getOrDefault("PURSER_HOST", "127.0.0.1")));
    return App.settings(own, directory);
  }

  private static String freePort(String host) {
    for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getByName(host))) {
        return Integer.toString(port);
      } catch (IOException taken) {
        // The next one, then.
      }
    }
    return "0";
  }

  private static void fill(App app, Settings settings, InstantSource clock) {
    Rooms rooms = app.rooms();
    UserAdded added =
        rooms
            .users()
            .add(EMAIL, Credential.make(Credential.Kind.ACCESS_TOKEN, rooms.random()), true);
    if (!(added instanceof UserAdded.Added(User user))) {
      throw new IllegalStateException("the demo's user was not added: " + added);
    }
    String spaceId = user.spaceId();
    saveKeys(rooms, settings, spaceId);
    List<SampleCall> calls = SampleMonth.until(clock.instant(), SEED);
    Money spend = SampleBooks.counted(calls, app.prices().current(), month(clock.instant()));
    saveSettings(rooms, spaceId, budgetCents(spend));
    Map<String, Secret> keys = new HashMap<>();
    for (String agent : SampleMonth.AGENTS) {
      keys.put(agent, created(app, spaceId, agent(rooms, spaceId, agent), "server"));
    }
    Map<String, Standing> standings = new HashMap<>();
    keys.forEach((agent, key) ->
        standings.put(
            agent, rooms.virtualKeys().find(Credential.hash(key.reveal())).orElseThrow()));
    new SampleBooks(app.ledger(), app.prices().current(), standings, clock, rooms.random())
        .write(calls);
    for (SampleCall call : calls) {
      Caller caller = Objects.requireNonNull(standings.get(call.agent())).caller();
      rooms.virtualKeys().used(caller.spaceId(), caller.virtualKeyId(), call.createdAt());
    }
    rooms.virtualKeys().writeLastUses();
  }

  /** Through the same check as everybody's. */
  private static void saveKeys(Rooms rooms, Settings settings, String spaceId) {
    try (KeyCheck check = new KeyCheck(ProviderAddresses.of(settings))) {
      for (Provider provider : Provider.values()) {
        Secret key =
            Secret.of(
                switch (provider) {
                  case ANTHROPIC -> "sk-ant-api03-sandbox-demo-key-4f0a";
                  case OPENAI -> "sk-proj-sandbox-demo-key-9c1e";
                });
        KeyCheckResult result = check.check(provider, key);
        if (!(result instanceof KeyCheckResult.Usable usable)) {
          throw new IllegalStateException("the sandbox refused its own key: " + result);
        }
        rooms.vault().save(spaceId, provider, key, usable);
      }
    }
  }

  /** The month's spend is about four fifths of it. */
  private static long budgetCents(Money spend) {
    long cents = spend.cents().longValue() * 5 / 4;
    return Math.ceilDiv(Math.max(cents, 4 * BUDGET_STEP_CENTS), BUDGET_STEP_CENTS)
        * BUDGET_STEP_CENTS;
  }

  private static void saveSettings(Rooms rooms, String spaceId, long budgetCents) {
    SettingsSaved saved =
        rooms
            .spaces()
            .save(
                new SpaceSettings(
                    spaceId,
                    Provider.ANTHROPIC,
                    "claude-sonnet-5-5",
                    budgetCents,
                    Budget.Mode.STOP,
                    ZoneId.of("UTC"),
                    rooms.spaces().settings(spaceId).version()));
    if (!(saved instanceof SettingsSaved.Saved)) {
      throw new IllegalStateException("the demo's settings were not saved: " + saved);
    }
  }

  private static String agent(Rooms rooms, String spaceId, String name) {
    AgentDraft draft =
        switch (name) {
          case SampleMonth.SUPPORT_BOT ->
              new AgentDraft(
                  name,
                  Provider.OPENAI,
                  "gpt-6.1-terra",
                  ModelPolicy.AUTO,
                  SUPPORT_BUDGET_CENTS,
                  Budget.Mode.STOP);
          case SampleMonth.RESEARCH ->
              new AgentDraft(
                  name,
                  Provider.ANTHROPIC,
                  "claude-fable-5-2",
                  ModelPolicy.AUTO,
                  null,
                  Budget.Mode.STOP);
          case SampleMonth.NIGHTLY_SUMMARIES ->
              new AgentDraft(
                  name,
                  Provider.ANTHROPIC,
                  "claude-haiku-5-5",
                  ModelPolicy.ALWAYS,
                  null,
                  Budget.Mode.STOP);
          default -> AgentDraft.named(name);
        };
    AgentSaved saved = rooms.agents().create(spaceId, draft);
    if (!(saved instanceof AgentSaved.Saved(var agent))) {
      throw new IllegalStateException("an agent of the demo was not made: " + saved);
    }
    return agent.id();
  }

  private static Secret created(App app, String spaceId, String agentId, String name) {
    VirtualKeyCreated made = app.rooms().virtualKeys().create(spaceId, agentId, name, null);
    if (!(made instanceof VirtualKeyCreated.Created created)) {
      throw new IllegalStateException("a virtual key of the demo was not made: " + made);
    }
    return created.secret();
  }

  private static YearMonth month(Instant instant) {
    return YearMonth.from(instant.atZone(ZoneOffset.UTC));
  }
}
