package dev.purser.providers;

import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.SearchContext;
import dev.purser.pricing.Usage;
import dev.purser.text.PlainText;
import dev.purser.wire.JsonPick;
import dev.purser.wire.PathTree;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Puts the usage of one answer together, out of the values that are picked from it. */
sealed interface UsageReading extends JsonPick.Listener
    permits AnthropicUsage, ChatUsage, ResponsesUsage {

  /** What to pick from each event of a stream. */
  PathTree eventPaths();

  /** What to pick from a JSON answer. */
  PathTree bodyPaths();

  /**
   * Whether the event that was just read is the one by which the provider says that a stream has
   * ended.
   *
   * @param data that it had
   */
  boolean isLast(EventData data);

  /** What an event had as its data. */
  enum EventData {
    NONE,
    JSON,
    /** The mark {@code [DONE]}. */
    DONE
  }

  /** How often the provider has reported a usage so far. */
  int reports();

  /**
   * The usage of the whole call, if the answer has ended; null if what was reported last is not
   * that, or nothing was.
   */
  @Nullable Reported reported() throws Unreadable;

  /**
   * A usage that the provider reported.
   *
   * @param exact false if something that its price depends on is not in the answer: then the usage
   *     has the most that it can be
   */
  record Reported(Usage usage, boolean exact) {}

  /** What is known of a call that has not reported its whole usage. */
  Partial partial();

  /** The provider's name for what went wrong, if it said that something did. */
  @Nullable String errorCode();

  /**
   * A part of a usage.
   *
   * @param seen what the provider reported last, the model that answers first; empty if nothing
   * @param hasInput whether that says what the input is
   * @param hasBegun whether the provider has said so at the beginning of a stream
   * @param webSearches that were seen, or may have been made unseen
   */
  record Partial(
      String model,
      List<ModelUsage> seen,
      boolean hasInput,
      boolean hasBegun,
      long webSearches,
      @Nullable String tier,
      boolean fast,
      @Nullable String geography,
      @Nullable SearchContext searchContext) {
    public Partial {
      seen = List.copyOf(seen);
    }
  }

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
    if (quantity < 0 || quantity > ModelUsage.MAX) {
      throw new Unreadable(field);
    }
    return quantity;
  }

  /** A short text, made plain; null if it is absent, another type or longer than a name can be. */
  static @Nullable String name(JsonNode node) {
    int most = RequestFields.MAX_NAME_LENGTH;
    return node.isString() && node.stringValue().length() <= most
        ? PlainText.of(node.stringValue(), most)
        : null;
  }

  static String name(JsonNode node, String otherwise) {
    String name = name(node);
    return name == null ? otherwise : name;
  }
}
