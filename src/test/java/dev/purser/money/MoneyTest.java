package dev.purser.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MoneyTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "499, 0", "500, 1", "1499, 1", "1500, 2", "-500, 0", "-501, -1"})
  void aCostIsRoundedHalfUpToNanoDollars(long picos, long nanos) {
    assertThat(Money.ofPicosHalfUp(picos)).isEqualTo(new Money(nanos));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0.0000001",
    "4700, 0.00047",
    "10000000, 1",
    "100000000, 10",
    "20000000000, 2000",
    "-12345678, -1.2345678"
  })
  void centsAreExactAndPlainlyWritten(long nanos, String cents) {
    assertThat(new Money(nanos).cents().toPlainString()).isEqualTo(cents);
  }

  @Test
  void centsComeBackAsCents() {
    assertThat(Money.ofCents(2_000)).isEqualTo(new Money(20_000_000_000L));
  }

  @Test
  void whatOverflowsThrowsInsteadOfBecomingAnotherAmount() {
    Money most = new Money(Long.MAX_VALUE);
    Money one = new Money(1);
    assertThatThrownBy(() -> most.plus(one)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new Money(Long.MIN_VALUE).minus(one))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Money.ofCents(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Money.ofPicosHalfUp(Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void amountsAreInOrder() {
    assertThat(new Money(-1)).isLessThan(Money.ZERO);
    assertThat(Money.ofCents(1)).isGreaterThan(new Money(9_999_999));
  }

  @ParameterizedTest
  @EnumSource(Budget.Mode.class)
  void aModeIsReadAsItIsWritten(Budget.Mode mode) {
    assertThat(Budget.Mode.ofId(mode.id())).contains(mode);
    assertThat(Budget.Mode.ofId(mode.name())).isEmpty();
  }
}
