package dev.purser.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.config.Settings.InvalidSetting;
import dev.purser.ledger.Repricer;
import dev.purser.people.AccessToken;
import dev.purser.people.OneTimeLinks;
import dev.purser.people.PublicAddress;
import dev.purser.people.Spaces;
import dev.purser.people.TestPeople;
import dev.purser.people.User;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.ProviderAddresses;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import dev.purser.vault.Vault;
import dev.purser.vault.VaultConfiguration;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
  private static final String PASSWORD = TestPeople.PASSWORD.reveal();

  @TempDir private Path directory = Path.of("");

  /** Where nobody listens. */
  private ProviderAddresses providers =
      new ProviderAddresses(URI.create("http://127.0.0.1:1"), URI.create("http://127.0.0.1:1"));

  /** What a command left behind. */
  private record Ended(int exitCode, String output, String errors) {
    void failedInOneLine(int code) {
      assertThat(exitCode).isEqualTo(code);
      assertThat(errors.strip()).hasLineCount(1).doesNotContain("Exception");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUserIsAddedWhileAnotherProcessHasTheDatabaseOpen(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople server = new TestPeople(test.database());
      server.add("first@example.com");

      Ended ended =
          run(
              test,
              PASSWORD + "\n",
              "user",
              "add",
              "Ada@example.com",
              "--admin",
              "--password-stdin");

      assertThat(ended).isEqualTo(new Ended(0, "User ada@example.com was added.\n", ""));
      assertThat(server.users().signIn("ada@example.com", TestPeople.PASSWORD)).isPresent();
      Optional<User> ada = server.users().findByEmail("ada@example.com");
      assertThat(ada.map(User::admin)).contains(true);
      server.add("last@example.com");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLinkSignsAUserInOnceAndIsMadeWhileTheServerRuns(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople server = new TestPeople(test.database());
      User ada = server.add("ada@example.com");

      Ended ended = run(test, "", "user", "link", "ADA@example.com");

      assertThat(ended.errors()).isEmpty();
      String link = ended.output().strip();
      assertThat(link).startsWith("https://purser.example.org/sign-in?link=").hasLineCount(1);
      OneTimeLinks links = new OneTimeLinks(server.database(), server.clock(), server.random());
      Secret secret = Secret.of(link.substring(link.indexOf('=') + 1));
      assertThat(links.take(secret)).contains(ada.id());
      assertThat(links.take(secret)).isEmpty();
      Ended nobody = run(test, "", "user", "link", "bob@example.com");
      nobody.failedInOneLine(1);
      assertThat(nobody.errors()).contains("no user bob@example.com");
    }
  }

  @Test
  void aUserThatCannotBeAddedIsALineWithoutThePassword() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      run(test, PASSWORD, "user", "add", "ada@example.com", "--password-stdin").output();

      Ended taken = run(test, PASSWORD, "user", "add", "ADA@example.com", "--password-stdin");
      taken.failedInOneLine(1);
      assertThat(taken.errors()).contains("ada@example.com already").doesNotContain(PASSWORD);
      run(test, "short", "user", "add", "bob@example.com", "--password-stdin").failedInOneLine(1);
      run(test, "", "user", "add", "bob@example.com", "--password-stdin").failedInOneLine(1);
      Ended without = run(test, PASSWORD, "user", "add", "bob@example.com");
      without.failedInOneLine(1);
      assertThat(without.errors()).contains("--password-stdin");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUserIsDisabledAndEnabled(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople server = new TestPeople(test.database());
      User ada = server.add("ada@example.com");
      Ended disabled = run(test, "", "user", "disable", "Ada@example.com");
      assertThat(disabled.exitCode()).isZero();
      assertThat(disabled.output())
          .contains("Nobody can sign in as ada@example.com")
          .contains("virtual keys go on working");
      assertThat(server.users().disabled(ada.id())).isTrue();
      Ended link = run(test, "", "user", "link", "ada@example.com");
      link.failedInOneLine(1);
      assertThat(link.errors()).contains("user enable ada@example.com");
      assertThat(run(test, "", "user", "enable", "ada@example.com"))
          .isEqualTo(new Ended(0, "ada@example.com can sign in again.\n", ""));
      assertThat(server.users().disabled(ada.id())).isFalse();
      run(test, "", "user", "disable", "nobody@example.com").failedInOneLine(1);
      run(test, "", "user", "enable", "nobody@example.com").failedInOneLine(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAccessTokenExpiresAfterTheDaysThatTheCommandSays(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople server = new TestPeople(test.database());
      User ada = server.add("ada@example.com");
      String[] create = {
        "token", "create", "--user", "ada@example.com", "--name", "ci", "--days", "7"
      };
      assertThat(run(test, "", create).exitCode()).isZero();
      assertThat(server.accessTokens().list(ada.spaceId()).getFirst().expiresAt())
          .isEqualTo(TestPeople.START.plus(Duration.ofDays(7)));
      create[7] = "0";
      run(test, "", create).failedInOneLine(1);
    }
  }

  @Test
  void whoeverTypesThePasswordEndsItWithTheLine() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      byte[] line = (PASSWORD + "\n").getBytes(StandardCharsets.UTF_8);
      InputStream terminal =
          new ByteArrayInputStream(line) {
            @Override
            public synchronized int read() {
              assertThat(available()).as("what was typed is read, and no more").isPositive();
              return super.read();
            }

            @Override
            public synchronized int read(byte[] into, int from, int most) {
              throw new AssertionError("more than the line is waited for");
            }
          };
      Ended ended =
          run(
              () -> Database.open(test.configuration()),
              terminal,
              "user",
              "add",
              "ada@example.com",
              "--password-stdin");
      assertThat(ended.errors()).isEmpty();
      assertThat(ended.exitCode()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAccessTokenStandsAloneOnTheLastLineAndManagesUnlessToldOtherwise(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      people.add("ada@example.com");

      Ended manage = run(test, "", "token", "create", "--user", "ada@example.com", "--name", "ci");
      Ended read =
          run(
              test,
              "",
              "token",
              "create",
              "--user",
              "ada@example.com",
              "--name",
              "ci",
              "--scope",
              "read");

      assertThat(scope(people, manage)).contains(AccessToken.Scope.MANAGE);
      assertThat(scope(people, read)).contains(AccessToken.Scope.READ);
    }
  }

  @Test
  void aTokenThatCannotBeMadeIsOneLine() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      Ended nobody = run(test, "", "token", "create", "--user", "eve@example.com", "--name", "ci");
      nobody.failedInOneLine(1);
      assertThat(nobody.errors()).contains("no user eve@example.com");
      run(test, "", "token", "create", "--user", "a@b", "--name", "x", "--scope", "all")
          .failedInOneLine(2);
      run(test, "", "token", "create", "--name", "x").failedInOneLine(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void vaultCheckSaysWhichKeysCannotBeOpened(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault =
          Vault.open(people.database(), vault(), people.ids(), people.clock(), people.random());
      KeyCheckResult.Valid valid = new KeyCheckResult.Valid(List.of());
      vault.save(space, Provider.OPENAI, Secret.of("sk-proj-test-0123456789abcdef"), valid);

      assertThat(run(test, "", "vault", "check"))
          .isEqualTo(new Ended(0, "Provider keys that can be opened: 1\n", ""));

      people
          .database()
          .<Integer>write(handle ->
              handle
                  .createUpdate("UPDATE provider_keys SET provider_key_id = 'another'")
                  .execute());
      Ended broken = run(test, "", "vault", "check");
      broken.failedInOneLine(1);
      assertThat(broken.output()).contains("Cannot be opened: OpenAI sk-proj…cdef").contains(space);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAddedPriceIsOnTheList(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      Ended before = run(test, "", "prices", "list");
      assertThat(before.exitCode()).isZero();
      assertThat(before.output()).doesNotContain("gpt-99");

      Ended added =
          run(test, "", "prices", "add", "openai", "gpt-99", "--input", "1.25", "--output", "10");
      assertThat(added.errors()).isEmpty();
      assertThat(added.exitCode()).isZero();

      assertThat(run(test, "", "prices", "list").output().lines())
          .anySatisfy(line -> assertThat(line).contains("gpt-99", "1.25", "10"));
      run(test, "", "prices", "add", "acme", "x", "--input", "1", "--output", "1")
          .failedInOneLine(1);
      run(test, "", "prices", "add", "openai", "x", "--input", "-1", "--output", "1")
          .failedInOneLine(1);
      run(test, "", "prices", "add", "openai", "x", "--input", "1").failedInOneLine(2);
      for (String endless : List.of("1e999999999", "1e-999999999", "1" + "0".repeat(60))) {
        Ended ended =
            run(test, "", "prices", "add", "openai", "x", "--input", endless, "--output", "1");
        ended.failedInOneLine(1);
        assertThat(ended.errors()).hasSizeLessThan(300).contains("is not a price");
      }
      run(test, "", "prices", "add", "openai", "gpt\u200b-99", "--input", "1", "--output", "1")
          .failedInOneLine(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNameIsListedForStrictBudgetsAndEverySpaceHearsOfIt(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      people.add("ada@example.com");
      people.add("bob@example.com");
      String[] name = {"anthropic_messages", "beta", "next-year-2027-01-01"};
      assertThat(run(test, "", "strict", "list").output()).isEqualTo("No names are listed.\n");
      long before = revisions(test);

      assertThat(run(test, "", strict("allow", name)).output())
          .isEqualTo("anthropic_messages beta next-year-2027-01-01 is listed: adds nothing\n");
      assertThat(revisions(test)).isEqualTo(before + 2);
      assertThat(run(test, "", strict("allow", name, "--widens")).exitCode()).isZero();
      assertThat(run(test, "", "strict", "list").output())
          .isEqualTo(
              "Listed:\n  anthropic_messages beta next-year-2027-01-01: counts as the most that the"
                  + " model can cost\n");
      assertThat(run(test, "", strict("remove", name)).exitCode()).isZero();
      assertThat(revisions(test)).isEqualTo(before + 6);
      run(test, "", strict("remove", name)).failedInOneLine(1);
      test.database()
          .write(handle ->
              handle.execute(
                  """
                  INSERT INTO strict_strikes (space_id, name, entry_id, struck_at)
                  VALUES ('space-7', 'anthropic_messages beta next-year-2027-01-01', 'call-9', 0)\
                  """));
      assertThat(run(test, "", "strict", "list").output())
          .contains("Refused since a call with it cost more than was set aside for it:")
          .contains(String.join(" ", name), "space-7", "1970-01-01T00:00:00Z", "call-9");
      run(test, "", strict("allow", name));
      assertThat(run(test, "", "strict", "list").output()).doesNotContain("space-7");
      run(test, "", strict("remove", name));
      run(test, "", "strict", "allow", "anthropic", "beta", "x").failedInOneLine(1);
      run(test, "", "strict", "allow", "openai_chat", "beta", "x").failedInOneLine(1);
      run(test, "", "strict", "allow", "openai_chat", "tool", "x").failedInOneLine(1);
      run(test, "", "strict", "allow", "openai_chat", "field", "a b").failedInOneLine(1);
      // What no list lets through is not said to be listed.
      run(test, "", "strict", "allow", "openai_responses", "field", "prompt").failedInOneLine(1);
      run(test, "", "strict", "allow", "openai_chat", "field", "multi_agent").failedInOneLine(1);
      run(test, "", "strict", "allow", "openai_chat", "field").failedInOneLine(2);
    }
  }

  private static String[] strict(String command, String[] name, String... options) {
    return Stream.of(new String[] {"strict", command}, name, options)
        .flatMap(Stream::of)
        .toArray(String[]::new);
  }

  private static long revisions(TestDatabase test) {
    return test.database()
        .read(handle ->
            handle.createQuery("SELECT SUM(revision) FROM spaces").mapTo(Long.class).one());
  }

  @ParameterizedTest
  @EnumSource
  void aPriceThatMayBeAMistakeIsSavedOnlyByWhoSaysSo(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      String[] dear = {
        "prices", "add", "anthropic", "claude-99", "--input", "300", "--output", "1500"
      };
      Ended refused = run(test, "", dear);
      refused.failedInOneLine(1);
      assertThat(refused.errors())
          .contains("nothing was saved")
          .contains("times the highest list price of Anthropic")
          .contains("--yes");
      Ended shown = run(test, "", with(dear, "--dry-run"));
      assertThat(shown.exitCode()).isZero();
      assertThat(shown.output())
          .contains("No call of this month changes its cost.")
          .contains("times the highest list price of Anthropic")
          .contains("Nothing was saved.");
      assertThat(run(test, "", "prices", "list").output()).doesNotContain("claude-99");

      Ended sure = run(test, "", with(dear, "--yes"));
      assertThat(sure.exitCode()).isZero();
      assertThat(sure.output()).contains("No call of this month changed its cost.");

      Ended listed =
          run(
              test,
              "",
              "prices",
              "add",
              "anthropic",
              "claude-haiku-4-5",
              "--input",
              "2",
              "--output",
              "10");
      listed.failedInOneLine(1);
      assertThat(listed.errors()).contains("is on the list that comes with Purser, at $1.00");
      Ended low =
          run(test, "", "prices", "add", "openai", "gpt-98", "--input", "0.0001", "--output", "9");
      low.failedInOneLine(1);
      assertThat(low.errors()).contains("less than a tenth of the lowest list price of OpenAI");
    }
  }

  private static String[] with(String[] arguments, String more) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = more;
    return all;
  }

  @Test
  void withoutAWordItServesAndEveryCommandKnowsHelpWithoutAnySetting() {
    assertThat(runWithout("serve").exitCode()).isEqualTo(10);
    assertThat(runWithout().exitCode()).isEqualTo(10);
    assertThat(runWithout("demo").exitCode()).isEqualTo(11);
    for (String[] words :
        new String[][] {
          {"--help"}, {"help"}, {"user", "add", "--help"}, {"prices", "--help"}, {"help", "vault"}
        }) {
      Ended help = runWithout(words);
      assertThat(help.exitCode()).isZero();
      assertThat(help.output()).contains("Usage: ./run");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown", "--unknown", "user", "user unknown", "vault check more"})
  void whatIsNoCommandIsToldInOneLine(String words) {
    runWithout(words.split(" ", -1)).failedInOneLine(2);
  }

  @Test
  void aWrongSettingIsOneLine() {
    Ended ended = runWithout("vault", "check");
    ended.failedInOneLine(1);
    assertThat(ended.errors()).contains("a wrong setting");
  }

  private static Optional<AccessToken.Scope> scope(TestPeople people, Ended ended) {
    assertThat(ended.exitCode()).isZero();
    return people
        .accessTokens()
        .find(ended.output().lines().toList().getLast())
        .map(AccessToken::scope);
  }

  @ParameterizedTest
  @EnumSource
  void anApiKeyIsCheckedAndSavedAndTheFirstChoosesTheDefaultModel(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      providers =
          new ProviderAddresses(sandbox.url(Provider.ANTHROPIC), sandbox.url(Provider.OPENAI));
      User ada = new TestPeople(test.database()).add("ada@example.com");
      Spaces spaces = new Spaces(test.database());

      Ended refused = saveKey(test, "anthropic", "sk-ant-api03-sandbox-0123456789-revoked");
      refused.failedInOneLine(1);
      assertThat(refused.errors()).contains("was not saved", "does not accept");
      assertThat(spaces.settings(ada.spaceId()).defaultModel()).isNull();

      assertThat(saveKey(test, "anthropic", "sk-ant-api03-sandbox-0123456789-abcd"))
          .isEqualTo(
              new Ended(
                  0,
                  """
                  The API key sk-ant-…abcd of Anthropic was saved.
                  The default model is now claude-sonnet-5-5.
                  """,
                  ""));
      assertThat(spaces.settings(ada.spaceId()).defaultProvider()).isEqualTo(Provider.ANTHROPIC);

      assertThat(saveKey(test, "openai", "sk-proj-sandbox-0123456789-abcd").output())
          .isEqualTo("The API key sk-proj…abcd of OpenAI was saved.\n");
      assertThat(spaces.settings(ada.spaceId()).defaultModel()).isEqualTo("claude-sonnet-5-5");
    }
  }

  @Test
  void anApiKeyThatCannotBeSavedIsALineWithoutIt() {
    String key = "sk-ant-api03-sandbox-0123456789-abcd";
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      new TestPeople(test.database()).add("ada@example.com");
      for (Ended ended :
          List.of(
              saveKey(test, "google", key),
              saveKey(test, "openai", key),
              saveKey(test, "anthropic", ""),
              saveKey(test, "anthropic", key),
              run(test, key, "key", "save", "anthropic", "--user", "ada@example.com"),
              run(
                  test,
                  key,
                  "key",
                  "save",
                  "anthropic",
                  "--user",
                  "bob@example.com",
                  "--key-stdin"))) {
        ended.failedInOneLine(1);
        assertThat(ended.errors()).doesNotContain("0123456789");
      }
    }
  }

  private Ended saveKey(TestDatabase test, String provider, String key) {
    return run(
        test, key + "\n", "key", "save", provider, "--user", "ada@example.com", "--key-stdin");
  }

  private VaultConfiguration vault() {
    return new VaultConfiguration(Optional.empty(), directory.resolve("master.key"));
  }

  /** Runs a command as a process of its own would: on a database that it opens and closes. */
  private Ended run(TestDatabase test, String input, String... arguments) {
    return run(() -> Database.open(test.configuration()), input, arguments);
  }

  private Ended runWithout(String... arguments) {
    return run(
        () -> {
          throw new InvalidSetting("a wrong setting");
        },
        "",
        arguments);
  }

  private Ended run(Supplier<Database> database, String input, String... arguments) {
    return run(
        database, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), arguments);
  }

  private Ended run(Supplier<Database> database, InputStream input, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    int exitCode =
        Commands.run(
            new Program(
                () -> 10,
                () -> 11,
                database,
                this::vault,
                () -> providers,
                () -> PublicAddress.of(Optional.of("https://purser.example.org"), "127.0.0.1", 0),
                new Repricer(InstantSource.fixed(TestPeople.START)),
                InstantSource.fixed(TestPeople.START),
                new SecureRandom(),
                input,
                new PrintWriter(out, true),
                new PrintWriter(errors, true)),
            arguments);
    return new Ended(exitCode, out.toString(), errors.toString());
  }
}
