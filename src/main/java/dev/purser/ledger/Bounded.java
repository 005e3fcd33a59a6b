package dev.purser.ledger;

import dev.purser.pricing.WorstCase;

/**
 * What strict budgets decide by: a call whose cost has a bound.
 *
 * @param worstCase the most it can cost, by how long its answer may be
 * @param leastOutputTokens an answer is not cut shorter than this
 * @param canBeCloser whether its caller can still find a closer bound, and so would rather hear
 *     {@link Decision.Tight} than have its answer cut short or be refused
 */
public record Bounded(WorstCase worstCase, long leastOutputTokens, boolean canBeCloser) {}
