package dev.purser.ledger;

/**
 * Whether the ledger admits calls.
 *
 * @param state why it does not, if it does not
 * @param waiting operations that have not been written yet
 */
public record Health(State state, int waiting) {
  /** What the ledger is doing. */
  public enum State {
    ADMITTING,
    /** The database does not take what is written; it is tried again and again. */
    CANNOT_WRITE,
    STOPPED
  }

  public boolean ready() {
    return state == State.ADMITTING;
  }
}
