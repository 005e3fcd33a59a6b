package dev.purser.gateway;

import dev.purser.providers.Dialect;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Numbers about calls, by provider and dialect; none about people, spaces or agents. */
final class GatewayMetrics {
  private static final String[] OUTCOMES = {"gone", "1xx", "2xx", "3xx", "4xx", "5xx"};

  private final Map<Dialect, Counter[]> calls = new EnumMap<>(Dialect.class);
  private final Timer added;
  private final Timer settle;

  GatewayMetrics(MeterRegistry registry, AtomicInteger running) {
    for (Dialect dialect : Dialect.values()) {
      Counter[] counters = new Counter[OUTCOMES.length];
      for (int i = 0; i < OUTCOMES.length; i++) {
        counters[i] =
            Counter.builder("purser.calls")
                .description("Calls that ended, by the status that the client got")
                .tag("provider", dialect.provider().id())
                .tag("dialect", dialect.id())
                .tag("status", OUTCOMES[i])
                .register(registry);
      }
      calls.put(dialect, counters);
    }
    this.added =
        Timer.builder("purser.call.admission")
            .description("From a call's arrival to its forwarding")
            .register(registry);
    this.settle =
        Timer.builder("purser.call.settlement")
            .description("From an answer's end to the commit of its settlement")
            .register(registry);
    Gauge.builder("purser.calls.running", running, AtomicInteger::get)
        .description("Calls under way")
        .register(registry);
  }

  /**
   * Counts a call.
   *
   * @param status null if the client left before it got one
   */
  void ended(Dialect dialect, @Nullable Integer status) {
    Counter[] counters = calls.get(dialect);
    if (counters != null) {
      int outcome = status == null ? 0 : status / 100;
      counters[outcome < counters.length ? outcome : 0].increment();
    }
  }

  void forwarded(long nanosSinceArrival) {
    added.record(nanosSinceArrival, TimeUnit.NANOSECONDS);
  }

  void settled(long nanosSinceEnd) {
    settle.record(nanosSinceEnd, TimeUnit.NANOSECONDS);
  }
}
