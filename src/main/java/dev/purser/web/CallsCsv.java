package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.Call;
import dev.purser.reports.CallFilter;
import dev.purser.reports.CallPage;
import dev.purser.reports.CallStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls as a file, the newest first: exact costs, empty where there is none yet. */
final class CallsCsv {
  /** The most calls in a file. */
  static final int MOST = 20_000;

  /** The most pages that are read for one, so that no search goes on for ever. */
  private static final int MOST_PAGES = 1_000;

  private static final List<String> HEAD =
      List.of(
          "id",
          "created_at",
          "settled_at",
          "agent_id",
          "agent",
          "provider",
          "dialect",
          "requested_model",
          "model",
          "state",
          "usage_source",
          "input_tokens",
          "cache_read_tokens",
          "cache_write_tokens",
          "output_tokens",
          "reasoning_tokens",
          "web_searches",
          "tier",
          "cost_usd",
          "http_status",
          "error_code",
          "duration_ms",
          "first_byte_ms",
          "refused_count",
          "held_usd",
          "doubt_usd");

  private CallsCsv() {}

  static Reply of(CallStore calls, String spaceId, CallFilter filter) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    @Nullable String before = null;
    int pages = 0;
    do {
      CallPage page = calls.page(spaceId, filter, before, CallStore.MOST_ITEMS);
      page.items().forEach(call -> rows.add(row(call)));
      before = page.before();
    } while (before != null && rows.size() <= MOST && ++pages < MOST_PAGES);
    return new Reply.Download(
        before == null ? "purser-calls.csv" : "purser-calls-newest-" + (rows.size() - 1) + ".csv",
        "text/csv; charset=utf-8",
        Csv.of(rows));
  }

  private static List<String> row(Call call) {
    boolean refused = call.state() == EntryState.REFUSED;
    UsageSource source = refused ? UsageSource.NONE : call.usageSource();
    Money cost = refused ? Money.ZERO : call.cost();
    return List.of(
        call.id(),
        call.createdAt().toString(),
        text(call.settledAt()),
        call.agentId(),
        text(call.agentName()),
        call.provider().id(),
        call.dialect(),
        text(call.requestedModel()),
        text(call.model()),
        call.state().id(),
        source == null ? "" : source.id(),
        Long.toString(call.inputTokens()),
        Long.toString(call.cacheReadTokens()),
        Long.toString(call.cacheWriteTokens()),
        Long.toString(call.outputTokens()),
        Long.toString(call.reasoningTokens()),
        Long.toString(call.webSearches()),
        text(call.tier()),
        cost == null ? "" : Figures.exact(cost),
        text(call.httpStatus()),
        text(call.errorCode()),
        text(call.durationMillis()),
        text(call.firstByteMillis()),
        refused ? Long.toString(call.count()) : "",
        call.state() == EntryState.OPEN ? Figures.exact(call.held()) : "",
        Figures.exact(call.doubt()));
  }

  private static String text(@Nullable Object value) {
    return Objects.toString(value, "");
  }
}
