package dev.purser.pricing;

import dev.purser.text.PlainText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one call used, in the one form that every dialect is read into.
 *
 * @param byModel one part per priced pass: the answering model first (all of its passes added up),
 *     then each pass that is billed beside it (a compaction, an advisor's model). The long-context
 *     card is decided per part.
 * @param tier the tier as the answer names it ({@code standard}, {@code default}, {@code priority},
 *     {@code flex}, {@code batch}); null where it names none
 * @param fast whether the answer says that Anthropic's fast mode served it
 * @param geography as {@link Terms} has it
 * @param searchContext as {@link Terms} has it
 */
public record Usage(
    List<ModelUsage> byModel,
    @Nullable String tier,
    boolean fast,
    @Nullable String geography,
    @Nullable SearchContext searchContext) {
  /** What a call with other searches used, or none. */
  public Usage(
      List<ModelUsage> byModel, @Nullable String tier, boolean fast, @Nullable String geography) {
    this(byModel, tier, fast, geography, null);
  }

  public Usage {
    byModel = List.copyOf(byModel);
    tier = tier == null ? null : PlainText.of(tier, ModelUsage.MAX_NAME_LENGTH);
    geography = geography == null ? null : PlainText.of(geography, ModelUsage.MAX_NAME_LENGTH);
    if (byModel.isEmpty()) {
      throw new IllegalArgumentException("usage of no model");
    }
  }

  /** What its price depends on besides models, tokens and day. */
  public Terms terms() {
    return new Terms(tier, fast, geography, searchContext);
  }

  /** The model that answered. */
  public String model() {
    return byModel.getFirst().model();
  }
}
