package dev.purser.people;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Budget;
import dev.purser.money.Money;
import dev.purser.pricing.Provider;
import dev.purser.storage.TestDatabase;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpacesTest {
  @ParameterizedTest
  @EnumSource
  void savedSettingsAreReadBackAndMoveVersionAndRevision(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      long revision = people.revision(space);

      SpaceSettings wanted =
          new SpaceSettings(
              space,
              Provider.ANTHROPIC,
              "claude-opus-5-5",
              2_000L,
              Budget.Mode.STRICT,
              ZoneId.of("Europe/Berlin"),
              1);
      SettingsSaved saved = people.spaces().save(wanted);

      SpaceSettings now = people.spaces().settings(space);
      assertThat(saved).isEqualTo(new SettingsSaved.Saved(now));
      assertThat(now)
          .isEqualTo(
              new SpaceSettings(
                  space,
                  Provider.ANTHROPIC,
                  "claude-opus-5-5",
                  2_000L,
                  Budget.Mode.STRICT,
                  ZoneId.of("Europe/Berlin"),
                  2));
      assertThat(now.budget()).isEqualTo(new Budget(Money.ofCents(2_000), Budget.Mode.STRICT));
      assertThat(people.revision(space)).isGreaterThan(revision);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anEditorWhoReadAnOlderVersionChangesNothingAndIsTold(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();
      SpaceSettings read = people.spaces().settings(space);
      people.spaces().save(withBudget(read, 100L));

      SettingsSaved saved = people.spaces().save(withBudget(read, 999L));

      SpaceSettings now = people.spaces().settings(space);
      assertThat(saved).isEqualTo(new SettingsSaved.ChangedElsewhere(now));
      assertThat(now.monthlyBudgetCents()).isEqualTo(100L);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneSpacesSettingsAreNotAnothers(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String ada = people.add("ada@example.com").spaceId();
      String bob = people.add("bob@example.com").spaceId();
      SpaceSettings before = people.spaces().settings(bob);
      long revision = people.revision(bob);

      people.spaces().save(withBudget(people.spaces().settings(ada), 5L));

      assertThat(people.spaces().settings(bob)).isEqualTo(before);
      assertThat(people.revision(bob)).isEqualTo(revision);
    }
  }

  @Test
  void settingsThatWillNotDoAreRefusedByTheNameOfTheirField() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE)) {
      TestPeople people = new TestPeople(test.database());
      SpaceSettings read = people.spaces().settings(people.add("ada@example.com").spaceId());

      assertThat(refusedField(people, withBudget(read, -1L))).isEqualTo("monthlyBudgetCents");
      assertThat(refusedField(people, withBudget(read, 100_000_001L)))
          .isEqualTo("monthlyBudgetCents");
      assertThat(refusedField(people, withModel(read, Provider.OPENAI, null)))
          .isEqualTo("defaultModel");
      assertThat(refusedField(people, withModel(read, null, "gpt-6"))).isEqualTo("defaultModel");
      assertThat(refusedField(people, withModel(read, Provider.OPENAI, "x".repeat(201))))
          .isEqualTo("defaultModel");
      assertThat(
              refusedField(
                  people,
                  new SpaceSettings(
                      read.spaceId(),
                      null,
                      null,
                      null,
                      Budget.Mode.STOP,
                      ZoneOffset.ofHours(1),
                      1)))
          .isEqualTo("timeZone");
      assertThat(people.spaces().settings(read.spaceId())).isEqualTo(read);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noLimitAndALimitOfZeroAreTwoThings(TestDatabase.Kind kind) {
    try (TestDatabase test = TestDatabase.fresh(kind)) {
      TestPeople people = new TestPeople(test.database());
      String space = people.add("ada@example.com").spaceId();

      people.spaces().save(withBudget(people.spaces().settings(space), 0L));
      assertThat(people.spaces().settings(space).budget())
          .isEqualTo(new Budget(Money.ZERO, Budget.Mode.STOP));

      people.spaces().save(withBudget(people.spaces().settings(space), null));
      assertThat(people.spaces().settings(space).budget()).isNull();
    }
  }

  private static @Nullable String refusedField(TestPeople people, SpaceSettings settings) {
    return people.spaces().save(settings) instanceof SettingsSaved.Refused refused
        ? refused.field()
        : null;
  }

  private static SpaceSettings withBudget(SpaceSettings s, @Nullable Long cents) {
    return new SpaceSettings(
        s.spaceId(),
        s.defaultProvider(),
        s.defaultModel(),
        cents,
        s.budgetMode(),
        s.timeZone(),
        s.version());
  }

  private static SpaceSettings withModel(
      SpaceSettings s, @Nullable Provider provider, @Nullable String model) {
    return new SpaceSettings(
        s.spaceId(),
        provider,
        model,
        s.monthlyBudgetCents(),
        s.budgetMode(),
        s.timeZone(),
        s.version());
  }
}
