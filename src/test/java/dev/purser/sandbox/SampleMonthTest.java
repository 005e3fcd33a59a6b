package dev.purser.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The sample month is always the same, and looks like one. */
class SampleMonthTest {
  private static final Instant NOW = Instant.parse("2026-11-22T14:05:00Z");

  @Test
  void theSameDaysHaveTheSameCallsWhateverCameLater() {
    List<SampleCall> earlier = SampleMonth.until(NOW.minusSeconds(5 * 86_400), 22);

    assertThat(SampleMonth.until(NOW, 22)).isEqualTo(SampleMonth.until(NOW, 22));
    assertThat(SampleMonth.until(NOW, 22)).startsWith(earlier.toArray(new SampleCall[0]));
    assertThat(SampleMonth.until(NOW, 23)).isNotEqualTo(SampleMonth.until(NOW, 22));
  }

  @Test
  void itEndsNowAndComesInOrder() {
    List<Instant> times = SampleMonth.until(NOW, 22).stream().map(SampleCall::createdAt).toList();

    assertThat(times).isSorted();
    assertThat(times.getFirst()).isAfterOrEqualTo(Instant.parse("2026-11-01T00:00:00Z"));
    assertThat(times.getLast()).isBefore(NOW);
  }

  @Test
  void earlyInAMonthTheOneBeforeIsThereToo() {
    assertThat(SampleMonth.until(Instant.parse("2026-11-01T00:00:30Z"), 22))
        .hasSizeGreaterThan(1000);
  }

  @Test
  void itHasEveryAgentAndEveryKindOfEnd() {
    List<SampleCall> calls = SampleMonth.until(NOW, 22);
    Map<Class<?>, Long> ends =
        calls.stream()
            .collect(
                Collectors.groupingBy(call -> call.outcome().getClass(), Collectors.counting()));

    assertThat(calls).hasSizeBetween(1_000, 1_700);
    assertThat(calls)
        .extracting(SampleCall::agent)
        .contains(SampleMonth.AGENTS.toArray(new String[0]));
    assertThat(ends)
        .containsOnlyKeys(SampleCall.Outcome.class.getPermittedSubclasses())
        .hasEntrySatisfying(
            SampleCall.Answered.class, count -> assertThat(count).isGreaterThan(1_000));
    assertThat(calls).extracting(SampleCall::model).contains("claude-mythos-5-2");
  }

  @Test
  void weekendsAreQuiet() {
    Map<Boolean, Long> byWeekend =
        SampleMonth.until(NOW, 22).stream()
            .filter(call -> call.agent().equals(SampleMonth.CODE_ASSISTANT))
            .collect(
                Collectors.partitioningBy(
                    call ->
                        call.createdAt()
                                .atZone(ZoneOffset.UTC)
                                .getDayOfWeek()
                                .compareTo(DayOfWeek.FRIDAY)
                            > 0,
                    Collectors.counting()));

    assertThat(byWeekend.getOrDefault(true, 0L) * 10).isLessThan(byWeekend.getOrDefault(false, 0L));
  }
}
