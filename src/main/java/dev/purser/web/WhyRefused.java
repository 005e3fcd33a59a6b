package dev.purser.web;

import dev.purser.money.Money;
import dev.purser.providers.CallError;
import dev.purser.providers.ErrorBody;
import dev.purser.reports.Call;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a call was refused, and what can be done about it.
 *
 * @param fit the money, if a budget refused it; else null
 * @param answer what the program was told, as JSON; empty if that is not known
 */
public record WhyRefused(
    String title, String sentence, @Nullable Fit fit, List<Advice> advice, String answer) {

  public WhyRefused {
    advice = List.copyOf(advice);
  }

  /** What a program gets that is told this of its call, in more lines than the program gets. */
  static String answer(Call call, CallError error) {
    return ErrorBody.inLines(call.provider(), error, call.id());
  }

  /**
   * Something that can be done.
   *
   * @param path where; empty if it is not done in Purser
   * @param button what its button says
   */
  public record Advice(String title, String sentence, String path, String button) {
    static Advice elsewhere(String title, String sentence) {
      return new Advice(title, sentence, "", "");
    }
  }

  /**
   * A budget and a call that did not fit.
   *
   * @param budgetOf whose, in words
   * @param needed null if the call was not read because nothing was left
   * @param largestOutputTokens the output limit for which there was money; null if not known
   * @param resets when the budget begins anew, in words
   */
  public record Fit(
      String budgetOf,
      Money budget,
      Money spent,
      Money held,
      Money doubt,
      @Nullable Money needed,
      @Nullable Long largestOutputTokens,
      String resets) {
    private static final long WHOLE = 1_000;

    /** How much of the picture's width is left free at its end, of a hundred. */
    private static final int MARGIN_PERCENT = 4;

    public Money free() {
      Money free = budget.minus(set());
      return free.nanos() > 0 ? free : Money.ZERO;
    }

    /** By how much it was exceeded already. */
    public Money over() {
      Money over = set().minus(budget);
      return over.nanos() > 0 ? over : Money.ZERO;
    }

    /** What would have been missing. */
    public Money missing() {
      return end().minus(budget);
    }

    /** Whether money was left, only not enough. */
    public boolean someFree() {
      return free().nanos() > 0;
    }

    public String budgetAt() {
      return at(budget);
    }

    /** On which side of its line the budget's label has room: an anchor of SVG. */
    public String labelAnchor() {
      long tenths = tenths(budget);
      return tenths < 150 ? "start" : tenths > 850 ? "end" : "middle";
    }

    public String spentWidth() {
      return at(spent);
    }

    public String heldWidth() {
      return width(spent, spent.plus(held));
    }

    public String doubtAt() {
      return at(spent.plus(held));
    }

    public String doubtWidth() {
      return width(spent.plus(held), set());
    }

    public String setAt() {
      return at(set());
    }

    public String neededWidth() {
      return width(set(), end());
    }

    /** What is spoken in place of the picture. */
    public String inWords() {
      return "Budget "
          + Figures.sum(budget)
          + ", spent "
          + Figures.sum(spent)
          + ", held "
          + Figures.sum(held)
          + ", in doubt "
          + Figures.sum(doubt)
          + (needed == null ? "" : ", needed at most " + Figures.call(needed));
    }

    Money set() {
      return spent.plus(held).plus(doubt);
    }

    private Money end() {
      return needed == null ? set() : set().plus(needed);
    }

    private String width(Money from, Money to) {
      return percent(tenths(to) - tenths(from));
    }

    private String at(Money sum) {
      return percent(tenths(sum));
    }

    private long tenths(Money sum) {
      BigInteger whole =
          BigInteger.valueOf(Math.max(1, Math.max(end().nanos(), budget.nanos())))
              .multiply(BigInteger.valueOf(100 + MARGIN_PERCENT))
              .divide(BigInteger.valueOf(100));
      return BigInteger.valueOf(Math.max(0, sum.nanos()))
          .multiply(BigInteger.valueOf(WHOLE))
          .divide(whole)
          .longValueExact();
    }

    private static String percent(long tenths) {
      return tenths / 10 + "." + tenths % 10 + "%";
    }
  }
}
