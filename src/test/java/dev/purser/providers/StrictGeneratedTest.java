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

/**
 * Over made-up requests, some with betas and fields that nobody knows, with tools wherever the APIs
 * take them, and with tools of the provider's that have no limit: what is held is never less than
 * the provider could bill.
 */
class StrictGeneratedTest {
  private static final PriceList PRICES = PriceList.shipped();
  private static final int CALLS = 2_000;

  @Test
  void whatIsHeldIsNeverLessThanTheDearestBill() {
    int admitted = 0;
    int closeBounds = 0;
    int unknown = 0;
    int limited = 0;
    for (long seed = 0; seed < CALLS; seed++) {
      GeneratedCall call = new GeneratedCall(seed);
      CallRequest request = Exchange.accepted(call.dialect(), call.body());
      StrictAsk ask = Exchange.ask(call.betas());
      for (int fewer = (int) (seed % 4); fewer > 0; fewer--) {
        ask = ask.withFewerToolUses();
      }
      StrictTerms terms = request.strict(call.model(), ask, PRICES, Exchange.NOW);
      assertThat(terms.bound().unboundedField() == null)
          .as("seed %d: %s on %s", seed, call.model(), call.terms())
          .isEqualTo(price(call).rates(0, call.terms()).isPresent());
      if (terms.bound().unboundedField() != null) {
        continue;
      }
      admitted++;
      unknown += call.unknown() ? 1 : 0;
      limited += call.limitless() ? 1 : 0;
      assertThat(terms.widening().isEmpty()).as("seed %d", seed).isEqualTo(!call.unknown());
      assertThat(terms.toolUses() != null).as("seed %d", seed).isEqualTo(call.limitless());
      long uses = terms.toolUses() == null ? 0 : terms.toolUses();

      Money dearest = counted(call, call.billed(window(call), longestAnswer(call), null, uses));
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
                .strict(call.model(), ask, PRICES, Exchange.NOW);
        assertThat(again.bound().worst().outputTokens()).as("seed %d", seed).isEqualTo(largest);
        assertThat(again.toolUses()).as("seed %d", seed).isNull();
        assertThat(counted(call, call.billed(window(call), longestAnswer(call), largest, uses)))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(free);
      }
    }
    // A bound that is far too large starves those whom it protects.
    assertThat(closeBounds).isGreaterThan(admitted / 2);
    assertThat(admitted).isGreaterThan(CALLS / 2);
    assertThat(unknown).isGreaterThan(CALLS / 10);
    assertThat(limited).isGreaterThan(CALLS / 20);
  }

  private static ModelPrice price(GeneratedCall call) {
    return PRICES.find(call.dialect().provider(), call.model(), Exchange.NOW).orElseThrow();
  }

  private static long window(GeneratedCall call) {
    return Objects.requireNonNull(price(call).contextTokens());
  }

  private static long longestAnswer(GeneratedCall call) {
    return Objects.requireNonNull(price(call).outputTokens());
  }

  private static Money counted(GeneratedCall call, Usage usage) {
    return PRICES.price(call.dialect().provider(), usage, Exchange.NOW).counted();
  }
}
