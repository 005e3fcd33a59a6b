package dev.purser.web;

import dev.purser.ledger.EntryState;
import dev.purser.pricing.Provider;
import dev.purser.pricing.UsageSource;
import dev.purser.reports.CallFilter;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an address says about which calls to list.
 *
 * @param link the same calls, from the newest on
 * @param before where the page begins; null for the newest
 * @param misread what it says that nobody understands, and that is left out
 */
public record CallQuery(
    CallFilter filter, CallLink link, @Nullable String before, List<String> misread) {

  private static final int MAX_CURSOR_LENGTH = 40;

  /** Those that a form shows only if it is asked to. */
  private static final List<String> FOLDED = List.of("provider", "source", "priced", "hold");

  public CallQuery {
    misread = List.copyOf(misread);
  }

  /** The states that can be asked for. */
  public enum State {
    OPEN("Running"),
    ENDED("Ended: settled or interrupted"),
    SETTLED("Settled"),
    INTERRUPTED("Interrupted"),
    REFUSED("Refused");

    private final String words;

    State(String words) {
      this.words = words;
    }

    Set<EntryState> states() {
      return switch (this) {
        case OPEN -> Set.of(EntryState.OPEN);
        case ENDED -> CallFilter.ENDED;
        case SETTLED -> Set.of(EntryState.SETTLED);
        case INTERRUPTED -> Set.of(EntryState.INTERRUPTED);
        case REFUSED -> Set.of(EntryState.REFUSED);
      };
    }

    public String words() {
      return words;
    }

    /** As addresses write it. */
    public String id() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Optional<State> ofId(String id) {
      for (State state : values()) {
        if (state.id().equals(id)) {
          return Optional.of(state);
        }
      }
      return Optional.empty();
    }
  }

  static CallQuery of(PageRequest request) {
    Reader reader = new Reader(request);
    String agent = reader.read("agent", Optional::of);
    Provider provider = reader.read("provider", Provider::ofId);
    String model = reader.read("model", Optional::of);
    State state = reader.read("state", State::ofId);
    UsageSource source = reader.read("source", UsageSource::ofId);
    Boolean priced = reader.read("priced", CallQuery::yesOrNo);
    CallFilter.Hold hold = reader.read("hold", CallFilter.Hold::ofId);
    LocalDate from = reader.read("from", CallQuery::day);
    LocalDate to = reader.read("to", CallQuery::day);
    String before = request.query("before").filter(CallQuery::isCursor).orElse(null);
    return new CallQuery(
        CallFilter.ofDays(
            agent,
            provider,
            model,
            state == null ? null : state.states(),
            source,
            priced,
            hold,
            from,
            to),
        new CallLink(reader.understood),
        before,
        reader.misread);
  }

  /** What the address says of one thing; empty for nothing. */
  public String value(String name) {
    return link.filter().getOrDefault(name, "");
  }

  /** Whether anything is filtered out. */
  public boolean narrow() {
    return !link.filter().isEmpty();
  }

  /** Whether the filters that are folded away are in use. */
  public boolean folded() {
    return FOLDED.stream().anyMatch(name -> !value(name).isEmpty());
  }

  /**
   * Whether calls that are still to come will stand at the head of the list: not if it shows those
   * of earlier days, nor if it is decided only at a call's end whether it belongs here.
   */
  boolean live(LocalDate today) {
    return before == null
        && !folded()
        && (filter.lastDay() == null || !filter.lastDay().isBefore(today))
        && (value("state").isEmpty()
            || value("state").equals(State.OPEN.id())
            || value("state").equals(State.REFUSED.id()));
  }

  /** The page that begins after this call. */
  public String olderPath(String cursor) {
    return link.with("before", cursor).path();
  }

  static boolean isCursor(String text) {
    return text.length() <= MAX_CURSOR_LENGTH
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'));
  }

  private static Optional<Boolean> yesOrNo(String text) {
    return switch (text) {
      case "yes" -> Optional.of(true);
      case "no" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static Optional<LocalDate> day(String text) {
    try {
      LocalDate day = LocalDate.parse(text);
      return day.getYear() >= 2000 && day.getYear() <= 2999 ? Optional.of(day) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static final class Reader {
    private final PageRequest request;
    private final Map<String, String> understood = new LinkedHashMap<>();
    private final List<String> misread = new ArrayList<>();

    Reader(PageRequest request) {
      this.request = request;
    }

    <T> @Nullable T read(String name, Function<String, Optional<T>> reading) {
      String text = request.query(name).orElse("");
      if (text.isEmpty()) {
        return null;
      }
      Optional<T> value = reading.apply(text);
      if (value.isPresent()) {
        understood.put(name, text);
      } else {
        misread.add(name + "=" + text);
      }
      return value.orElse(null);
    }
  }
}
