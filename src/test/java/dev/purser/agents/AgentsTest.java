package dev.purser.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.people.TestPeople;
import dev.purser.pricing.Provider;
import dev.purser.storage.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgentsTest {
  private static final AgentDraft EVERYTHING =
      new AgentDraft(
          "Nightly report",
          Provider.OPENAI,
          "gpt-6-astra",
          ModelPolicy.ALWAYS,
          1_234L,
          Budget.Mode.WARN);

  @ParameterizedTest
  @EnumSource
  void anAgentIsReadBackAsItWasMade(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String space = people.add("ada@example.com").spaceId();
      long revision = people.revision(space);

      Agent agent = saved(agents.create(space, EVERYTHING));

      assertThat(agent.draft()).isEqualTo(EVERYTHING);
      assertThat(agent.version()).isEqualTo(1);
      assertThat(agent.createdAt()).isEqualTo(TestPeople.START);
      assertThat(agents.find(space, agent.id())).contains(agent);
      assertThat(agents.list(space, false)).containsExactly(agent);
      assertThat(people.revision(space)).isGreaterThan(revision);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChangeReplacesAllAndMovesVersionAndRevision(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String space = people.add("ada@example.com").spaceId();
      Agent agent = saved(agents.create(space, EVERYTHING));
      long revision = people.revision(space);

      Agent changed =
          saved(agents.change(space, agent.id(), AgentDraft.named(" Report "), agent.version()));

      assertThat(changed.draft()).isEqualTo(AgentDraft.named("Report"));
      assertThat(changed.version()).isEqualTo(2);
      assertThat(people.revision(space)).isGreaterThan(revision);
      assertThat(agents.change(space, agent.id(), EVERYTHING, agent.version()))
          .isEqualTo(new AgentSaved.ChangedElsewhere(changed));
      assertThat(agents.find(space, agent.id())).contains(changed);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoLiveAgentsOfASpaceNeverHaveOneName(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String space = people.add("ada@example.com").spaceId();
      Agent first = saved(agents.create(space, AgentDraft.named("one")));
      Agent second = saved(agents.create(space, AgentDraft.named("two")));

      AgentSaved.NameTaken taken = new AgentSaved.NameTaken("one");
      assertThat(agents.create(space, AgentDraft.named(" one "))).isEqualTo(taken);
      assertThat(agents.change(space, second.id(), AgentDraft.named("one"), 1)).isEqualTo(taken);
      assertThat(saved(agents.change(space, first.id(), AgentDraft.named("one"), 1)).version())
          .isEqualTo(2);

      agents.archive(space, first.id());
      assertThat(saved(agents.create(space, AgentDraft.named("one"))).name()).isEqualTo("one");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anArchivedAgentIsListedLastAndChangesNoMore(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String space = people.add("ada@example.com").spaceId();
      Agent a = saved(agents.create(space, AgentDraft.named("a")));
      Agent b = saved(agents.create(space, AgentDraft.named("b")));
      Agent c = saved(agents.create(space, AgentDraft.named("c")));

      assertThat(agents.archive(space, a.id())).isTrue();
      people.at(TestPeople.START.plusSeconds(1));
      assertThat(agents.archive(space, b.id())).isTrue();
      assertThat(agents.archive(space, a.id())).isTrue();

      assertThat(names(agents.list(space, false))).containsExactly("c");
      assertThat(names(agents.list(space, true))).containsExactly("c", "b", "a");
      assertThat(agents.find(space, a.id()).map(Agent::archivedAt)).contains(TestPeople.START);
      assertThat(agents.change(space, a.id(), EVERYTHING, 2)).isEqualTo(new AgentSaved.NotFound());
      assertThat(agents.find(space, c.id())).contains(c);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSpaceNeitherSeesNorChangesAnothersAgents(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String ada = people.add("ada@example.com").spaceId();
      String bob = people.add("bob@example.com").spaceId();
      Agent agent = saved(agents.create(ada, EVERYTHING));

      assertThat(agents.find(bob, agent.id())).isEmpty();
      assertThat(agents.list(bob, true)).isEmpty();
      assertThat(agents.change(bob, agent.id(), AgentDraft.named("mine"), 1))
          .isEqualTo(new AgentSaved.NotFound());
      assertThat(agents.archive(bob, agent.id())).isFalse();
      assertThat(agents.find(ada, agent.id())).contains(agent);
      assertThat(saved(agents.create(bob, EVERYTHING)).name()).isEqualTo(agent.name());
    }
  }

  @Test
  void whatWillNotDoIsRefusedByTheNameOfItsField() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());
      Agents agents = agents(people);
      String space = people.add("ada@example.com").spaceId();

      assertThat(refusedField(agents.create(space, AgentDraft.named(" ")))).isEqualTo("name");
      assertThat(refusedField(agents.create(space, AgentDraft.named("x".repeat(101)))))
          .isEqualTo("name");
      assertThat(
              refusedField(
                  agents.create(
                      space,
                      new AgentDraft(
                          "a", Provider.OPENAI, null, ModelPolicy.AUTO, null, Budget.Mode.STOP))))
          .isEqualTo("preferredModel");
      assertThat(
              refusedField(
                  agents.create(
                      space,
                      new AgentDraft("a", null, null, ModelPolicy.AUTO, -1L, Budget.Mode.STOP))))
          .isEqualTo("monthlyBudgetCents");
      assertThat(agents.list(space, true)).isEmpty();
    }
  }

  private static Agents agents(TestPeople people) {
    return new Agents(people.database(), people.ids(), people.clock());
  }

  private static List<String> names(List<Agent> agents) {
    return agents.stream().map(Agent::name).toList();
  }

  private static Agent saved(AgentSaved outcome) {
    if (outcome instanceof AgentSaved.Saved saved) {
      return saved.agent();
    }
    throw new AssertionError(outcome);
  }

  private static @Nullable String refusedField(AgentSaved outcome) {
    return outcome instanceof AgentSaved.Refused refused ? refused.field() : null;
  }
}
