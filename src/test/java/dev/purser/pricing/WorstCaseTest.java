package dev.purser.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.purser.money.Money;
import dev.purser.pricing.WorstCase.Way;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The most a call can cost: exact, rounded up, and the reverse of the output that fits. */
class WorstCaseTest {
  private static final BigInteger PICOS_PER_NANO = BigInteger.valueOf(1_000);

  @Test
  void theDearestWayCountsWhicheverThatIsAtThisOutput() {
    Way dearInput = new Way(new Money(1_000), 1_000);
    Way dearOutput = new Way(new Money(10), 3_000);
    WorstCase worst = new WorstCase(List.of(dearInput, dearOutput), 10_000);
    assertThat(worst.at(0)).isEqualTo(new Money(1_000));
    assertThat(worst.at(100)).isEqualTo(new Money(1_100));
    assertThat(worst.most()).isEqualTo(new Money(30_010));
    assertThat(worst.largestOutput(new Money(999))).isEqualTo(-1);
    assertThat(worst.largestOutput(new Money(1_000))).isZero();
    assertThat(worst.largestOutput(new Money(1_100))).isEqualTo(100);
    assertThat(worst.largestOutput(new Money(3_010))).isEqualTo(1_000);
    assertThat(worst.largestOutput(new Money(999_999))).isEqualTo(10_000);
  }

  @Test
  void aPartOfANanoDollarIsAWholeOne() {
    assertThat(WorstCase.cost(1, 1)).isEqualTo(new Money(1));
    assertThat(WorstCase.cost(1_000, 1)).isEqualTo(new Money(1));
    assertThat(WorstCase.cost(1_001, 1)).isEqualTo(new Money(2));
    assertThat(WorstCase.cost(0, Long.MAX_VALUE)).isEqualTo(Money.ZERO);
  }

  /** Also between 2⁶³ and 2⁶⁴, where a product has no upper half and is negative. */
  @Test
  void aProductIsExactOrTheLargestNumberThereIs() {
    assertThat(WorstCase.product(0, Long.MAX_VALUE)).isZero();
    assertThat(WorstCase.product(3_037_000_499L, 3_037_000_499L)).isEqualTo(9223372030926249001L);
    assertThat(WorstCase.product(3_037_000_500L, 3_037_000_500L)).isEqualTo(Long.MAX_VALUE);
    assertThat(WorstCase.product(4_294_967_295L, 4_294_967_297L)).isEqualTo(Long.MAX_VALUE);
    for (long seed = 0; seed < 20_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long a = upTo(random, MAX);
      long b = upTo(random, MAX);
      BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
      assertThat(BigInteger.valueOf(WorstCase.product(a, b)))
          .as("%d times %d", a, b)
          .isEqualTo(product.min(BigInteger.valueOf(Long.MAX_VALUE)));
    }
  }

  @Test
  void whatNoBudgetCouldHoldNeverFitsAndNeverOverflows() {
    WorstCase worst =
        new WorstCase(List.of(new Way(WorstCase.CEILING, Long.MAX_VALUE)), ModelUsage.MAX);
    assertThat(worst.most()).isEqualTo(WorstCase.CEILING);
    assertThat(worst.at(0)).isEqualTo(WorstCase.CEILING);
    assertThat(worst.largestOutput(Money.ofCents(100_000_000))).isEqualTo(-1);
    assertThat(worst.largestOutput(new Money(-1))).isEqualTo(-1);
    WorstCase free = new WorstCase(List.of(new Way(Money.ZERO, 0)), 7);
    assertThat(free.largestOutput(Money.ZERO)).isEqualTo(7);
    assertThat(free.largestOutput(new Money(-1))).isEqualTo(-1);
  }

  @Test
  void nothingNegativeIsAWorstCase() {
    assertThatThrownBy(() -> new Way(new Money(-1), 0)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> new Way(Money.ZERO, -1)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> new WorstCase(List.of(), 1)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> new WorstCase(List.of(new Way(Money.ZERO, 0)), -1))
        .isInstanceOf(RuntimeException.class);
  }

  /** Over numbers of every size, beside arithmetic that has no limit. */
  @Test
  void theOutputThatFitsCostsNoMoreThanIsFreeAndOneTokenMoreWould() {
    for (long seed = 0; seed < 20_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Way> ways = new ArrayList<>();
      for (int way = random.nextInt(1, 4); way > 0; way--) {
        ways.add(new Way(new Money(upTo(random, WorstCase.CEILING.nanos())), upTo(random, MAX)));
      }
      WorstCase worst = new WorstCase(ways, upTo(random, ModelUsage.MAX));
      Money free = new Money(upTo(random, WorstCase.CEILING.nanos() - 1));
      long largest = worst.largestOutput(free);
      assertThat(largest).as("seed %d", seed).isBetween(-1L, worst.outputTokens());
      if (largest >= 0) {
        assertThat(exact(worst, largest)).as("seed %d", seed).isLessThanOrEqualTo(nanos(free));
        assertThat(nanos(worst.at(largest))).isEqualTo(exact(worst, largest));
      }
      if (largest < worst.outputTokens()) {
        assertThat(exact(worst, largest + 1)).as("seed %d", seed).isGreaterThan(nanos(free));
        assertThat(worst.at(largest + 1)).isGreaterThan(free);
      }
    }
  }

  private static final long MAX = Long.MAX_VALUE;

  /** Small and large numbers alike. */
  private static long upTo(SplittableRandom random, long most) {
    return random.nextLong(0, most) >>> random.nextInt(0, 63);
  }

  private static BigInteger nanos(Money money) {
    return BigInteger.valueOf(money.nanos());
  }

  private static BigInteger exact(WorstCase worst, long tokens) {
    return worst.ways().stream()
        .map(way ->
            BigInteger.valueOf(way.picosPerOutputToken())
                .multiply(BigInteger.valueOf(tokens))
                .add(PICOS_PER_NANO)
                .subtract(BigInteger.ONE)
                .divide(PICOS_PER_NANO)
                .add(nanos(way.input())))
        .max(BigInteger::compareTo)
        .orElseThrow();
  }
}
