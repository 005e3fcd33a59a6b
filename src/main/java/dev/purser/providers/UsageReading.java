package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.text.PlainText;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Puts the usage of one answer together, out of the values that are picked from it. */
sealed interface UsageReading extends JsonPick.Listener
    permits AnthropicUsage, ChatUsage, ResponsesUsage {

  /** What to pick from each event of a stream. */
  PathTree eventPaths();

  /** What to pick from a JSON answer. */
  PathTree bodyPaths();

  /** The usage of the whole call, once the provider has reported it; null before. */
  @Nullable Usage reported() throws Unreadable;

  /** What is known of a call that never reported its whole usage. */
  Partial partial();

  /** The provider's name for what went wrong, if it said that something did. */
  @Nullable String errorCode();

  /**
   * A part of a usage.
   *
   * @param start what the provider reported at the start; null if nothing
   */
  record Partial(
      String model,
      @Nullable ModelUsage start,
      long webSearches,
      @Nullable String tier,
      boolean fast,
      @Nullable String geography) {}

  /** A usage was reported that cannot be right. */
  final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable(String field) {
      super("not a quantity: " + field);
    }
  }

  /** A count of tokens or requests; zero if it is absent or null. */
  static long quantity(JsonNode parent, String field) throws Unreadable {
    JsonNode node = parent.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return 0;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new Unreadable(field);
    }
    long quantity = node.longValue();
    if (quantity < 0 || quantity > ModelUsage.MOST) {
      throw new Unreadable(field);
    }
    return quantity;
  }

  /** A short text, made plain; null if it is absent, another type or longer than a name can be. */
  static @Nullable String name(JsonNode node) {
    int most = RequestFields.MOST_CHARACTERS_OF_A_NAME;
    return node.isString() && node.stringValue().length() <= most
        ? PlainText.of(node.stringValue(), most)
        : null;
  }

  static String name(JsonNode node, String otherwise) {
    String name = name(node);
    return name == null ? otherwise : name;
  }
}
