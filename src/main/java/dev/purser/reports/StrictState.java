package dev.purser.reports;

import java.util.Locale;

/** How far a strict budget keeps what it promises. */
public enum StrictState {
  /** It is not exceeded. */
  IN_FORCE,
  /** Calls are still running that were admitted without a bound: what they cost may exceed it. */
  PENDING,
  /** A call has cost more than its hold, so it admits nothing until it is raised or resumed. */
  STOPPED;

  /** As the API writes it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
