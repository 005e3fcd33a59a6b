package dev.purser.ledger;

import java.time.Duration;

/**
 * The ledger's limits.
 *
 * @param waitingAdmissions more than so many waiting for a transaction are answered {@link
 *     Decision.Overloaded}
 * @param batch the most operations that share a transaction
 * @param lease how long a process may admit calls after it last reached the database
 * @param shortestRetry after the first failure to write; doubled with every further one
 * @param longestRetry where the doubling ends
 * @param waitForHolds how long a call may wait that a strict budget has no room for only because of
 *     what running calls hold
 * @param waitingForHolds so many may wait like that; more are refused at once
 * @param refusalsPerMinute of one agent with one error code that get entries of their own
 * @param refusesUnknownNames whether strict budgets refuse what nobody has listed, instead of
 *     setting aside the most that the model can cost
 */
public record LedgerConfiguration(
    int waitingAdmissions,
    int batch,
    Duration lease,
    Duration shortestRetry,
    Duration longestRetry,
    Duration waitForHolds,
    int waitingForHolds,
    int refusalsPerMinute,
    boolean refusesUnknownNames) {
  public static final LedgerConfiguration DEFAULT =
      new LedgerConfiguration(
          10_000,
          256,
          Duration.ofSeconds(15),
          Duration.ofMillis(50),
          Duration.ofSeconds(2),
          Duration.ofSeconds(2),
          1_000,
          60,
          /* refusesUnknownNames= */ false);

  /** The same with another length of lease. */
  public LedgerConfiguration withLease(Duration other) {
    return new LedgerConfiguration(
        waitingAdmissions,
        batch,
        other,
        shortestRetry,
        longestRetry,
        waitForHolds,
        waitingForHolds,
        refusalsPerMinute,
        refusesUnknownNames);
  }

  /** The same with another limit of waiting admissions. */
  public LedgerConfiguration withWaitingAdmissions(int other) {
    return new LedgerConfiguration(
        other,
        batch,
        lease,
        shortestRetry,
        longestRetry,
        waitForHolds,
        waitingForHolds,
        refusalsPerMinute,
        refusesUnknownNames);
  }

  /** The same with another patience for what running calls hold. */
  public LedgerConfiguration withWaitForHolds(Duration other) {
    return new LedgerConfiguration(
        waitingAdmissions,
        batch,
        lease,
        shortestRetry,
        longestRetry,
        other,
        waitingForHolds,
        refusalsPerMinute,
        refusesUnknownNames);
  }

  /** The same with another answer to names that nobody has listed. */
  public LedgerConfiguration withUnknownNamesRefused(boolean other) {
    return new LedgerConfiguration(
        waitingAdmissions,
        batch,
        lease,
        shortestRetry,
        longestRetry,
        waitForHolds,
        waitingForHolds,
        refusalsPerMinute,
        other);
  }
}
