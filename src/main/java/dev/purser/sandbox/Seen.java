package dev.purser.sandbox;

import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A call as the provider saw it.
 *
 * @param number counts up from 1 over both providers
 * @param requestId the provider's own name of it, as the answer's header says
 * @param tag the request's {@code x-sandbox-tag}, to find a test's own calls by; null without one
 * @param keyEnding the last four characters of the provider key
 * @param model that answered, null if none did
 * @param status of the answer
 * @param usage what the provider bills for it, null if nothing
 */
public record Seen(
    long number,
    Provider provider,
    String path,
    String requestId,
    @Nullable String tag,
    String keyEnding,
    @Nullable String model,
    int status,
    @Nullable Usage usage,
    State state) {

  /** How far it got. */
  public enum State {
    RUNNING,
    COMPLETED,
    /** The provider closed the connection before the end. */
    CUT,
    /** The caller closed the connection before the end. */
    CALLER_GONE
  }

  Seen ended(State how) {
    return new Seen(number, provider, path, requestId, tag, keyEnding, model, status, usage, how);
  }
}
