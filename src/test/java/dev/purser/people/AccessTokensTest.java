package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.secret.Secret;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AccessTokensTest {
  @ParameterizedTest
  @EnumSource
  void aTokenIsFoundByTheSecretThatWasShownOnceAndNothingElse(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      AccessTokens tokens = people.accessTokens();
      TokenCreated.Created created = created(tokens, ada, AccessToken.Scope.READ);

      String secret = created.secret().reveal();
      assertThat(secret).matches("pst_[0-9A-Za-z]{49}");
      assertThat(created.token().masked())
          .isEqualTo(secret.substring(0, 7) + "…" + secret.substring(49));
      assertThat(tokens.find(secret)).map(AccessToken::id).contains(created.token().id());
      assertThat(tokens.find(secret)).map(AccessToken::scope).contains(AccessToken.Scope.READ);

      Secret neverMade = Credential.make(Credential.Kind.ACCESS_TOKEN, people.random());
      assertThat(tokens.find(neverMade.reveal())).isEmpty();
      assertThat(tokens.find(secret.toLowerCase(java.util.Locale.ROOT))).isEmpty();
      assertThat(tokens.find("")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedTokenIsFoundNoMore(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      AccessTokens tokens = people.accessTokens();
      TokenCreated.Created created = created(tokens, ada, AccessToken.Scope.MANAGE);

      assertThat(tokens.revoke(ada.spaceId(), created.token().id())).isTrue();

      assertThat(tokens.find(created.secret().reveal())).isEmpty();
      assertThat(tokens.list(ada.spaceId()))
          .extracting(AccessToken::revokedAt)
          .containsExactly(TestPeople.START);
      people.at(TestPeople.START.plusSeconds(9));
      assertThat(tokens.revoke(ada.spaceId(), created.token().id())).isTrue();
      assertThat(tokens.list(ada.spaceId()).getFirst().revokedAt()).isEqualTo(TestPeople.START);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSpaceNeitherSeesNorRevokesAnothersTokens(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      User bob = people.add("bob@example.com");
      AccessTokens tokens = people.accessTokens();
      TokenCreated.Created created = created(tokens, ada, AccessToken.Scope.MANAGE);

      assertThat(tokens.list(bob.spaceId())).isEmpty();
      assertThat(tokens.revoke(bob.spaceId(), created.token().id())).isFalse();
      assertThat(tokens.find(created.secret().reveal())).isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUseIsNotedToTheMinute(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");
      AccessTokens tokens = people.accessTokens();
      String secret = created(tokens, ada, AccessToken.Scope.MANAGE).secret().reveal();
      assertThat(tokens.list(ada.spaceId()).getFirst().lastUsedAt()).isNull();

      find(people, tokens, secret);
      people.at(TestPeople.START.plusSeconds(59));
      find(people, tokens, secret);
      assertThat(tokens.list(ada.spaceId()).getFirst().lastUsedAt()).isEqualTo(TestPeople.START);

      people.at(TestPeople.START.plus(Duration.ofMinutes(1)));
      find(people, tokens, secret);
      assertThat(tokens.list(ada.spaceId()).getFirst().lastUsedAt())
          .isEqualTo(TestPeople.START.plusSeconds(60));
    }
  }

  /** Its use is written before what is written next. */
  private static void find(TestPeople people, AccessTokens tokens, String secret) {
    assertThat(tokens.find(secret)).isPresent();
    people.database().write(handle -> 0);
  }

  @Test
  void aNameMustBeThereAndShort() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());
      User ada = people.add("ada@example.com");

      for (String name : new String[] {"", "  ", "x".repeat(101), "two\nlines"}) {
        assertThat(people.accessTokens().create(ada, name, AccessToken.Scope.READ))
            .isInstanceOf(TokenCreated.Refused.class);
      }
      assertThat(people.accessTokens().list(ada.spaceId())).isEmpty();
    }
  }

  private static TokenCreated.Created created(
      AccessTokens tokens, User user, AccessToken.Scope scope) {
    if (tokens.create(user, "script", scope) instanceof TokenCreated.Created created) {
      return created;
    }
    throw new AssertionError("no token was made");
  }
}
