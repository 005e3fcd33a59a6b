package dev.purser.reports;

import dev.purser.pricing.Provider;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What one part of a space used on one day.
 *
 * @param day in the space's time zone when its calls were admitted
 */
public record DailyUsage(LocalDate day, Part part, Figures figures) {
  /** What a day is divided into. */
  public enum By {
    PROVIDER,
    MODEL,
    AGENT
  }

  /** A part of a day. */
  public sealed interface Part {}

  /** All calls to a provider. */
  public record OfProvider(Provider provider) implements Part {}

  /**
   * All that a model used.
   *
   * @param model as totals name it: models without a price share one name
   */
  public record OfModel(Provider provider, String model) implements Part {}

  /**
   * All calls of an agent.
   *
   * @param name as it is now; null if there is no such agent any more
   */
  public record OfAgent(String agentId, @Nullable String name) implements Part {}
}
