package dev.purser.sandbox;

import dev.purser.pricing.Usage;
import dev.purser.providers.Dialect;
import java.time.Instant;

/**
 * One call of the sample month.
 *
 * @param agent its name
 * @param model as the agent asked for it
 */
public record SampleCall(
    String agent, Instant createdAt, Dialect dialect, String model, Outcome outcome) {

  /** What became of it. */
  public sealed interface Outcome {}

  /**
   * Answered to its end.
   *
   * @param firstByteMillis from its arrival to the provider's first byte
   * @param durationMillis from its arrival to its end
   */
  public record Answered(Usage usage, long firstByteMillis, long durationMillis)
      implements Outcome {}

  /**
   * The caller left before the end: the usage is what Purser estimates.
   *
   * @param firstByteMillis from its arrival to the provider's first byte
   * @param durationMillis from its arrival to the moment when the caller left
   */
  public record LeftEarly(Usage usage, long firstByteMillis, long durationMillis)
      implements Outcome {}

  /** The provider refused it, and bills nothing. */
  public record Failed(int httpStatus, String errorCode, long durationMillis) implements Outcome {}

  /** Purser refused it: it asked a provider's address for the other one's model. */
  public record WrongModel() implements Outcome {}

  /** It came when its agent had spent what it might, that day. */
  public record OverBudget() implements Outcome {}

  /**
   * It was running when Purser died; nobody knows what it used.
   *
   * @param most what it can have used, by its request
   */
  public record Interrupted(Usage most) implements Outcome {}
}
