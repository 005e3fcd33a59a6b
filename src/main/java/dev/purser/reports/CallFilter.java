package dev.purser.reports;

import dev.purser.ledger.EntryState;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which calls to list; null is any.
 *
 * @param model by the name that answered or was sent, or by that of summaries; also one of several
 *     that a call used
 * @param states one of these
 * @param source of a refused call it is {@code NONE}
 * @param priced whether it has a cost, or used something that has no price yet
 * @param hold what became of the money that was set aside for it
 * @param from admitted at this moment or later
 * @param to admitted before this moment
 * @param firstDay counted on this day or later, as totals count days: in the space's time zone at
 *     its admission
 * @param lastDay counted on this day or before
 */
public record CallFilter(
    @Nullable String agentId,
    @Nullable Provider provider,
    @Nullable String model,
    Set<EntryState> states,
    @Nullable UsageSource source,
    @Nullable Boolean priced,
    @Nullable Hold hold,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable LocalDate firstDay,
    @Nullable LocalDate lastDay) {

  /** What can have become of a hold that is to be looked at. */
  public enum Hold {
    /** Its call's estimate does not cover it. */
    DOUBT,
    /** Its call has cost more, which must not happen. */
    EXCEEDED;

    /** As addresses write it. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Hold> ofId(String id) {
      for (Hold hold : values()) {
        if (hold.id().equals(id)) {
          return Optional.of(hold);
        }
      }
      return Optional.empty();
    }
  }

  /** Those that are no longer open and were not refused: what totals are made of. */
  public static final Set<EntryState> ENDED = Set.of(EntryState.SETTLED, EntryState.INTERRUPTED);

  private static final Set<EntryState> ANY = Set.of(EntryState.values());
  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");
  private static final LocalDate LATEST_DAY = LocalDate.of(9998, 12, 31);
  private static final LocalDate EARLIEST_DAY = LocalDate.of(1970, 1, 1);

  public static final CallFilter ALL = new CallFilter(null, null, null, null, null);

  public CallFilter {
    states = Set.copyOf(states);
    from = inRange(from);
    to = inRange(to);
    firstDay = inRange(firstDay);
    lastDay = inRange(lastDay);
  }

  /** By moments, and whatever its price and usage. */
  public CallFilter(
      @Nullable String agentId,
      @Nullable String model,
      @Nullable EntryState state,
      @Nullable Instant from,
      @Nullable Instant to) {
    this(
        agentId,
        null,
        model,
        state == null ? ANY : EnumSet.of(state),
        null,
        null,
        null,
        from,
        to,
        null,
        null);
  }

  /** By days, as totals count them. */
  public static CallFilter ofDays(
      @Nullable String agentId,
      @Nullable Provider provider,
      @Nullable String model,
      @Nullable Set<EntryState> states,
      @Nullable UsageSource source,
      @Nullable Boolean priced,
      @Nullable Hold hold,
      @Nullable LocalDate firstDay,
      @Nullable LocalDate lastDay) {
    return new CallFilter(
        agentId,
        provider,
        model,
        states == null ? ANY : states,
        source,
        priced,
        hold,
        null,
        null,
        firstDay,
        lastDay);
  }

  /** Whether it names one of the states that are few among many, and no other. */
  boolean onlyUnusual() {
    return states.equals(Set.of(EntryState.REFUSED))
        || states.equals(Set.of(EntryState.INTERRUPTED));
  }

  boolean unpriced() {
    return priced != null && !priced;
  }

  /** Whether it leaves out calls by what no index is sorted by. */
  boolean sifts() {
    return provider != null
        || model != null
        || source != null
        || priced != null
        || hold != null
        || !(states.equals(ANY) || onlyUnusual())
        || (agentId != null && onlyUnusual());
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

  private static @Nullable LocalDate inRange(@Nullable LocalDate day) {
    if (day == null) {
      return null;
    }
    if (day.isBefore(EARLIEST_DAY)) {
      return EARLIEST_DAY;
    }
    return day.isAfter(LATEST_DAY) ? LATEST_DAY : day;
  }
}
