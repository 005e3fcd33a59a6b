package dev.purser.web;

import dev.purser.reports.Call;
import dev.purser.reports.CallPage;
import dev.purser.reports.CallStore;
import dev.purser.storage.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The log of calls: a page of it, what has come since, and all of it as a file. */
record CallsPage(WebParts parts, CallsCsv files) {
  private static final int ITEMS = 50;

  /**
   * The most that a page asks about at once because they were still running: as many identifiers as
   * a parameter can hold.
   */
  private static final int MAX_OPEN = 37;

  /** Models that were last used before are not offered to choose from. */
  private static final int DAYS_OF_CHOICES = 90;

  /** A call's entry may be written so much after its identifier was made, and others before it. */
  private static final Duration LATEST_WRITE = Duration.ofSeconds(15);

  CallsPage(WebParts parts) {
    this(parts, new CallsCsv(parts.calls(), parts.clock()));
  }

  Reply show(PageRequest request) {
    CallQuery query = CallQuery.of(request);
    Instant now = parts.clock().instant();
    ZoneId zone = zone(request);
    LocalDate today = now.atZone(zone).toLocalDate();
    CallPage page = parts.calls().page(request.spaceId(), query.filter(), query.before(), ITEMS);
    List<CallRow> rows = rows(page.items(), zone, now);
    return Reply.page(
        "calls.jte",
        request.frame(),
        new Calls(
            query,
            parts.calls().choices(request.spaceId(), today.minusDays(DAYS_OF_CHOICES)),
            rows,
            page.before() == null ? null : query.olderPath(page.before()),
            query.live(today),
            rows.isEmpty() ? Ids.firstOf(now) : rows.getFirst().call().id(),
            zone,
            now));
  }

  /**
   * The rows of calls that came after the one named {@code after}, and as they are now those named
   * {@code open}. Of more new ones than a page has only some are given, and it says so: then the
   * list has to be loaded anew, or it would have a gap.
   */
  Reply newer(PageRequest request) {
    CallQuery query = CallQuery.of(request);
    String after = request.query("after").filter(CallQuery::isCursor).orElse("");
    List<String> open =
        Arrays.stream(request.query("open").orElse("").split(","))
            .filter(id -> !id.isEmpty() && CallQuery.isCursor(id))
            .limit(MAX_OPEN)
            .toList();
    Instant now = parts.clock().instant();
    String since = Collections.min(List.of(after, Ids.firstOf(now.minus(LATEST_WRITE))));
    List<Call> newer =
        parts.calls().newer(request.spaceId(), query.filter(), since, CallStore.MAX_ITEMS);
    boolean more = newer.stream().filter(call -> call.id().compareTo(after) > 0).count() > ITEMS;
    List<Call> calls = new ArrayList<>(more ? newer.subList(0, ITEMS) : newer);
    Set<String> found = calls.stream().map(Call::id).collect(Collectors.toSet());
    parts.calls().some(request.spaceId(), open).stream()
        .filter(call -> !found.contains(call.id()))
        .forEach(calls::add);
    return calls.isEmpty()
        ? new Reply.NoNews()
        : new Reply.Page(
            200,
            "newerCalls.jte",
            Map.of("days", Calls.days(rows(calls, zone(request), now)), "more", more));
  }

  Reply csv(PageRequest request) {
    CallQuery query = CallQuery.of(request);
    return switch (files.of(request.spaceId(), query.filter())) {
      case CallsCsv.Made.Whole whole ->
          new Reply.Download(whole.fileName(), "text/csv; charset=utf-8", whole.text());
      case CallsCsv.Made.Busy _ ->
          Reply.message(
              503,
              request.frame(),
              "Another file is being made",
              "Try again in a moment.",
              query.link().path());
      case CallsCsv.Made.TooSlow _ ->
          Reply.message(
              503,
              request.frame(),
              "This file takes too long",
              "None was made. Choose fewer days, and it is made sooner.",
              query.link().path());
    };
  }

  private ZoneId zone(PageRequest request) {
    return parts.spaces().settings(request.spaceId()).timeZone();
  }

  private static List<CallRow> rows(List<Call> calls, ZoneId zone, Instant now) {
    return calls.stream().map(call -> CallRow.of(call, zone, now)).toList();
  }
}
