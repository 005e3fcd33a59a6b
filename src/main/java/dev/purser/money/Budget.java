package dev.purser.money;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The most a space, or an agent, may spend in a month. */
public record Budget(Money limit, Mode mode) {
  /** What happens at the limit. */
  public enum Mode {
    /** Calls are never refused. */
    WARN,
    /** Calls are refused once it is spent; those already running may go slightly over. */
    STOP,
    /** The most a call can cost is set aside first, so that it is never exceeded. */
    STRICT;

    /** Those that can be chosen. */
    public static final List<Mode> OFFERED = List.of(WARN, STOP);

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Mode> ofId(String id) {
      for (Mode mode : values()) {
        if (mode.id().equals(id)) {
          return Optional.of(mode);
        }
      }
      return Optional.empty();
    }
  }
}
