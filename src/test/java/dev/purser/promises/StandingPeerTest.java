package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.App;
import dev.purser.ledger.LedgerBooks;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.LossyProxy;
import dev.purser.storage.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody stands still inside a transaction and keeps the rows of one space locked. */
class StandingPeerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM spaces WHERE space_id = '%s' FOR UPDATE",
        "SELECT * FROM months WHERE space_id = '%s' FOR UPDATE",
        "SELECT * FROM entries WHERE space_id = '%s' FOR UPDATE"
      })
  void onlyTheCallsOfThatSpaceFail(String lock) throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser purser =
            RunningPurser.start(
                TestDatabase.Kind.POSTGRESQL,
                Map.of("PURSER_ANTHROPIC_URL", calls.providerUrl()))) {
      Person locked = purser.newPerson();
      locked.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http lockedCaller = locked.caller("locked");
      Person free = purser.newPerson();
      free.saveKey("anthropic", Person.ANTHROPIC_KEY);
      Http freeCaller = free.caller("free");
      CompletableFuture<Http.Answer> underWay = calls.begin(lockedCaller, 100);

      String id;
      try (Connection holder = connect(purser.database());
          Statement statement = holder.createStatement()) {
        holder.setAutoCommit(false);
        statement.execute(lock.formatted(spaceOf(purser.database(), locked)));
        calls.answerFirst(20);
        Http.Answer answer = underWay.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        id = answer.header("x-purser-call-id");
        if (!lock.contains("entries")) {
          assertThat(lockedCaller.post("/v1/messages", HeldCalls.body(100)).status())
              .isEqualTo(503);
        }
        for (int i = 0; i < 20; i++) {
          assertThat(calls.one(freeCaller, 100, 10).status()).isEqualTo(200);
        }
        assertThat(new Http(purser.url(), null).get("/health/ready").status()).isEqualTo(200);
        holder.rollback();
      }

      assertThat(locked.settledCall(id).path("usageSource").asString()).isEqualTo("reported");
      assertThat(calls.one(lockedCaller, 100, 10).status()).isEqualTo(200);
      LedgerBooks.balance(purser.database().openAnother());
    }
  }

  @Test
  void aProcessThatStandsStillInATransactionIsCutOffByTheServer() throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser other =
            RunningPurser.start(
                TestDatabase.Kind.POSTGRESQL, Map.of("PURSER_ANTHROPIC_URL", calls.providerUrl()));
        LossyProxy proxy =
            new LossyProxy((DatabaseConfiguration.Postgresql) other.database().configuration())) {
      Person person = other.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      String key = person.virtualKey(person.agent("steady")).secret();
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(other.database(), other.directory()));
      settings.put("PURSER_DATABASE_URL", proxy.jdbcUrl());
      settings.put("PURSER_ANTHROPIC_URL", calls.providerUrl());
      settings.put("PURSER_ADMISSION_SECONDS", "1");
      try (App still = App.start(App.settings(settings, folder), InstantSource.system())) {
        proxy.standStillAfter("INSERT INTO entries");
        Http stillCaller = new Http("http://127.0.0.1:" + still.port(), key);
        assertThat(stillCaller.post("/v1/messages", HeldCalls.body(100)).status()).isEqualTo(503);
        assertThat(proxy.hasLost()).isTrue();

        // It still stands, and holds the rows of the space; no call waits for longer than it may.
        Http caller = new Http(other.url(), key);
        CompletableFuture<Http.Answer> next =
            CompletableFuture.supplyAsync(
                () -> {
                  Http.Answer answer = caller.post("/v1/messages", HeldCalls.body(100));
                  while (answer.status() == 503) {
                    answer = caller.post("/v1/messages", HeldCalls.body(100));
                  }
                  return answer;
                },
                Thread::startVirtualThread);
        Await.until("a call of the same space is admitted", PATIENCE, () -> calls.seen() == 1);
        calls.answerFirst(10);
        assertThat(next.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(idleTimeouts(other.database())).isEqualTo("4s");
        proxy.cut();
      }
      LedgerBooks.balance(other.database().openAnother());
    }
  }

  /** As the writer's session has it. */
  private static String idleTimeouts(TestDatabase test) {
    return test.database()
        .write(handle ->
            handle
                .createQuery("SELECT current_setting('idle_in_transaction_session_timeout')")
                .mapTo(String.class)
                .one());
  }

  private static String spaceOf(TestDatabase test, Person person) {
    return test.database()
        .read(handle ->
            handle
                .createQuery("SELECT space_id FROM users WHERE user_id = :user")
                .bind("user", person.userId())
                .mapTo(String.class)
                .one());
  }

  private static Connection connect(TestDatabase test) throws Exception {
    return DriverManager.getConnection(
        ((DatabaseConfiguration.Postgresql) test.configuration()).jdbcUrl());
  }
}
