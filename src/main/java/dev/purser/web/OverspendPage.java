package dev.purser.web;

import dev.purser.money.Money;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The demo's best moment: a thousand calls at a strict budget. Nowhere else is there such a page.
 */
record OverspendPage(WebParts parts) {
  Reply show(PageRequest request) {
    return shown(request, "overspend.jte");
  }

  /** The part that changes while a try is under way. */
  Reply now(PageRequest request) {
    return shown(request, "overspendNow.jte");
  }

  Reply begin(PageRequest request) {
    return demoOf(parts, request)
        .map(demo -> {
          demo.begin().run();
          return Reply.redirect("/overspend");
        })
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  private Reply shown(PageRequest request, String template) {
    return demoOf(parts, request)
        .map(demo -> Reply.page(template, request.frame(), page(demo)))
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  /** Whether its visitor has this page. */
  static boolean isFor(WebParts parts, PageRequest request) {
    return demoOf(parts, request).isPresent();
  }

  private static Optional<Overspending> demoOf(WebParts parts, PageRequest request) {
    return Optional.ofNullable(parts.overspending())
        .filter(demo -> demo.spaceId().equals(request.spaceId()));
  }

  private Overspend page(Overspending demo) {
    Instant now = parts.clock().instant();
    Overspending.@Nullable Attempt attempt = demo.latest().get().orElse(null);
    // No times are shown, so it does not matter where they are read.
    List<CallRow> rows =
        attempt == null
            ? List.of()
            : attempt.newest().stream().map(call -> CallRow.of(call, ZoneOffset.UTC, now)).toList();
    return new Overspend(
        demo.calls(),
        demo.atOnce(),
        Money.ofCents(demo.budgetCents()),
        demo.processId(),
        attempt,
        rows);
  }
}
