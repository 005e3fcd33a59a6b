package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How figures are written. */
class FiguresTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # nano-dollars    | a sum          | one call       | exact
          0                 | $0.00          | $0.00          | 0
          1                 | <$0.01         | $0.000000001   | 0.000000001
          123000            | <$0.01         | $0.000123      | 0.000123
          9999999           | <$0.01         | $0.01          | 0.009999999
          10000000          | $0.01          | $0.01          | 0.01
          14999999          | $0.01          | $0.015         | 0.014999999
          15000000          | $0.02          | $0.015         | 0.015
          18200000          | $0.02          | $0.0182        | 0.0182
          18234567          | $0.02          | $0.01823       | 0.018234567
          500000000         | $0.50          | $0.50          | 0.5
          999949999         | $1.00          | $0.9999        | 0.999949999
          999950000         | $1.00          | $1.00          | 0.99995
          1000000000        | $1.00          | $1.00          | 1
          1234567890        | $1.23          | $1.23          | 1.23456789
          16399991950       | $16.40         | $16.40         | 16.39999195
          1234567890000000  | $1,234,567.89  | $1,234,567.89  | 1234567.89
          -5000000          | −<$0.01        | −$0.005        | -0.005
          -1230000000       | −$1.23         | −$1.23         | -1.23
          """)
  void moneyIsWrittenAsTheContractSays(long nanos, String sum, String call, String exact) {
    Money money = new Money(nanos);
    assertThat(Figures.sum(money)).isEqualTo(sum);
    assertThat(Figures.call(money)).isEqualTo(call);
    assertThat(Figures.exact(money)).isEqualTo(exact);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, 0 %",
    "1, 1000, <1 %",
    "829, 1000, 82 %",
    "999, 1000, 99 %",
    "1000, 1000, 100 %",
    "3, 2, 150 %",
    "0, 0, 0 %",
    "1, 0, 100 %",
    "9223372036854775807, 9223372036854775807, 100 %"
  })
  void percentagesAreCutAndNotRounded(long part, long whole, String written) {
    assertThat(Figures.percent(part, whole)).isEqualTo(written);
  }

  @Test
  void countsAreGroupedAndDaysAreWrittenOut() {
    Instant moment = Instant.parse("2026-11-22T14:05:12.9Z");
    assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Figures.count(1, "call", "calls")).isEqualTo("1 call");
    assertThat(Figures.count(1_284, "call", "calls")).isEqualTo("1,284 calls");
    assertThat(Figures.day(LocalDate.of(2026, 11, 22))).isEqualTo("22 Nov 2026");
    assertThat(Figures.moment(moment, ZoneId.of("UTC"))).isEqualTo("22 Nov 2026, 14:05");
    assertThat(Figures.moment(moment, ZoneId.of("Asia/Tokyo"))).isEqualTo("22 Nov 2026, 23:05");
    assertThat(Figures.time(moment, ZoneId.of("UTC"))).isEqualTo("14:05:12");
    assertThat(Figures.month(YearMonth.of(2026, 11))).isEqualTo("November 2026");
    assertThat(Figures.days(YearMonth.of(2026, 11))).isEqualTo("1–30 Nov");
  }
}
