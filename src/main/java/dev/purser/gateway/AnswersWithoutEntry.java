package dev.purser.gateway;

import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the answers that no entry of the ledger knows, so that the {@code x-purser-call-id} of each
 * can be found somewhere. Anybody can cause such answers, so only so many are logged in a second.
 * Safe for all threads.
 */
final class AnswersWithoutEntry {
  private static final Logger log = LoggerFactory.getLogger(AnswersWithoutEntry.class);

  private static final int MAX_PER_SECOND = 100;

  private final InstantSource clock;
  private long second;
  private int noted;
  private long leftOut;

  AnswersWithoutEntry(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Notes one.
   *
   * @param what was answered: one of Purser's own words, nothing that came with the request
   */
  synchronized void note(String callId, int status, String what) {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      noted = 0;
      if (leftOut > 0) {
        log.info("{} more answers without an entry were not logged", leftOut);
        leftOut = 0;
      }
    }
    if (noted < MAX_PER_SECOND) {
      noted++;
      log.info("call {} has no entry: {} {}", callId, status, what);
    } else {
      leftOut++;
    }
  }
}
