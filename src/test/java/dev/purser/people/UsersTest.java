package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.secret.Secret;
import dev.purser.storage.TestDatabase;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {
  @ParameterizedTest
  @EnumSource
  void aNewUserHasASpaceWithoutLimitOrDefaultModelInUtc(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      assertThat(people.users().none()).isTrue();

      User user = people.add("  Ada@Example.COM ");

      assertThat(people.users().none()).isFalse();
      assertThat(user.email()).isEqualTo("ada@example.com");
      assertThat(user.createdAt()).isEqualTo(TestPeople.START);
      assertThat(people.spaces().settings(user.spaceId()))
          .isEqualTo(
              new SpaceSettings(
                  user.spaceId(), null, null, null, Budget.Mode.STOP, ZoneId.of("UTC"), 1));
      assertThat(people.users().find(user.id())).contains(user);
      assertThat(people.users().findByEmail("ADA@example.com ")).contains(user);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEmailIsTakenHoweverItIsWritten(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      people.add("ada@example.com");

      assertThat(people.users().add("ADA@example.com", TestPeople.PASSWORD, false))
          .isEqualTo(new UserAdded.EmailTaken("ada@example.com"));
      assertThat(count(people, "users")).isEqualTo(1);
      assertThat(count(people, "spaces")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheRightPasswordSignsIn(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User user = people.add("ada@example.com");
      Users users = people.users();

      assertThat(users.signIn("Ada@example.com", TestPeople.PASSWORD))
          .map(PasswordProof::userId)
          .contains(user.id());
      assertThat(users.signIn("ada@example.com", Secret.of("a long enough passwore"))).isEmpty();
      assertThat(users.signIn("eve@example.com", TestPeople.PASSWORD)).isEmpty();
      assertThat(users.signIn("eve@example.com", Secret.of("nobody has this password"))).isEmpty();
      assertThat(users.signIn("ada@example.com", Secret.of("p".repeat(100_000)))).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFirstUserIsAnAdministratorAndThereIsOneFirst(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      assertThat(people.users().addFirst("ada", TestPeople.PASSWORD))
          .containsInstanceOf(UserAdded.Refused.class);
      assertThat(people.users().addFirst("ada@example.com", TestPeople.PASSWORD))
          .containsInstanceOf(UserAdded.Added.class);
      assertThat(people.users().addFirst("bob@example.com", TestPeople.PASSWORD)).isEmpty();
      assertThat(people.users().findByEmail("ada@example.com").orElseThrow().admin()).isTrue();
      assertThat(count(people, "users")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNewPasswordReplacesTheOldOneAndEndsTheUsersSessions(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Users users = people.users();
      User ada = people.add("ada@example.com");
      User bob = people.add("bob@example.com");
      Sessions sessions = new Sessions(test.database(), people.clock(), people.random());
      Secret adas = sessions.open(ada.id());
      Secret bobs = sessions.open(bob.id());
      Secret next = Secret.of("another long password");

      assertThat(users.changePassword(ada.id(), next, next, false))
          .isInstanceOf(PasswordChanged.WrongPassword.class);
      assertThat(users.changePassword(ada.id(), TestPeople.PASSWORD, Secret.of("short"), false))
          .isInstanceOf(PasswordChanged.Refused.class);
      assertThat(sessions.user(adas)).contains(ada);
      assertThat(users.changePassword(ada.id(), TestPeople.PASSWORD, next, false))
          .isInstanceOf(PasswordChanged.Changed.class);

      assertThat(users.signIn("ada@example.com", TestPeople.PASSWORD)).isEmpty();
      assertThat(users.signIn("ada@example.com", next))
          .map(PasswordProof::userId)
          .contains(ada.id());
      assertThat(sessions.user(adas)).isEmpty();
      assertThat(sessions.user(bobs)).contains(bob);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSessionTooManyEndsTheOldest(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      User bob = people.add("bob@example.com");
      Sessions sessions = new Sessions(test.database(), people.clock(), people.random());
      Secret bobs = sessions.open(bob.id());
      Secret oldest = sessions.open(ada.id());
      people.at(TestPeople.START.plusSeconds(1));
      Secret second = sessions.open(ada.id());
      people.at(TestPeople.START.plusSeconds(2));
      for (int i = 2; i < Sessions.MAX_SESSIONS; i++) {
        sessions.open(ada.id());
      }
      assertThat(sessions.user(oldest)).contains(ada);

      sessions.open(ada.id());

      assertThat(sessions.user(oldest)).isEmpty();
      assertThat(sessions.user(second)).contains(ada);
      assertThat(sessions.user(bobs)).contains(bob);
    }
  }

  @Test
  void aPasswordIsKeptOnlyAsAnArgon2idHashOfItsOwnSalt() {
    Passwords passwords = new Passwords();
    Secret password = Secret.of("correct horse battery");
    String hash = passwords.hash(password);

    assertThat(hash).startsWith("$argon2id$").contains("m=19456").doesNotContain("horse");
    assertThat(passwords.hash(password)).isNotEqualTo(hash);
  }

  @Test
  void anAccentIsTheSameHoweverTheKeyboardComposesIt() {
    Passwords passwords = new Passwords();
    String hash = passwords.hash(Secret.of("caf\u00e9 caf\u00e9 caf\u00e9"));

    assertThat(
            passwords.matches(
                Secret.of("cafe\u0301 cafe\u0301 cafe\u0301"), java.util.Optional.of(hash)))
        .isTrue();
    Secret longest = Secret.of("e\u0301".repeat(200));
    assertThat(Passwords.whyNot(longest)).isEmpty();
    assertThat(passwords.matches(longest, java.util.Optional.of(passwords.hash(longest)))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 11, 201})
  void aPasswordOfAnotherLengthThan12To200IsRefused(int length) {
    assertThat(Passwords.whyNot(Secret.of("x".repeat(length)))).isPresent();
    assertThat(Passwords.whyNot(Secret.of("x".repeat(12)))).isEmpty();
    assertThat(Passwords.whyNot(Secret.of("x".repeat(200)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ada", "@example.com", "ada@", "a da@example.com", "a@b@c", "a\u0000@b"})
  void whatIsNoEmailAddressIsRefused(String email) {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());

      assertThat(people.users().add(email, TestPeople.PASSWORD, false))
          .isInstanceOf(UserAdded.Refused.class);
      assertThat(people.users().none()).isTrue();
    }
  }

  private static long count(TestPeople people, String table) {
    return people
        .database()
        .read(handle ->
            handle
                .createQuery("SELECT count(*) FROM <table>")
                .define("table", table)
                .mapTo(Long.class)
                .one());
  }
}
