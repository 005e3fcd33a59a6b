package dev.purser.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.people.Credential;
import dev.purser.people.SpaceSettings;
import dev.purser.people.TestPeople;
import dev.purser.pricing.Provider;
import dev.purser.secret.Secret;
import dev.purser.storage.TestDatabase;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VirtualKeysTest {
  @ParameterizedTest
  @EnumSource
  void aVirtualKeyLeadsToAllThatItsCallsDependOn(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      world
          .people
          .spaces()
          .save(
              new SpaceSettings(
                  world.space,
                  Provider.ANTHROPIC,
                  "claude-opus-5-5",
                  2_000L,
                  Budget.Mode.WARN,
                  ZoneId.of("Asia/Tokyo"),
                  1));
      Agent agent =
          world.agent(
              new AgentDraft(
                  "reports",
                  Provider.OPENAI,
                  "gpt-6-astra",
                  ModelPolicy.ALWAYS,
                  500L,
                  Budget.Mode.STRICT));
      Instant expiry = TestPeople.START.plusSeconds(3_600);
      VirtualKeyCreated.Created created = world.key(agent, expiry);

      assertThat(created.secret().reveal()).matches("psr_[0-9A-Za-z]{49}");
      assertThat(world.standing(created.secret()))
          .contains(
              new Standing(
                  new Caller(
                      world.space,
                      agent.id(),
                      "reports",
                      created.virtualKey().id(),
                      expiry,
                      false,
                      Provider.OPENAI,
                      "gpt-6-astra",
                      ModelPolicy.ALWAYS,
                      new Budget(Money.ofCents(500), Budget.Mode.STRICT)),
                  world.people.spaces().settings(world.space),
                  world.people.revision(world.space)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedVirtualKeyIsKnownAsRevokedAtOnceToEveryProcess(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      Agent agent = world.agent(AgentDraft.named("one"));
      VirtualKeyCreated.Created created = world.key(agent, null);
      long revision = world.people.revision(world.space);
      TestPeople elsewhere = new TestPeople(world.test.openAnother());

      assertThat(keys(elsewhere).revoke(world.space, created.virtualKey().id())).isTrue();

      assertThat(world.standing(created.secret()).orElseThrow().caller().revoked()).isTrue();
      assertThat(world.people.revision(world.space)).isGreaterThan(revision);
      assertThat(world.keys.list(world.space).getFirst().revokedAt()).isEqualTo(TestPeople.START);
    }
  }

  @ParameterizedTest
  @EnumSource
  void archivingAnAgentRevokesItsVirtualKeysAndNoOthers(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      Agent gone = world.agent(AgentDraft.named("gone"));
      Agent stays = world.agent(AgentDraft.named("stays"));
      VirtualKeyCreated.Created ofGone = world.key(gone, null);
      VirtualKeyCreated.Created ofStays = world.key(stays, null);

      world.agents.archive(world.space, gone.id());

      assertThat(world.standing(ofGone.secret()).orElseThrow().caller().revoked()).isTrue();
      assertThat(world.standing(ofStays.secret()).orElseThrow().caller().revoked()).isFalse();
      assertThat(world.keys.create(world.space, gone.id(), "late", null))
          .isEqualTo(new VirtualKeyCreated.NotFound());
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheHashOfAVirtualKeyIsInTheDatabase(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      String secret = world.key(world.agent(AgentDraft.named("one")), null).secret().reveal();

      assertThat(
              world
                  .people
                  .database()
                  .<String>read(handle ->
                      handle.createQuery("SELECT hash FROM credentials").mapTo(String.class).one()))
          .isEqualTo(Credential.hash(secret));
      assertThat(world.keys.list(world.space).toString())
          .doesNotContain(secret.substring(8, 40))
          .contains(secret.substring(0, 7));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aVirtualKeyThatWasNeverMadeLeadsNowhereAndNeitherDoesAnAccessToken(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      assertThat(
              world.standing(Credential.make(Credential.Kind.VIRTUAL_KEY, world.people.random())))
          .isEmpty();
      Secret token = Credential.make(Credential.Kind.ACCESS_TOKEN, world.people.random());
      world
          .people
          .database()
          .<Boolean>write(handle -> {
            Credential.insert(
                handle, token, Credential.Kind.ACCESS_TOKEN, world.space, "some-token");
            return true;
          });
      assertThat(world.standing(token)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSpaceNeitherSeesNorMakesNorRevokesAnothersVirtualKeys(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      String bob = world.people.add("bob@example.com").spaceId();
      Agent agent = world.agent(AgentDraft.named("one"));
      VirtualKeyCreated.Created created = world.key(agent, null);

      assertThat(world.keys.list(bob)).isEmpty();
      assertThat(world.keys.revoke(bob, created.virtualKey().id())).isFalse();
      assertThat(world.keys.create(bob, agent.id(), "mine", null))
          .isEqualTo(new VirtualKeyCreated.NotFound());
      assertThat(world.standing(created.secret()).orElseThrow().caller().revoked()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLastUseIsShownAtOnceAndWrittenLaterAndMovesNoRevision(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      VirtualKey key = world.key(world.agent(AgentDraft.named("one")), null).virtualKey();
      long revision = world.people.revision(world.space);

      world.keys.used(world.space, key.id(), TestPeople.START.plusSeconds(5));
      world.keys.used(world.space, key.id(), TestPeople.START.plusSeconds(2));
      assertThat(world.keys.list(world.space).getFirst().lastUsedAt())
          .isEqualTo(TestPeople.START.plusSeconds(5));
      TestPeople people = world.people;
      VirtualKeys otherProcess =
          new VirtualKeys(people.database(), people.ids(), people.clock(), new SecureRandom());
      assertThat(otherProcess.list(world.space).getFirst().lastUsedAt()).isNull();

      world.keys.writeLastUses();
      assertThat(otherProcess.list(world.space).getFirst().lastUsedAt())
          .isEqualTo(TestPeople.START.plusSeconds(5));
      assertThat(world.people.revision(world.space)).isEqualTo(revision);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAgentIsMadeWithItsFirstKeyOrNotAtAll(TestDatabase.Kind kind) {
    try (World world = new World(kind)) {
      AgentDraft draft = AgentDraft.named("one");
      TestPeople people = world.people;
      SecureRandom broken =
          new SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
              throw new IllegalStateException("no randomness");
            }
          };
      VirtualKeys failing =
          new VirtualKeys(people.database(), people.ids(), people.clock(), broken);
      assertThatThrownBy(() -> failing.createWithAgent(world.agents, world.space, draft, "first"))
          .hasMessage("no randomness");
      assertThat(world.agents.list(world.space, true)).isEmpty();

      AgentWithKey made = world.keys.createWithAgent(world.agents, world.space, draft, "first");
      assertThat(made.agent()).isInstanceOf(AgentSaved.Saved.class);
      assertThat(made.key()).isInstanceOf(VirtualKeyCreated.Created.class);
      AgentWithKey again = world.keys.createWithAgent(world.agents, world.space, draft, "first");
      assertThat(again).isEqualTo(new AgentWithKey(new AgentSaved.NameTaken("one"), null));
      assertThat(world.keys.list(world.space)).hasSize(1);
    }
  }

  private static VirtualKeys keys(TestPeople people) {
    return new VirtualKeys(people.database(), people.ids(), people.clock(), people.random());
  }

  /** A space with agents and virtual keys. */
  private static final class World implements AutoCloseable {
    private final TestDatabase test;
    private final TestPeople people;
    private final String space;
    private final Agents agents;
    private final VirtualKeys keys;

    World(TestDatabase.Kind kind) {
      test = TestDatabase.fresh(kind);
      people = new TestPeople(test.database());
      space = people.add("ada@example.com").spaceId();
      agents = new Agents(people.database(), people.ids(), people.clock());
      keys = keys(people);
    }

    Agent agent(AgentDraft draft) {
      if (agents.create(space, draft) instanceof AgentSaved.Saved saved) {
        return saved.agent();
      }
      throw new AssertionError("no agent was made");
    }

    VirtualKeyCreated.Created key(Agent agent, @Nullable Instant expiresAt) {
      if (keys.create(space, agent.id(), "laptop", expiresAt)
          instanceof VirtualKeyCreated.Created created) {
        return created;
      }
      throw new AssertionError("no virtual key was made");
    }

    Optional<Standing> standing(Secret secret) {
      return keys.find(Credential.hash(secret.reveal()));
    }

    @Override
    public void close() {
      test.close();
    }
  }
}
