package dev.purser.pricing;

import dev.purser.text.PlainText;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one part of a call used of one model: how much of each kind, every token in exactly one.
 * Immutable; built from {@link #none} with {@link #with}.
 *
 * @param model as the provider named it
 * @param counts of the kinds of which there is any
 * @param reasoning output tokens that are reasoning, already counted as output
 * @param billed whether the provider bills it at all
 */
public record ModelUsage(String model, Map<Kind, Long> counts, long reasoning, boolean billed) {

  /** More than any call can use; an answer that claims more is unreadable, not expensive. */
  public static final long MAX = 1_000_000_000L;

  /** In characters; no model has such a name. */
  public static final int MAX_NAME_LENGTH = 200;

  /**
   * Takes the name through the door, and drops counts of zero.
   *
   * @throws IllegalArgumentException for a count below zero or above {@link #MAX}
   */
  public ModelUsage {
    model = PlainText.of(model, MAX_NAME_LENGTH);
    EnumMap<Kind, Long> some = new EnumMap<>(Kind.class);
    counts.forEach((kind, count) -> {
      if (inRange(count) > 0) {
        some.put(kind, count);
      }
    });
    counts = Collections.unmodifiableMap(some);
    inRange(reasoning);
  }

  private static long inRange(long count) {
    if (count < 0 || count > MAX) {
      throw new IllegalArgumentException("a quantity of usage out of range: " + count);
    }
    return count;
  }

  /** Nothing of a model, as something that is billed. */
  public static ModelUsage none(String model) {
    return of(model, Map.of());
  }

  /** So much of a model, none of it known to be reasoning, as something that is billed. */
  public static ModelUsage of(String model, Map<Kind, Long> counts) {
    return new ModelUsage(model, counts, /* reasoning= */ 0, /* billed= */ true);
  }

  /** The same with so much of one kind, whatever it had of it. */
  public ModelUsage with(Kind kind, long count) {
    EnumMap<Kind, Long> changed = new EnumMap<>(Kind.class);
    changed.putAll(counts);
    changed.put(kind, count);
    return new ModelUsage(model, changed, reasoning, billed);
  }

  /** The same with so many output tokens that are reasoning. */
  public ModelUsage withReasoning(long tokens) {
    return new ModelUsage(model, counts, tokens, billed);
  }

  /** The same, as something that the provider does not bill. */
  public ModelUsage notBilled() {
    return new ModelUsage(model, counts, reasoning, /* billed= */ false);
  }

  /** How much of a kind. */
  public long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  /** The whole prompt: uncached, read and written. */
  public long prompt() {
    return sum(Kind.Group.INPUT) + sum(Kind.Group.CACHE_READ) + sum(Kind.Group.CACHE_WRITE);
  }

  /** Of all kinds of a group. */
  public long sum(Kind.Group group) {
    long sum = 0;
    for (Map.Entry<Kind, Long> count : counts.entrySet()) {
      if (count.getKey().group() == group) {
        sum += count.getValue();
      }
    }
    return sum;
  }
}
