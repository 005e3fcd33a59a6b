package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.storage.TestDatabase;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever happens, totals are what their entries and adjustments add up to, every call counts once
 * at what it cost, and no admission takes a strict budget over its limit.
 *
 * <p>{@code -Dpurser.steps=N} makes it longer, and then every run another one; {@code
 * -Dpurser.seed=N} repeats one.
 */
class SimulationTest {
  private static final Logger log = LoggerFactory.getLogger(SimulationTest.class);

  /** As many as take a few seconds. */
  private static final long STEPS = 800;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whateverHappensTheBooksAreRightAndStrictBudgetsHold(TestDatabase.Kind kind) {
    Long asked = Long.getLong("purser.steps");
    long steps = asked == null ? STEPS : asked;
    long seed = Long.getLong("purser.seed", asked == null ? 42 : new Random().nextLong());
    try (Simulation simulation = new Simulation(kind, seed)) {
      try {
        simulation.run(steps);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("with -Dpurser.seed=" + seed, e);
      }
      log.info("seed {}: {}", seed, simulation.story());
      assertThat(simulation.admitted()).isPositive();
      assertThat(simulation.refused()).isPositive();
      assertThat(simulation.shortened()).isPositive();
      assertThat(simulation.late()).isPositive();
    }
  }
}
