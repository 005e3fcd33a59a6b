package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.Line;
import dev.purser.pricing.Rates;
import dev.purser.pricing.Terms;
import dev.purser.providers.RefusalErrors;
import dev.purser.reports.CallDetail;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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
            : null);
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
              line.cost(),
              line.kind() == Kind.OUTPUT ? reasoning : 0));
      if (line.kind() == Kind.OUTPUT) {
        // All of it is told of the first: which model thought how much is not kept.
        reasoning = 0;
      }
    }
    return rows;
  }

  /** What the same tokens cost at the rates of uncached input. */
  private @Nullable Money uncached(CallDetail detail) {
    if (detail.call().cacheReadTokens() == 0 || detail.call().cost() == null) {
      return null;
    }
    BigInteger picos = BigInteger.ZERO;
    for (Line line : detail.lines()) {
      OptionalLong unit =
          switch (line.kind()) {
            case CACHE_READ, CACHE_WRITE_5M, CACHE_WRITE_1H, CACHE_WRITE_30M, CACHE_WRITE_12H ->
                inputPicos(detail, line.model());
            case INPUT, OUTPUT, WEB_SEARCH ->
                line.unitPicos() == null ? OptionalLong.empty() : OptionalLong.of(line.unitPicos());
          };
      if (unit.isEmpty()) {
        return null;
      }
      picos =
          picos.add(
              BigInteger.valueOf(line.quantity()).multiply(BigInteger.valueOf(unit.getAsLong())));
    }
    return new Money(
        picos.add(PICOS_PER_NANO.shiftRight(1)).divide(PICOS_PER_NANO).longValueExact());
  }

  /** The rate that the call itself had, else that of the list. */
  private OptionalLong inputPicos(CallDetail detail, String model) {
    for (Line line : detail.lines()) {
      if (line.kind() == Kind.INPUT && line.model().equals(model) && line.unitPicos() != null) {
        return OptionalLong.of(line.unitPicos());
      }
    }
    long prompt =
        detail.call().inputTokens()
            + detail.call().cacheReadTokens()
            + detail.call().cacheWriteTokens();
    Terms terms = new Terms(detail.call().tier(), detail.fast(), detail.geography());
    Rates rates =
        parts
            .prices()
            .get()
            .find(detail.call().provider(), model, detail.call().createdAt())
            .flatMap(price -> price.rates(prompt, terms))
            .orElse(null);
    return rates == null ? OptionalLong.empty() : rates.picos(Kind.INPUT);
  }
}
