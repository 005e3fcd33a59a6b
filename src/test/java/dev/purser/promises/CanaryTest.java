package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Provider;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.PurserProcess;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Made-up secrets go through every path at the most talkative log level, and are then looked for
 * everywhere.
 */
class CanaryTest {
  private static final String PASSWORD = "canary-password-that-is-long";
  private static final String GOOD_ANTHROPIC = "sk-ant-api03-sandbox-canaryAAAAAAAAAAAAAAAAAAAAAA";
  private static final String GOOD_OPENAI = "sk-proj-sandbox-canaryBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

  /** Keys that are not saved, and texts given in place of keys. */
  private static final List<String> BAD_KEYS =
      List.of(
          "sk-ant-api03-sandbox-canaryCCCCCCCCCCCCCC-revoked",
          "sk-ant-api03-sandbox-canaryDDDDDDDDDDDDDD-onhold",
          "sk-ant-api03-sandbox-canaryEEEEEEEEEEEEEE-broke",
          "sk-ant-admin01-canaryFFFFFFFFFFFFFFFFFFFF",
          "sk-ant-oat01-canaryGGGGGGGGGGGGGGGGGGGGGG",
          "sk-proj-canaryHHHHHHHHHHHHHHHHHHHHHHHHHHHH",
          "ANTHROPIC_API_KEY=sk-ant-api03-canaryIIIIIIIIIIII",
          "canaryJJJJ");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void noSecretAppearsInAnyLogErrorPageAnswerOrDatabaseByte(TestDatabase.Kind kind)
      throws Exception {
    try (TestDatabase database = TestDatabase.fresh(kind);
        Sandbox sandbox = Sandbox.start(SandboxOptions.instant())) {
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(database, folder.resolve("data")));
      settings.put("PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString());
      settings.put("PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString());
      settings.put("PURSER_LOG_LEVEL", "trace");
      Map<String, String> printed = new HashMap<>();
      List<String> secrets =
          new ArrayList<>(List.of(PASSWORD, GOOD_ANTHROPIC, GOOD_OPENAI, "canary"));
      try (PurserProcess purser = PurserProcess.serve(folder, settings)) {
        PurserProcess.Ended added =
            PurserProcess.run(
                folder,
                settings,
                PASSWORD,
                "user",
                "add",
                "canary@example.com",
                "--password-stdin");
        printed.put("user add", added.output() + added.errors());
        PurserProcess.Ended made =
            PurserProcess.run(
                folder,
                settings,
                "",
                "token",
                "create",
                "--user",
                "canary@example.com",
                "--name",
                "test",
                "--scope",
                "manage");
        assertThat(made.exitCode()).as(made.errors()).isZero();
        String accessToken = made.lastLine();
        printed.put("token create", made.errors());
        Person person = Person.of(purser.url(), accessToken);
        useEveryPath(person, printed, secrets);
        PurserProcess.Ended checked = PurserProcess.run(folder, settings, "", "vault", "check");
        printed.put("vault check", checked.output() + checked.errors());
        secrets.add(accessToken);
        printed.put("database while running", databaseText(database));
        purser.terminate();
        purser.await();
        printed.put("log", purser.log());
      }
      assertThat(printed.get("log")).as("it was talkative").contains("TRACE").contains("DEBUG");
      printed.put("database", databaseText(database));
      secrets.remove("canary");
      List<String> leaks = new ArrayList<>();
      printed.forEach((where, text) -> {
        for (String secret : secrets) {
          if (text.contains(secret)) {
            leaks.add(where + " has one that begins with " + secret.substring(0, 8));
          }
        }
        // What follows the word is in no masked form either: those end before it.
        if (text.replace("canary@example.com", "").contains("canary")) {
          leaks.add(where + " has a part of one");
        }
      });
      assertThat(leaks).isEmpty();
    }
  }

  private static void useEveryPath(
      Person person, Map<String, String> printed, List<String> secrets) {
    for (String bad : BAD_KEYS) {
      for (String provider : List.of("anthropic", "openai")) {
        keep(printed, person.api().put("/api/keys/" + provider, "{\"key\":\"" + bad + "\"}"));
      }
      secrets.add(bad);
    }
    keep(
        printed,
        person.api().put("/api/keys/anthropic", "{\"key\":\"" + GOOD_ANTHROPIC + "\", oops"));
    keep(printed, person.api().put("/api/keys/anthropic", "{\"key\":\"" + GOOD_ANTHROPIC + "\"}"));
    keep(printed, person.api().put("/api/keys/openai", "{\"key\":\"" + GOOD_OPENAI + "\"}"));
    keep(printed, person.api().post("/api/keys/openai/verify", "{}"));
    String agent = person.agent("a");
    Person.VirtualKey virtualKey = person.virtualKey(agent);
    secrets.add(virtualKey.secret());
    Http caller = new Http(person.url(), virtualKey.secret());
    for (String text :
        List.of(
            "hello",
            "sandbox:400",
            "sandbox:401",
            "sandbox:429",
            "sandbox:500",
            "sandbox:html",
            "sandbox:redirect",
            "sandbox:garbage")) {
      for (boolean stream : new boolean[] {false, true}) {
        keep(printed, caller.post("/v1/messages", Prompts.messages(text, stream)));
        keep(printed, caller.post("/v1/chat/completions", Prompts.chat(text, stream)));
        keep(printed, caller.post("/v1/responses", Prompts.responses(text, stream)));
      }
      keep(printed, caller.post("/v1/embeddings", Prompts.embeddings(text)));
    }
    keep(printed, caller.get("/v1/models"));
    // Secrets where they do not belong.
    for (String misplaced :
        List.of(GOOD_ANTHROPIC, GOOD_OPENAI, virtualKey.secret() + "x", "Basic " + PASSWORD)) {
      Http wrong = new Http(person.url(), misplaced);
      keep(printed, wrong.post("/v1/messages", Prompts.messages("hello", false)));
      keep(printed, wrong.get("/api/me"));
      keep(
          printed,
          caller.post("/v1/messages", Prompts.messages("hello", false), "x-api-key", misplaced));
    }
    keep(
        printed,
        caller.post("/v1/chat/completions", "{\"model\":\"claude-sonnet-5-5\",\"messages\":[]}"));
    for (String path :
        List.of(
            "/api/keys",
            "/api/me",
            "/api/settings",
            "/api/agents",
            "/api/calls",
            "/api/access-tokens",
            "/api/models",
            "/api/usage/summary",
            "/metrics",
            "/health/ready",
            "/")) {
      keep(printed, person.api().get(path));
    }
    keep(printed, person.api().delete("/api/virtual-keys/" + virtualKey.id()));
    keep(printed, caller.post("/v1/messages", Prompts.messages("hello", false)));
    keep(printed, person.api().delete("/api/keys/openai"));
    keep(printed, person.api().delete("/api/agents/" + agent));
  }

  private static void keep(Map<String, String> printed, Http.Answer answer) {
    printed.merge(
        answer.response().request().method() + " " + answer.response().request().uri().getPath(),
        answer.response().headers().map() + answer.text(),
        String::concat);
  }

  /** All that the database holds: the bytes of its files, or every row as text. */
  private static String databaseText(TestDatabase database) throws IOException, SQLException {
    return switch (database.configuration()) {
      case DatabaseConfiguration.Sqlite sqlite -> {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(sqlite.file().getParent())) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
          }
        }
        yield text.toString();
      }
      case DatabaseConfiguration.Postgresql postgresql -> {
        StringBuilder text = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(postgresql.jdbcUrl());
            Statement statement = connection.createStatement()) {
          List<String> tables = new ArrayList<>();
          try (ResultSet rows =
              statement.executeQuery(
                  "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")) {
            while (rows.next()) {
              tables.add(rows.getString(1));
            }
          }
          assertThat(tables).contains("entries", "provider_keys");
          for (String table : tables) {
            try (ResultSet rows =
                statement.executeQuery("SELECT CAST(t AS TEXT) FROM \"" + table + "\" t")) {
              while (rows.next()) {
                text.append(rows.getString(1)).append('\n');
              }
            }
          }
        }
        yield text.toString();
      }
    };
  }
}
