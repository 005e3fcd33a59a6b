package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.running.Await;
import dev.purser.secret.Secret;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import dev.purser.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sessions are opened, and how they live on. */
class SessionsTest {
  private static final Instant LATER = TestPeople.START.plus(Duration.ofMinutes(11));
  private static final Secret NEXT = Secret.of("another long password");

  private static Sessions sessions(TestPeople people) {
    return new Sessions(people.database(), people.clock(), people.random());
  }

  private static Instant expiry(TestPeople people) {
    return Instant.ofEpochMilli(
        people
            .database()
            .read(handle ->
                handle.createQuery("SELECT expires_at FROM sessions").mapTo(Long.class).one()));
  }

  /** Has the writer wait for the given, and gives what ends when it has done so or could not. */
  private static CompletableFuture<Boolean> writes(Database database, CompletableFuture<?> until) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    database
        .writer()
        .submit(
            session -> {
              until.join();
              return true;
            },
            new Writer.Outcome<Boolean>() {
              @Override
              public void committed(Boolean result) {
                ended.complete(true);
              }

              @Override
              public void failed(Throwable cause) {
                ended.complete(false);
              }
            });
    return ended;
  }

  /** Waits until all was written, or could not be, that was to be written before. */
  private static void drain(Database database) {
    writes(database, CompletableFuture.completedFuture(null)).join();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWaitsUntilTheUseOfASessionIsWritten(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      Sessions sessions = sessions(people);
      Secret id = sessions.open(ada.id());
      people.at(LATER);
      CompletableFuture<Void> held = new CompletableFuture<>();
      CompletableFuture<Boolean> written = writes(test.database(), held);

      assertThat(sessions.user(id)).contains(ada);
      assertThat(sessions.user(id)).contains(ada);
      assertThat(expiry(people)).isEqualTo(TestPeople.START.plus(Sessions.IDLE));

      held.complete(null);
      assertThat(written.join()).isTrue();
      drain(test.database());
      assertThat(expiry(people)).isEqualTo(LATER.plus(Sessions.IDLE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUseThatCannotBeWrittenIsTriedAgainAfterAMinute(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      Sessions sessions = sessions(people);
      Secret id = sessions.open(ada.id());
      people.at(LATER);
      test.makeReadOnly(true);
      assertThat(sessions.user(id)).contains(ada);
      drain(test.database());
      test.makeReadOnly(false);
      Await.until(
          "it can be written",
          Duration.ofSeconds(20),
          () ->
              people
                      .database()
                      .transact(session ->
                          session.statement("UPDATE users SET admin = admin").executeUpdate())
                  == 1);
      people.at(LATER.plusSeconds(59));
      assertThat(sessions.user(id)).contains(ada);
      drain(test.database());
      assertThat(expiry(people)).isEqualTo(TestPeople.START.plus(Sessions.IDLE));

      people.at(LATER.plusSeconds(60));
      assertThat(sessions.user(id)).contains(ada);
      drain(test.database());
      assertThat(expiry(people)).isEqualTo(LATER.plusSeconds(60).plus(Sessions.IDLE));
    }
  }

  @Test
  void aSessionEndsAfterThirtyDaysHoweverMuchItIsUsed() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      Sessions sessions = sessions(people);
      Secret id = sessions.open(ada.id());
      Instant end = TestPeople.START.plus(Sessions.MAX_LENGTH);
      for (Instant at = TestPeople.START; at.isBefore(end); at = at.plus(Duration.ofHours(11))) {
        people.at(at);
        assertThat(sessions.user(id)).contains(ada);
        drain(test.database());
      }
      people.at(end);
      assertThat(sessions.user(id)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPasswordThatWasChangedSinceItWasKnownOpensNoSession(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Users users = people.users();
      User ada = people.add("ada@example.com");
      Sessions sessions = sessions(people);
      PasswordProof old = users.signIn("ada@example.com", TestPeople.PASSWORD).orElseThrow();
      if (!(users.changePassword(ada.id(), TestPeople.PASSWORD, NEXT, false)
          instanceof PasswordChanged.Changed(PasswordProof changed))) {
        throw new AssertionError("not changed");
      }

      assertThat(sessions.open(old)).isEmpty();
      assertThat(sessions.open(changed).flatMap(sessions::user)).contains(ada);
      PasswordProof now = users.signIn("ada@example.com", NEXT).orElseThrow();
      assertThat(sessions.open(now).flatMap(sessions::user)).contains(ada);
      assertThat(old.toString()).doesNotContain("argon2");
    }
  }

  @Test
  void nothingIsOpenedWhileAnotherProcessChangesThePassword() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.POSTGRESQL)) {
      TestPeople people = new TestPeople(test.database());
      people.add("ada@example.com");
      Sessions sessions = sessions(people);
      PasswordProof old =
          people.users().signIn("ada@example.com", TestPeople.PASSWORD).orElseThrow();
      CompletableFuture<Void> changed = new CompletableFuture<>();
      CompletableFuture<Void> commit = new CompletableFuture<>();
      Database another = test.openAnother();
      CompletableFuture<Integer> change =
          CompletableFuture.supplyAsync(() ->
              another.write(handle -> {
                int rows = handle.execute("UPDATE users SET password_hash = 'another'");
                changed.complete(null);
                commit.join();
                return rows;
              }));
      changed.join();

      CompletableFuture<Optional<Secret>> opened =
          CompletableFuture.supplyAsync(() -> sessions.open(old));
      Await.until(
          "it waits for the change",
          Duration.ofSeconds(20),
          () -> opened.isDone() || waiting(another) > 0);
      commit.complete(null);

      assertThat(change.join()).isEqualTo(1);
      assertThat(opened.join()).isEmpty();
    }
  }

  private static long waiting(Database database) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """)
            .mapTo(Long.class)
            .one());
  }
}
