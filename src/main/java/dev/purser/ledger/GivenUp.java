package dev.purser.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admissions that failed because the database was too slow, although it can be written: counted,
 * and told to the operator, seldom enough not to fill the log.
 */
final class GivenUp {
  private static final Logger log = LoggerFactory.getLogger(GivenUp.class);

  /** From one line in the log to the next. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final AtomicLong late = new AtomicLong();
  private final AtomicLong turnedAway = new AtomicLong();
  private @Nullable Instant lastReport;

  /** One was not written before its deadline. */
  void late() {
    late.incrementAndGet();
  }

  /** One came when as many waited as may. */
  void turnedAway() {
    turnedAway.incrementAndGet();
  }

  /** On the timer's thread: says what has not been said yet, if the last line is old enough. */
  void report(Instant now) {
    if (lastReport != null && now.isBefore(lastReport.plus(PAUSE))) {
      return;
    }
    long notInTime = late.getAndSet(0);
    long tooMany = turnedAway.getAndSet(0);
    if (notInTime + tooMany > 0) {
      lastReport = now;
      log.warn(
          "calls were not admitted because the database is too slow: {} not written before their"
              + " deadline, {} turned away because too many waited",
          notInTime,
          tooMany);
    }
  }
}
