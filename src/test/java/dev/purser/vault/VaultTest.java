package dev.purser.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.people.TestPeople;
import dev.purser.pricing.Provider;
import dev.purser.providers.KeyCheckResult;
import dev.purser.providers.ListedModel;
import dev.purser.secret.Secret;
import dev.purser.storage.DatabaseConfiguration;
import dev.purser.storage.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VaultTest {
  private static final Secret KEY =
      Secret.of("sk-ant-api03-test-canary-7f3a9c51e2b84d60-0123456789");
  private static final Secret OTHER_KEY =
      Secret.of("sk-proj-test-canary-55d1e0c7a9f24b38-0123456789");
  private static final KeyCheckResult.Valid VALID = new KeyCheckResult.Valid(List.of());

  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @EnumSource
  void aSavedKeyIsMaskedToPeopleAndOpensForACall(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      long revision = people.revision(space);

      ProviderKey saved = vault.save(space, Provider.ANTHROPIC, KEY, VALID);

      assertThat(saved.maskedKey()).isEqualTo("sk-ant-…6789");
      assertThat(vault.find(space)).containsExactly(saved);
      assertThat(vault.find(space, Provider.ANTHROPIC)).contains(saved);
      assertThat(vault.find(space, Provider.OPENAI)).isEmpty();
      assertThat(vault.open(saved)).contains(KEY);
      assertThat(saved.toString()).doesNotContain("canary");
      assertThat(people.revision(space)).isGreaterThan(revision);
    }
  }

  @Test
  void ofAShortKeyTheMaskShowsNothing() {
    assertThat(Secret.of("sk-ant-api03-test-01234").masked()).isEqualTo("…");
    assertThat(Secret.of("sk-ant-api03-test-012345").masked()).isEqualTo("sk-ant-…2345");
  }

  @ParameterizedTest
  @EnumSource
  void aSavedKeyTakesThePlaceOfTheOlderOneAndItsModels(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      ListedModel old =
          new ListedModel(
              "model-1", "Model 1", Instant.parse("2026-01-02T03:04:05Z"), "{\"id\":\"model-1\"}");
      ListedModel fresh = new ListedModel("model-2", null, null, "{}");
      ProviderKey first =
          vault.save(space, Provider.ANTHROPIC, KEY, new KeyCheckResult.Valid(List.of(old)));
      assertThat(vault.models(space))
          .containsExactly(new Vault.UsableModel(Provider.ANTHROPIC, old));

      ProviderKey second =
          vault.save(
              space, Provider.ANTHROPIC, OTHER_KEY, new KeyCheckResult.Valid(List.of(fresh)));

      assertThat(second.id()).isNotEqualTo(first.id());
      assertThat(vault.find(space)).containsExactly(second);
      assertThat(vault.open(second)).contains(OTHER_KEY);
      assertThat(vault.models(space))
          .containsExactly(new Vault.UsableModel(Provider.ANTHROPIC, fresh));
      assertThat(vault.rejected(space, first.id(), "gone", TestPeople.START)).isFalse();
      assertThat(vault.find(space)).containsExactly(second);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRejectionIsKeptWithItsTimeUntilTheKeyIsVerifiedAgain(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      ProviderKey saved = vault.save(space, Provider.OPENAI, OTHER_KEY, VALID);
      long revision = people.revision(space);

      Instant then = TestPeople.START.plusSeconds(60);
      assertThat(vault.rejected(space, saved.id(), "OpenAI refused it.", then)).isTrue();
      ProviderKey rejected = vault.find(space).getFirst();
      assertThat(rejected.status()).isEqualTo(ProviderKey.Status.REJECTED);
      assertThat(rejected.statusDetail()).isEqualTo("OpenAI refused it.");
      assertThat(rejected.verifiedAt()).isEqualTo(then);
      assertThat(rejected.createdAt()).isEqualTo(TestPeople.START);
      assertThat(people.revision(space)).isGreaterThan(revision);

      long settled = people.revision(space);
      assertThat(vault.rejected(space, saved.id(), "again", then.plusSeconds(1))).isFalse();
      assertThat(people.revision(space)).isEqualTo(settled);

      Instant later = then.plusSeconds(60);
      KeyCheckResult.Restricted restricted = new KeyCheckResult.Restricted("It may not list.");
      assertThat(vault.verified(space, saved.id(), restricted, later)).isTrue();
      ProviderKey verified = vault.find(space).getFirst();
      assertThat(verified.status()).isEqualTo(ProviderKey.Status.RESTRICTED);
      assertThat(verified.statusDetail()).isEqualTo("It may not list.");
      assertThat(verified.verifiedAt()).isEqualTo(later);
      assertThat(vault.verified(space, "another", VALID, later)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeletedKeyIsGoneWithItsModels(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      vault.save(
          space,
          Provider.OPENAI,
          OTHER_KEY,
          new KeyCheckResult.Valid(List.of(new ListedModel("m", null, null, "{}"))));
      long revision = people.revision(space);

      assertThat(vault.delete(space, Provider.OPENAI, null)).isTrue();

      assertThat(vault.find(space)).isEmpty();
      assertThat(vault.models(space)).isEmpty();
      assertThat(people.revision(space)).isGreaterThan(revision);
      assertThat(vault.delete(space, Provider.OPENAI, null)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyIsReplacedAndDeletedOnlyIfItIsTheOneThatWasSeen(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      String first = vault.save(space, Provider.ANTHROPIC, KEY, VALID, "").orElseThrow().id();
      ProviderKey second =
          vault.save(space, Provider.ANTHROPIC, OTHER_KEY, VALID, first).orElseThrow();

      assertThat(vault.save(space, Provider.ANTHROPIC, KEY, VALID, first)).isEmpty();
      assertThat(vault.save(space, Provider.ANTHROPIC, KEY, VALID, "")).isEmpty();
      assertThat(vault.delete(space, Provider.ANTHROPIC, first)).isFalse();
      assertThat(vault.find(space)).containsExactly(second);

      assertThat(vault.delete(space, Provider.ANTHROPIC, second.id())).isTrue();
      assertThat(vault.save(space, Provider.ANTHROPIC, KEY, VALID, second.id())).isEmpty();
      assertThat(vault.find(space)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSpaceNeitherSeesNorChangesAnothersKeys(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String ada = people.add("ada@example.com").spaceId();
      String bob = people.add("bob@example.com").spaceId();
      Vault vault = open(people);
      ProviderKey saved =
          vault.save(
              ada,
              Provider.ANTHROPIC,
              KEY,
              new KeyCheckResult.Valid(List.of(new ListedModel("m", null, null, "{}"))));

      assertThat(vault.find(bob)).isEmpty();
      assertThat(vault.models(bob)).isEmpty();
      assertThat(vault.delete(bob, Provider.ANTHROPIC, null)).isFalse();
      assertThat(vault.rejected(bob, saved.id(), "no", TestPeople.START)).isFalse();
      assertThat(vault.verified(bob, saved.id(), VALID, TestPeople.START)).isFalse();
      assertThat(vault.find(ada)).containsExactly(saved);
      assertThat(vault.models(ada)).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSealedKeyOpensInItsOwnRowOnly(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String ada = people.add("ada@example.com").spaceId();
      String bob = people.add("bob@example.com").spaceId();
      Vault vault = open(people);
      ProviderKey of = vault.save(ada, Provider.ANTHROPIC, KEY, VALID);
      vault.save(ada, Provider.OPENAI, OTHER_KEY, VALID);
      vault.save(bob, Provider.ANTHROPIC, OTHER_KEY, VALID);

      for (ProviderKey moved :
          List.of(
              moved(of, bob, Provider.ANTHROPIC, of.id()),
              moved(of, ada, Provider.OPENAI, of.id()),
              moved(of, ada, Provider.ANTHROPIC, of.id() + "0"))) {
        assertThat(vault.open(moved)).isEmpty();
      }

      // Who can write to the database still cannot make another space use the key.
      people
          .database()
          .<Integer>write(handle ->
              handle
                  .createUpdate(
                      """
                      UPDATE provider_keys SET sealed = :sealed
                      WHERE space_id = :space OR provider = 'openai'
                      """)
                  .bind("sealed", of.sealedKey().ciphertext())
                  .bind("space", bob)
                  .execute());
      ProviderKey stolen = vault.find(bob).getFirst();
      assertThat(stolen.status()).isEqualTo(ProviderKey.Status.UNREADABLE);
      assertThat(vault.open(stolen)).isEmpty();

      Vault.Check check = vault.check();
      assertThat(check.opened()).isEqualTo(1);
      assertThat(check.unreadable())
          .extracting(ProviderKey::spaceId, ProviderKey::provider)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple(ada, Provider.OPENAI),
              org.assertj.core.groups.Tuple.tuple(bob, Provider.ANTHROPIC));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNextStartOpensWhatTheLastSealedAndMakesNoSecondMasterKey(TestDatabase.Kind kind)
      throws IOException {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      open(people).save(space, Provider.ANTHROPIC, KEY, VALID);
      String masterKey = Files.readString(masterKeyFile());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(masterKeyFile())))
          .isEqualTo("rw-------");

      Vault next = open(new TestPeople(test.openAnother()));

      assertThat(next.open(next.find(space).getFirst())).contains(KEY);
      assertThat(next.check()).isEqualTo(new Vault.Check(1, List.of()));
      assertThat(Files.readString(masterKeyFile())).isEqualTo(masterKey);
      Vault given =
          open(
              people,
              new VaultConfiguration(
                  Optional.of(Secret.of(masterKey.strip())), directory.resolve("elsewhere")));
      assertThat(given.open(given.find(space).getFirst())).contains(KEY);
      assertThat(directory.resolve("elsewhere")).doesNotExist();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMasterKeyThatDoesNotFitIsRefusedInOneLine(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      open(people);
      String another = Base64.getEncoder().encodeToString(new byte[32]);

      assertThatThrownBy(() ->
              open(
                  people, new VaultConfiguration(Optional.of(Secret.of(another)), masterKeyFile())))
          .isInstanceOf(VaultException.class)
          .hasMessageContaining("does not fit this database")
          .hasMessageContaining("PURSER_MASTER_KEY")
          .hasMessageNotContaining(another)
          .message()
          .hasLineCount(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMasterKeyThatIsLostIsNotReplacedByAFreshOne(TestDatabase.Kind kind) throws IOException {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      open(people);
      Files.delete(masterKeyFile());

      assertThatThrownBy(() -> open(people))
          .isInstanceOf(VaultException.class)
          .hasMessageContaining("the master key is missing");
      assertThat(masterKeyFile()).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not base 64!", "c2hvcnQ="})
  void whatIsNoMasterKeyIsRefusedAndNothingIsSealedUnderIt(String text) throws IOException {
    Files.writeString(masterKeyFile(), text);
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());

      assertThatThrownBy(() -> open(people))
          .isInstanceOf(VaultException.class)
          .hasMessageContaining("holds no master key");
      assertThat(
              people
                  .database()
                  .<Long>read(handle ->
                      handle
                          .createQuery("SELECT count(*) FROM installation")
                          .mapTo(Long.class)
                          .one()))
          .isZero();
    }
  }

  @Test
  void noKeyInClearIsInAnyByteOfTheDatabase() throws IOException {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      Vault vault = open(people);
      vault.save(space, Provider.ANTHROPIC, KEY, VALID);
      ProviderKey saved = vault.save(space, Provider.OPENAI, OTHER_KEY, VALID);
      vault.rejected(space, saved.id(), "no", TestPeople.START);
      vault.delete(space, Provider.ANTHROPIC, null);
      String masterKey = Files.readString(masterKeyFile()).strip();

      if (!(test.configuration() instanceof DatabaseConfiguration.Sqlite sqlite)) {
        throw new AssertionError("not SQLite");
      }
      Path folder = Optional.ofNullable(sqlite.file().getParent()).orElseThrow();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
          assertThat(bytes).doesNotContain("canary").doesNotContain(masterKey);
        }
      }
    }
  }

  private Path masterKeyFile() {
    return directory.resolve("master.key");
  }

  private Vault open(TestPeople people) {
    return open(people, new VaultConfiguration(Optional.empty(), masterKeyFile()));
  }

  private static Vault open(TestPeople people, VaultConfiguration configuration) {
    return Vault.open(
        people.database(), configuration, people.ids(), people.clock(), people.random());
  }

  private static ProviderKey moved(ProviderKey key, String space, Provider provider, String id) {
    return new ProviderKey(
        space,
        provider,
        id,
        key.maskedKey(),
        key.sealedKey(),
        key.status(),
        key.statusDetail(),
        key.verifiedAt(),
        key.createdAt());
  }
}
