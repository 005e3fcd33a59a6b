package dev.purser.web;

import dev.purser.people.Limits;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A budget as it is typed: dollars, where cents are stored.
 *
 * @param text as typed
 * @param cents null for no limit, and where the text will not do
 * @param error why the text will not do, in one sentence; null if it will
 */
public record BudgetField(String text, @Nullable Long cents, @Nullable String error) {
  private static final Pattern AMOUNT =
      Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{0,18})?|\\.[0-9]{1,18}");
  private static final int CENT_DECIMALS = 2;

  /** A budget that is stored: {@code 20.50}. */
  public static BudgetField of(@Nullable Long cents) {
    return new BudgetField(
        cents == null ? "" : BigDecimal.valueOf(cents, CENT_DECIMALS).toPlainString(), cents, null);
  }

  /** What somebody typed. */
  static BudgetField read(String typed) {
    if (typed.isEmpty()) {
      return new BudgetField("", null, null);
    }
    String text = typed.startsWith("$") ? typed.substring(1).strip() : typed;
    if (!AMOUNT.matcher(text).matches()) {
      return wrong(typed, "Write an amount in dollars, such as 20 or 20.50.");
    }
    BigDecimal dollars = new BigDecimal(text);
    if (dollars.signum() < 0) {
      return wrong(typed, "A budget cannot be below zero. Leave it empty for no limit.");
    }
    BigDecimal stripped = dollars.stripTrailingZeros();
    if (stripped.scale() > CENT_DECIMALS) {
      return wrong(typed, "A budget is in whole cents: at most two decimals.");
    }
    BigInteger cents =
        stripped.movePointRight(CENT_DECIMALS).setScale(0, RoundingMode.UNNECESSARY).toBigInteger();
    if (cents.compareTo(BigInteger.valueOf(Limits.MOST_BUDGET_CENTS)) > 0) {
      return wrong(
          typed,
          "A budget is at most "
              + Figures.sum(dev.purser.money.Money.ofCents(Limits.MOST_BUDGET_CENTS))
              + " a month.");
    }
    return new BudgetField(typed, cents.longValueExact(), null);
  }

  public Optional<String> whyNot() {
    return Optional.ofNullable(error);
  }

  private static BudgetField wrong(String typed, String why) {
    return new BudgetField(typed, null, why);
  }
}
