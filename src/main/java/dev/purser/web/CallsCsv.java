package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.money.Money;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.Call;
import dev.purser.reports.CallFilter;
import dev.purser.reports.CallPage;
import dev.purser.reports.CallStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes files of calls, the newest first: exact costs, empty where there is none yet. One for each
 * space at a time and few in all, so that whoever wants many does not keep the pages from others.
 * Thread-safe.
 */
final class CallsCsv {
  /** The most calls in a file. */
  static final int MAX = 20_000;

  private static final int MAX_AT_ONCE = 2;

  /** A search that takes longer is given up. */
  private static final Duration MAX_LENGTH = Duration.ofSeconds(30);

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

  /** What has become of a file. */
  sealed interface Made {
    /** All of the calls, or as many as its name says. */
    record Whole(String fileName, String text) implements Made {}

    /** Others are being made. */
    record Busy() implements Made {}

    /** Given up: a part of a file would be taken for the whole. */
    record TooSlow() implements Made {}
  }

  private final CallStore calls;
  private final InstantSource clock;
  private final Set<String> spaces = new HashSet<>();

  CallsCsv(CallStore calls, InstantSource clock) {
    this.calls = calls;
    this.clock = clock;
  }

  Made of(String spaceId, CallFilter filter) {
    if (!begin(spaceId)) {
      return new Made.Busy();
    }
    try {
      return read(spaceId, filter);
    } finally {
      end(spaceId);
    }
  }

  private synchronized boolean begin(String spaceId) {
    return spaces.size() < MAX_AT_ONCE && spaces.add(spaceId);
  }

  private synchronized void end(String spaceId) {
    spaces.remove(spaceId);
  }

  private Made read(String spaceId, CallFilter filter) {
    Instant deadline = clock.instant().plus(MAX_LENGTH);
    StringBuilder text = new StringBuilder(Csv.start(HEAD));
    int count = 0;
    @Nullable String before = null;
    do {
      if (clock.instant().isAfter(deadline)) {
        return new Made.TooSlow();
      }
      CallPage page = calls.page(spaceId, filter, before, CallStore.MAX_ITEMS);
      page.items().forEach(call -> text.append(Csv.line(row(call))));
      count += page.items().size();
      before = page.before();
    } while (before != null && count < MAX);
    return new Made.Whole(
        before == null ? "purser-calls.csv" : "purser-calls-newest-" + count + ".csv",
        text.toString());
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
