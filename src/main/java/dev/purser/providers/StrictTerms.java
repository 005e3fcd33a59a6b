package dev.purser.providers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call may cost under a strict budget.
 *
 * @param bound of the body as it is sent under a strict budget; where it names an unbounded field,
 *     the call is refused
 * @param leastOutput no answer is cut to fewer tokens than these; at most {@code
 *     bound.worst().outputTokens()}
 * @param widening the names because of which the bound is the most that the model can cost
 * @param toolUses the limit that the provider's tools are given where they have none; null if all
 *     have one
 */
public record StrictTerms(
    Bound bound, long leastOutput, List<RequestName> widening, @Nullable Long toolUses) {
  public StrictTerms {
    widening = List.copyOf(widening);
  }
}
