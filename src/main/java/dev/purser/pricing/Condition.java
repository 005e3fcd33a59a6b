package dev.purser.pricing;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What makes a call cost another than the list price. */
public enum Condition {
  /** Both providers' batch tier. */
  BATCH,
  /** OpenAI's slow tier. */
  FLEX,
  /** OpenAI's fast tier, named {@code fast} as well. */
  PRIORITY,
  /** OpenAI's fastest tier. */
  ULTRAFAST,
  /** Anthropic's fast mode. */
  FAST,
  /** Anthropic's inference in the United States. */
  US,
  /** One of OpenAI's regional addresses, which costs more with newer models alone. */
  REGIONAL;

  /** As the price list writes it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Condition ofId(String id) {
    for (Condition condition : values()) {
      if (condition.id().equals(id)) {
        return condition;
      }
    }
    throw new IllegalArgumentException("there is no factor named \"" + id + "\"");
  }

  /**
   * The conditions that these terms are; empty if some are unknown.
   *
   * <p>Capacity that was bought in advance (Anthropic's {@code priority}, OpenAI's {@code scale})
   * is not billed by the token; the list price stands for it. So it does for {@code auto}, which
   * only answers that were cut before their end still say.
   */
  static Optional<Set<Condition>> of(Provider provider, Terms terms) {
    Set<Condition> conditions = EnumSet.noneOf(Condition.class);
    if (terms.fast()) {
      conditions.add(FAST);
    }
    String geography = terms.geography();
    if (geography != null) {
      switch (provider) {
        case ANTHROPIC -> {
          switch (geography) {
            case "global", "not_available" -> {}
            case "us" -> conditions.add(US);
            default -> {
              return Optional.empty();
            }
          }
        }
        case OPENAI -> conditions.add(REGIONAL);
      }
    }
    String tier = terms.tier();
    if (tier == null || tier.equals("auto")) {
      return Optional.of(conditions);
    }
    return switch (provider) {
      case ANTHROPIC ->
          switch (tier) {
            case "standard", "priority" -> Optional.of(conditions);
            case "batch" -> with(conditions, BATCH);
            default -> Optional.empty();
          };
      case OPENAI ->
          switch (tier) {
            case "default", "standard", "scale" -> Optional.of(conditions);
            case "batch" -> with(conditions, BATCH);
            case "flex" -> with(conditions, FLEX);
            case "priority", "fast" -> with(conditions, PRIORITY);
            case "ultrafast" -> with(conditions, ULTRAFAST);
            default -> Optional.empty();
          };
    };
  }

  private static Optional<Set<Condition>> with(Set<Condition> conditions, Condition tier) {
    conditions.add(tier);
    return Optional.of(conditions);
  }
}
