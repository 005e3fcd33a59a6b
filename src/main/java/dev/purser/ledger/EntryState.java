package dev.purser.ledger;

import java.util.Locale;

/** Where an entry stands. */
public enum EntryState {
  /** Admitted, perhaps forwarded, not ended yet: its hold is set aside. */
  OPEN,
  /** Ended by the process that admitted it. */
  SETTLED,
  /** Ended by another process because the one that admitted it had died: charged at its hold. */
  INTERRUPTED,
  /** Never admitted. No hold, no cost, in no total. */
  REFUSED;

  private final String id = name().toLowerCase(Locale.ROOT);

  /** As the database and the API write it. */
  public String id() {
    return id;
  }

  static EntryState ofId(String id) {
    for (EntryState state : values()) {
      if (state.id.equals(id)) {
        return state;
      }
    }
    throw new IllegalArgumentException("not a state of an entry: " + id);
  }
}
