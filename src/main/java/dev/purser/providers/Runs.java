package dev.purser.providers;

/**
 * How often a provider may run the model for a request: once, and again after each use of a tool
 * that the provider itself runs.
 *
 * @param usual what counts where a limit is missing, as far as anybody knows
 * @param stated the most if every missing limit were zero
 * @param missing how many limits of uses are missing, each of which a request can have
 * @param searches whether a use may be a web search
 */
record Runs(long usual, long stated, int missing, boolean searches) {
  static final Runs ONCE = new Runs(1, 1, 0, false);

  long passes() {
    return missing > 0 ? usual : stated;
  }

  /** The most searches that the provider may do. */
  long webSearches() {
    return searches ? passes() : 0;
  }

  boolean loops() {
    return passes() > 1;
  }

  /** The same request, when each run may search the web. */
  Runs searching() {
    return new Runs(usual, stated, missing, /* searches= */ true);
  }

  /** The same request with so many uses for each limit that is missing. */
  Runs limitedTo(long uses) {
    long passes = stated + missing * uses;
    return new Runs(passes, passes, 0, searches);
  }
}
