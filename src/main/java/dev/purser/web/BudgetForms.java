package dev.purser.web;

import dev.purser.ledger.Releases;
import dev.purser.money.Money;
import dev.purser.people.NoticesTold;
import dev.purser.people.SpaceSettings;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** What people do about a budget where they see it: its small forms, on several pages. */
record BudgetForms(WebParts parts) {
  private static final String RELEASED = "released";
  private static final String CALLS = "calls";
  private static final String RESUMED = "resumed";

  /** Longer than the digits of any number that is meant. */
  private static final int MAX_DIGITS = 18;

  /** No longer doubts what this month's estimates say. */
  Reply release(PageRequest request) {
    Releases.Released released = parts.releases().releaseDoubt(request.spaceId());
    return back(
        request,
        "?" + RELEASED + "=" + released.doubt().nanos() + "&" + CALLS + "=" + released.calls());
  }

  /** Lets strict budgets admit calls again after one has cost more than its hold. */
  Reply resume(PageRequest request) {
    parts.releases().resume(request.spaceId());
    return back(request, "?" + RESUMED + "=yes");
  }

  /** Puts a notice away; not if the budget is another one by now, of which it does not speak. */
  Reply told(PageRequest request) {
    Form form = request.form();
    SpaceSettings settings = parts.spaces().settings(request.spaceId());
    Long cents = settings.monthlyBudgetCents();
    Instant now = parts.clock().instant();
    if (cents != null
        && form.text("cents").equals(cents.toString())
        && form.text("mode").equals(settings.budgetMode().id())) {
      NoticesTold.BudgetOfMonth budget =
          new NoticesTold.BudgetOfMonth(
              request.spaceId(),
              parts.budgetOutlooks().read(request.spaceId(), settings.timeZone(), now).month(),
              cents,
              settings.budgetMode());
      if (form.text("month").equals(budget.month().toString())) {
        tell(budget, form.text("news"));
      }
    }
    return back(request, "");
  }

  private void tell(NoticesTold.BudgetOfMonth budget, String news) {
    if (news.equals(BudgetNotice.PROJECTION)) {
      parts.noticesTold().projection(budget);
    }
    for (int percent : BudgetNotices.PERCENTS) {
      if (news.equals(Integer.toString(percent))) {
        parts.noticesTold().used(budget, percent);
      }
    }
  }

  private static Reply back(PageRequest request, String query) {
    String path =
        LocalPath.of(request.form().text("back"))
            .filter(to -> to.indexOf('?') < 0 && to.indexOf('#') < 0)
            .orElse("/settings");
    return Reply.redirect(path + query + (query.isEmpty() ? "" : "#budget-bar"));
  }

  /** What was done about the budget by the form that led to this page; empty for nothing. */
  static String done(PageRequest request) {
    if (request.query(RESUMED).isPresent()) {
      return "Calls are admitted again.";
    }
    OptionalLong nanos = number(request, RELEASED);
    OptionalLong calls = number(request, CALLS);
    if (nanos.isEmpty() || calls.isEmpty()) {
      return "";
    }
    return calls.getAsLong() == 0
        ? "Nothing was in doubt any more."
        : "Released "
            + Figures.sum(new Money(nanos.getAsLong()))
            + " of "
            + Figures.count(calls.getAsLong(), "call", "calls")
            + ".";
  }

  private static OptionalLong number(PageRequest request, String name) {
    Optional<String> digits =
        request
            .query(name)
            .filter(text -> text.length() <= MAX_DIGITS)
            .filter(text -> text.chars().allMatch(digit -> digit >= '0' && digit <= '9'));
    return digits.isPresent()
        ? OptionalLong.of(Long.parseLong(digits.get()))
        : OptionalLong.empty();
  }
}
