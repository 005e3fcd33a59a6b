package dev.purser.reports;

import dev.purser.ledger.EntryState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which calls to list; null is any.
 *
 * @param model by the name that answered or was sent, or by that of summaries
 * @param from admitted at this moment or later
 * @param to admitted before this moment
 */
public record CallFilter(
    @Nullable String agentId,
    @Nullable String model,
    @Nullable EntryState state,
    @Nullable Instant from,
    @Nullable Instant to) {

  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

  public static final CallFilter ALL = new CallFilter(null, null, null, null, null);

  public CallFilter {
    from = inRange(from);
    to = inRange(to);
  }

  /** Beyond these moments there are no calls, and at the ends of time no arithmetic either. */
  private static @Nullable Instant inRange(@Nullable Instant moment) {
    if (moment == null) {
      return null;
    }
    if (moment.isBefore(Instant.EPOCH)) {
      return Instant.EPOCH;
    }
    return moment.isAfter(LATEST) ? LATEST : moment;
  }

  boolean matches(Call call) {
    return (agentId == null || agentId.equals(call.agentId()))
        && (model == null || model.equals(call.model()) || model.equals(call.totalsModel()))
        && (state == null || state == call.state())
        && (from == null || !call.createdAt().isBefore(from))
        && (to == null || call.createdAt().isBefore(to));
  }
}
