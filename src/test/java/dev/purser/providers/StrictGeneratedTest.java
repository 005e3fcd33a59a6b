package dev.purser.providers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Usage;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Over made-up requests: what is held is never less than the provider could bill. */
class StrictGeneratedTest {
  private static final PriceList PRICES = PriceList.shipped();
  private static final int CALLS = 2_000;

  @Test
  void whatIsHeldIsNeverLessThanTheDearestBill() {
    int admitted = 0;
    int closeBounds = 0;
    for (long seed = 0; seed < CALLS; seed++) {
      GeneratedCall call = new GeneratedCall(seed);
      CallRequest request = Exchange.accepted(call.dialect(), call.body());
      StrictTerms terms = request.strict(call.model(), Exchange.ASK, PRICES, Exchange.NOW);
      assertThat(terms.bound().unboundedField() == null)
          .as("seed %d: %s on %s", seed, call.model(), call.terms())
          .isEqualTo(price(call).rates(0, call.terms()).isPresent());
      if (terms.bound().unboundedField() != null) {
        continue;
      }
      admitted++;

      Money dearest = counted(call, call.billed(window(call), null));
      assertThat(terms.bound().hold())
          .as("seed %d: %s", seed, call.model())
          .isGreaterThanOrEqualTo(dearest);
      closeBounds += terms.bound().hold().nanos() < 2 * dearest.nanos() ? 1 : 0;

      // And the same once the answer is cut to what some budget has left.
      Money free = new Money(new SplittableRandom(seed).nextLong(terms.bound().hold().nanos()));
      long largest = terms.bound().worst().largestOutput(free);
      if (largest >= terms.leastOutput()) {
        byte[] sent = request.strictBodyFor(call.model(), terms, largest);
        StrictTerms again =
            Exchange.accepted(call.dialect(), new String(sent, UTF_8))
                .strict(call.model(), Exchange.ASK, PRICES, Exchange.NOW);
        assertThat(again.bound().worst().outputTokens()).as("seed %d", seed).isEqualTo(largest);
        assertThat(counted(call, call.billed(window(call), largest)))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(free);
      }
    }
    // A bound that is far too large starves those whom it protects.
    assertThat(closeBounds).isGreaterThan(admitted / 2);
    assertThat(admitted).isGreaterThan(CALLS / 2);
  }

  private static ModelPrice price(GeneratedCall call) {
    return PRICES.find(call.dialect().provider(), call.model(), Exchange.NOW).orElseThrow();
  }

  private static long window(GeneratedCall call) {
    return Objects.requireNonNull(price(call).contextTokens());
  }

  private static Money counted(GeneratedCall call, Usage usage) {
    return PRICES.price(call.dialect().provider(), usage, Exchange.NOW).counted();
  }
}
