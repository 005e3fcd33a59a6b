package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.purser.money.Money;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Usage;
import dev.purser.replay.Recording;
import dev.purser.replay.Recording.Expected;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a strict budget holds for real calls, beside what they really cost. */
@EnabledIf(
    value = "recordingsAreHere",
    disabledReason = "the recorded exchanges are not part of this repository (../shared/fixtures)")
class StrictRecordingsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final PriceList prices = PriceList.shipped();

  /** A call that succeeded and was metered. */
  private record Call(
      Recording recording, Dialect dialect, CallRequest request, Expected.Metered expected) {
    StrictTerms strict(PriceList prices) {
      return request.strict(expected.model(), Exchange.ASK, prices, NOW);
    }

    Money cost() {
      return new Money(expected.costNanos());
    }
  }

  static boolean recordingsAreHere() {
    if (!Recording.present()) {
      System.out.println(
          "StrictRecordingsTest did not run: there are no recordings beside this clone");
    }
    return Recording.present();
  }

  private static List<Call> calls() {
    return Recording.all().stream().flatMap(recording -> call(recording).stream()).toList();
  }

  private static Optional<Call> call(Recording recording) {
    return Arrays.stream(Dialect.values())
        .filter(dialect -> dialect.path().equals(recording.path()))
        .filter(_ -> recording.expected() instanceof Expected.Metered)
        .map(dialect ->
            new Call(
                recording,
                dialect,
                Exchange.accepted(dialect, new String(recording.request(), StandardCharsets.UTF_8)),
                (Expected.Metered) recording.expected()))
        .findFirst();
  }

  @Test
  void whatIsHeldIsNeverLessThanTheCost() {
    for (Call call : calls()) {
      Bound bound = call.strict(prices).bound();
      if (bound.unboundedField() == null) {
        assertThat(bound.hold()).as(call.recording.name()).isGreaterThanOrEqualTo(call.cost());
        long prompt =
            call.expected.input()
                + call.expected.cacheRead()
                + call.expected.cacheWrite5m()
                + call.expected.cacheWrite1h();
        assertThat(bound.inputTokens()).as(call.recording.name()).isGreaterThanOrEqualTo(prompt);
        // Not only because the limit of the answer was far away.
        assertThat(bound.worst().at(call.expected.output()))
            .as(call.recording.name())
            .isGreaterThanOrEqualTo(call.cost());
      }
    }
  }

  /** A bound that refused everything would be no bound. These figures are in docs/bound.md. */
  @Test
  void mostAreAdmittedAndTheOthersAreRefusedForWhatHasNoLimitOrIsBilledBeside() {
    Map<String, Integer> refused = new TreeMap<>();
    int admitted = 0;
    int limited = 0;
    for (Call call : calls()) {
      StrictTerms terms = call.strict(prices);
      String field = terms.bound().unboundedField();
      if (field == null) {
        admitted++;
        limited += terms.toolUses() == null ? 0 : 1;
      } else {
        refused.merge(field, 1, Integer::sum);
      }
    }
    assertThat(admitted).isEqualTo(79);
    assertThat(limited).isEqualTo(14);
    assertThat(refused)
        .containsOnly(
            entry("context_management", 2),
            entry("mcp_servers", 2),
            entry("tools[].type code_execution_20260120", 4),
            entry("tools[].type code_execution_20260521", 1),
            entry("tools[].type mcp", 2),
            entry("tools[].type tool_search_tool_bm25_20251119", 2),
            entry("web_search_options", 1));
  }

  @Test
  void onceTheProviderHasToldTheInputLessIsHeldAndStillEnough() {
    int narrowed = 0;
    for (Call call : calls()) {
      if (!call.recording.stream()) {
        continue;
      }
      Bound bound = call.strict(prices).bound();
      AnswerReader reader =
          call.request.answer(call.expected.model(), 200, "text/event-stream", bound);
      assertThat(reader.atMost()).isNull();
      Usage most = null;
      for (byte octet : call.recording.response()) {
        reader.read(new byte[] {octet});
        most = reader.atMost();
        if (most != null) {
          break;
        }
      }
      if (most == null || bound.unboundedField() != null) {
        continue;
      }
      narrowed++;
      ModelUsage part = most.byModel().getFirst();
      assertThat(part.prompt())
          .as(call.recording.name())
          .isEqualTo(
              call.expected.input()
                  + call.expected.cacheRead()
                  + call.expected.cacheWrite5m()
                  + call.expected.cacheWrite1h());
      Money still = prices.price(call.dialect.provider(), most, NOW).counted();
      assertThat(still).as(call.recording.name()).isBetween(call.cost(), bound.hold());
    }
    assertThat(narrowed).isEqualTo(5);
  }

  /** What the counter would have told, had it been asked: the input that was billed. */
  @Test
  void whatTheCounterTellsIsHeldAndStillEnough() {
    for (Call call : calls()) {
      Bound bound = call.strict(prices).bound();
      if (bound.unboundedField() != null
          || call.request.tokenCount(call.expected.model(), List.of()).isEmpty()) {
        continue;
      }
      long prompt =
          call.expected.input()
              + call.expected.cacheRead()
              + call.expected.cacheWrite5m()
              + call.expected.cacheWrite1h();
      Bound counted =
          call.request
              .strict(call.expected.model(), Exchange.ASK.counted(prompt), prices, NOW)
              .bound();
      assertThat(counted.hold()).as(call.recording.name()).isBetween(call.cost(), bound.hold());
    }
  }
}
