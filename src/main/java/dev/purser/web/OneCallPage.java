package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.providers.RefusalErrors;
import dev.purser.reports.CallDetail;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call: what it was, why it cost what it cost, or why it was refused. */
record OneCallPage(WebParts parts) {
  private static final BigInteger PICOS_PER_NANO = BigInteger.valueOf(1_000);

  Reply show(PageRequest request) {
    return parts
        .calls()
        .find(request.spaceId(), request.path("id"))
        .map(detail -> Reply.page("oneCall.jte", request.frame(), page(detail, request)))
        .orElseGet(() -> Reply.notFound(request.frame()));
  }

  private OneCall page(CallDetail detail, PageRequest request) {
    Instant now = parts.clock().instant();
    ZoneId zone = parts.spaces().settings(request.spaceId()).timeZone();
    return new OneCall(
        CallRow.of(detail.call(), zone, now),
        detail,
        lines(detail),
        uncached(detail),
        detail.call().state() == EntryState.REFUSED
            ? new Refusals(
                    parts.prices().get(), new RefusalErrors(parts.address().url()), zone, now)
                .explain(detail)
            : null,
        Failures.advice(detail.call()));
  }

  private static List<OneCall.LineRow> lines(CallDetail detail) {
    boolean several = detail.lines().stream().map(Line::model).distinct().count() > 1;
    List<OneCall.LineRow> rows = new ArrayList<>();
    long reasoning = detail.call().reasoningTokens();
    for (Line line : detail.lines()) {
      rows.add(
          new OneCall.LineRow(
              KindNames.of(line.kind()),
              several ? line.model() : "",
              line.quantity(),
              OneCall.unitPrice(line.kind(), line.unitPicos()),
              line.billed(),
              line.cost(),
              line.kind() == Kind.OUTPUT ? reasoning : 0));
      if (line.kind() == Kind.OUTPUT) {
        // All of it is told of the first: which model thought how much is not kept.
        reasoning = 0;
      }
    }
    return rows;
  }

  /** What the same tokens cost at the rates of uncached input; null where one is not known. */
  private static @Nullable Money uncached(CallDetail detail) {
    if (detail.call().cacheReadTokens() == 0 || detail.call().cost() == null) {
      return null;
    }
    BigInteger picos = BigInteger.ZERO;
    for (Line line : detail.lines()) {
      Long unit = line.kind().isCached() ? line.uncachedPicos() : line.unitPicos();
      if (unit == null) {
        return null;
      }
      picos = picos.add(BigInteger.valueOf(line.quantity()).multiply(BigInteger.valueOf(unit)));
    }
    return new Money(
        picos.add(PICOS_PER_NANO.shiftRight(1)).divide(PICOS_PER_NANO).longValueExact());
  }
}
