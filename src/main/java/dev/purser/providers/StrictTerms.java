package dev.purser.providers;

/**
 * What a call may cost under a strict budget.
 *
 * @param bound of the body as it is sent under a strict budget; where it names an unbounded field,
 *     the call is refused
 * @param leastOutput no answer is cut to fewer tokens than these; at most {@code
 *     bound.worst().outputTokens()}
 */
public record StrictTerms(Bound bound, long leastOutput) {}
