package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.reports.Call;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The demo's best moment: a thousand calls at a strict budget. Nowhere else is there such a page.
 */
record OverspendPage(WebParts parts) {
  /** Of each sort: shortened, refused, all others. */
  private static final int LISTED = 5;

  Reply show(PageRequest request) {
    return shown(request, "overspend.jte");
  }

  /** The part that changes while a try is under way. */
  Reply now(PageRequest request) {
    return shown(request, "overspendNow.jte");
  }

  Reply begin(PageRequest request) {
    return demoOf(request)
        .map(demo -> {
          demo.begin().run();
          return Reply.redirect("/overspend");
        })
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  private Reply shown(PageRequest request, String template) {
    return demoOf(request)
        .map(demo -> Reply.page(template, request.frame(), page(demo)))
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  private Optional<Overspending> demoOf(PageRequest request) {
    return Optional.ofNullable(parts.overspending())
        .filter(demo -> demo.spaceId().equals(request.spaceId()));
  }

  private Overspend page(Overspending demo) {
    Instant now = parts.clock().instant();
    Overspending.@Nullable Attempt attempt = demo.latest().get().orElse(null);
    ZoneId zone = parts.spaces().settings(demo.spaceId()).timeZone();
    List<CallRow> rows = new ArrayList<>();
    if (attempt != null) {
      int[] left = {LISTED, LISTED, LISTED};
      for (Call call : attempt.newest()) {
        if (left[sort(call)]-- > 0) {
          rows.add(CallRow.of(call, zone, now));
        }
      }
    }
    return new Overspend(
        demo.calls(),
        demo.atOnce(),
        Money.ofCents(demo.budgetCents()), demo.processId(), attempt, rows);
  }

  private static int sort(Call call) {
    if (call.state() == EntryState.REFUSED) {
      return 0;
    }
    return call.grantedOutputTokens() != null ? 1 : 2;
  }
}
