package dev.purser.web;

import dev.purser.reports.Figures;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * What stands under a total: which calls it is made of, and how far each of them can be trusted.
 * Every part leads to those calls.
 */
public record TrustLine(
    Figures figures, CallLink calls, YearMonth month, ZoneId zone, Instant asOf) {
  /** How many of the calls used nothing: with the reported and the estimated ones they are all. */
  public long nothingToPay() {
    return figures.requests() - figures.reported() - figures.estimated();
  }
}
