package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.pricing.Provider;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.sandbox.Sandbox;
import dev.purser.sandbox.SandboxOptions;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * A database that cannot be written during load: calls are refused with 503, nothing is forwarded
 * unmetered, and what was under way is booked as soon as the database is back.
 */
class StorageFailureTest {

  @Test
  void aLockedSqliteFile() throws Exception {
    AtomicReference<AutoCloseable> hold = new AtomicReference<>();
    survives(
        TestDatabase.Kind.SQLITE,
        database -> hold.set(database.holdWrites()),
        database -> hold.get().close());
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aDatabaseThatTurnedReadOnly(TestDatabase.Kind kind) throws Exception {
    survives(
        kind, database -> database.makeReadOnly(true), database -> database.makeReadOnly(false));
  }

  @Test
  void aPostgresqlThatIsGoneAndComesBack() throws Exception {
    survives(
        TestDatabase.Kind.POSTGRESQL,
        database -> {
          onServer(database, "ALTER DATABASE " + name(database) + " ALLOW_CONNECTIONS false");
          database.cutConnections();
        },
        database ->
            onServer(database, "ALTER DATABASE " + name(database) + " ALLOW_CONNECTIONS true"));
  }

  private interface Event {
    void happensTo(TestDatabase database) throws Exception;
  }

  private static void survives(TestDatabase.Kind kind, Event breaks, Event isBack)
      throws Exception {
    try (Sandbox sandbox = Sandbox.start(SandboxOptions.instant());
        RunningPurser purser =
            RunningPurser.start(
                kind,
                Map.of(
                    "PURSER_ANTHROPIC_URL", sandbox.url(Provider.ANTHROPIC).toString(),
                    "PURSER_OPENAI_URL", sandbox.url(Provider.OPENAI).toString()))) {
      Person person = purser.newPerson().withProviderKeys();
      Http caller = person.caller("steady");
      assertThat(caller.post("/v1/messages", Prompts.messages("before", false)).status())
          .isEqualTo(200);
      CompletableFuture<Http.Answer> underWay =
          CompletableFuture.supplyAsync(
              () ->
                  caller.post(
                      "/v1/messages", Prompts.messages("sandbox:slow=100 sandbox:tokens=20", true)),
              Thread::startVirtualThread);
      Await.until("the call is under way", Duration.ofSeconds(20), () -> seen(sandbox) == 2);

      breaks.happensTo(purser.database());
      AtomicReference<Http.Answer> refused = new AtomicReference<>();
      Await.until(
          "calls are refused",
          Duration.ofSeconds(30),
          () -> {
            refused.set(caller.post("/v1/messages", Prompts.messages("during", false)));
            return refused.get().status() == 503;
          });
      assertThat(refused.get().json().at("/error/purser/code").asString())
          .isEqualTo("ledger_unavailable");
      long forwarded = seen(sandbox);
      for (int i = 0; i < 5; i++) {
        assertThat(caller.post("/v1/messages", Prompts.messages("during", false)).status())
            .isEqualTo(503);
      }
      assertThat(seen(sandbox)).as("calls that reached the provider").isEqualTo(forwarded);
      // The client of the call under way has its whole answer although nothing can be booked yet.
      Http.Answer answer = underWay.get(30, TimeUnit.SECONDS);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).contains("message_stop");

      isBack.happensTo(purser.database());
      Await.until(
          "calls are admitted again",
          Duration.ofSeconds(60),
          () -> caller.post("/v1/messages", Prompts.messages("after", false)).status() == 200);
      JsonNode booked = person.settledCall(answer.header("x-purser-call-id"));
      assertThat(booked.path("usageSource").asString()).isEqualTo("reported");
      assertThat(booked.path("outputTokens").asLong()).isEqualTo(20);
      Await.until(
          "nothing is open",
          Duration.ofSeconds(30),
          () -> person.api().get("/api/calls?state=open").ok(200).path("items").isEmpty());
      int reported = person.summary().path("reportedCount").asInt();
      assertThat((long) reported).as("booked, and seen by the provider").isEqualTo(seen(sandbox));
      assertThat(person.summary().path("heldCents").decimalValue()).isZero();
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  private static long seen(Sandbox sandbox) {
    return sandbox.seen().stream().filter(call -> call.path().equals("/v1/messages")).count();
  }

  private static String name(TestDatabase database) {
    String url = ((DatabaseConfiguration.Postgresql) database.configuration()).jdbcUrl();
    return url.replaceAll(".*/([a-z0-9_]+)\\?.*", "$1");
  }

  private static void onServer(TestDatabase database, String statement) throws SQLException {
    String url = ((DatabaseConfiguration.Postgresql) database.configuration()).jdbcUrl();
    try (Connection connection =
        DriverManager.getConnection(url.replace("/" + name(database), "/postgres"))) {
      execute(connection, statement);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
