package dev.purser.providers;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of a request under a strict budget.
 *
 * @param betas the values of all {@code anthropic-beta} headers, joined by commas; null if there is
 *     none
 * @param names what is known of names
 * @param toolUses the limit that a tool of the provider's gets that has none
 * @param countedInput what the provider's free counter told; null if it was not asked
 */
public record StrictAsk(
    @Nullable String betas, StrictNames names, long toolUses, @Nullable Long countedInput) {
  /** At first a tool gets so many uses. */
  public static final long MAX_TOOL_USES = 8;

  /** Of a call that was not asked about before. */
  public static StrictAsk first(@Nullable String betas, StrictNames names) {
    return new StrictAsk(betas, names, MAX_TOOL_USES, null);
  }

  /** The same with half as many uses of a tool. */
  public StrictAsk withFewerToolUses() {
    return new StrictAsk(betas, names, Math.max(1, toolUses / 2), countedInput);
  }

  /** The same once the counter has told. */
  public StrictAsk counted(@Nullable Long inputTokens) {
    return new StrictAsk(betas, names, toolUses, inputTokens);
  }
}
