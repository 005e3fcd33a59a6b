package dev.purser.gateway;

/** A call that is under way on one event loop. */
interface Running {
  /** Looks, a few times a second, whether something takes too long. */
  void look(long nowNanos);

  /** Ends the call at once: the process stops. */
  void cutShort();
}
